import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Compressor, ContentCoding } from '../../src/ports/compressor.ts'

const undo: Readonly<Record<ContentCoding, (bytes: Uint8Array) => Uint8Array>> = {
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
  gzip: zlib.gunzipSync,
}
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

export function compressorContract(name: string, open: () => Compressor): void {
  describe(`${name} keeps the contract of a compressor`, () => {
    const { codings, compress } = open()

    test('has each coding once', () => {
      expect(new Set(codings).size).toBe(codings.length)
    })

    test.each(codings)('%s: the same bytes come back, whatever they were', async (coding) => {
      const random = crypto.getRandomValues(new Uint8Array(5_000))
      for (const bytes of [bytesOf(''), bytesOf('a'), bytesOf('Zoë 👩🏽‍🚀 '.repeat(20_000)), random])
        expect(new Uint8Array(undo[coding](await compress(bytes, coding)))).toEqual(bytes)
    })

    test.each(codings)('%s: a text that repeats itself is a tenth of itself', async (coding) => {
      const text = bytesOf(
        JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, title: 'A course' }))),
      )
      expect((await compress(text, coding)).byteLength).toBeLessThan(text.byteLength / 10)
    })

    test.each(codings)('%s: the same outcome each time, also at the same time', async (coding) => {
      const bytes = bytesOf('hello '.repeat(1_000))
      const [first, ...others] = await Promise.all([1, 2, 3].map(() => compress(bytes, coding)))
      for (const other of others) expect(other).toEqual(first)
    })

    test('what it cannot do it refuses', async () => {
      for (const coding of ['br', 'zstd', 'deflate', ''] as ContentCoding[])
        if (!codings.includes(coding)) await expect(compress(bytesOf('a'), coding)).rejects.toThrow(/coding/)
    })
  })
}
