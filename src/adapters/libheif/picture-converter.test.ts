import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { type ConversionLimits, createLibheifPictureConverter } from './picture-converter.ts'

type Bytes = Uint8Array<ArrayBuffer>
const fixtures = join(import.meta.dirname, '../../../test/core/files/fixtures')
const fixture = (name: string): Bytes => new Uint8Array(readFileSync(join(fixtures, name)))
const workerUrl = pathToFileURL(join(import.meta.dirname, 'decoding-worker.ts'))
const usual: ConversionLimits = {
  maxBytes: 1_000_000,
  maxPixels: 20_000_000,
  maxMemoryBytes: 256 * 1024 * 1024,
  timeoutMs: 60_000,
  patienceMs: 600_000,
}
const converter = (limits: Partial<ConversionLimits> = {}) =>
  createLibheifPictureConverter({ workerUrl, limits: { ...usual, ...limits } })
const convert = (bytes: Bytes, limits: Partial<ConversionLimits> = {}) =>
  converter(limits).toJpeg({
    size: bytes.byteLength,
    read: async (at, length) => bytes.slice(at, at + length),
  })

/** The colors in the middle of each quarter: upper left, upper right, lower left, lower right. */
async function quarters(jpeg: unknown) {
  const image = sharp(jpeg as Bytes, { failOn: 'warning' })
  const metadata = await image.metadata()
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const at = (x: number, y: number) => {
    const from = (Math.floor((y * height) / 4) * width + Math.floor((x * width) / 4)) * 3
    return [...data.subarray(from, from + 3)]
  }
  return { metadata, width, height, colors: [at(1, 1), at(3, 1), at(1, 3), at(3, 3)] }
}
const near = (color: readonly number[]) =>
  color.map((value) => expect.closeTo(value, -1)) as readonly unknown[]
const [red, green, blue, white] = [
  [220, 30, 30],
  [30, 200, 40],
  [40, 60, 220],
  [240, 240, 240],
] as const

/** Replaces bytes behind each place where a box of this name stands. */
function patchedBoxes(bytes: Bytes, name: string, skip: number, put: readonly number[]): Bytes {
  const patched = Buffer.from(bytes)
  let found = 0
  for (let at = patched.indexOf(name); at >= 0; at = patched.indexOf(name, at + 4), found++)
    patched.set(put, at + 4 + skip)
  expect(found).toBeGreaterThan(0)
  return new Uint8Array(patched)
}
/** Its announced size, in bytes of a 32 bit number each. */
const announcing = (bytes: Bytes, width: number, height: number): Bytes => {
  const size = Buffer.alloc(8)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  return patchedBoxes(bytes, 'ispe', 4, [...size])
}

describe('a HEIC becomes a JPEG', () => {
  test.each(['colors.heic', 'colors-ten-bit.heic'])('that looks the same: %s', async (name) => {
    const { metadata, width, height, colors } = await quarters(await convert(fixture(name)))
    expect([metadata.format, width, height]).toEqual(['jpeg', 64, 48])
    expect(colors).toEqual([near(red), near(green), near(blue), near(white)])
  })

  test('in its colors, and with nothing else of it', async () => {
    const heic = fixture('colors.heic')
    expect(Buffer.from(heic).toString('latin1')).toContain('secret-camera')
    const jpeg = await convert(heic)
    const { metadata } = await quarters(jpeg)
    expect(Buffer.from(jpeg).toString('latin1')).not.toContain('secret')
    expect(metadata.icc?.subarray(36, 40).toString()).toBe('acsp')
    expect(Buffer.from(heic).includes(metadata.icc!)).toBe(true)
    expect([metadata.exif, metadata.xmp, metadata.orientation]).toEqual([undefined, undefined, undefined])
  })

  test('and stands upright', async () => {
    const turned = fixture('photo-turned.heic')
    const seen = []
    for (const quarterTurns of [0, 1, 2, 3]) {
      const { width, height, metadata, colors } = await quarters(
        await convert(patchedBoxes(turned, 'irot', 0, [quarterTurns])),
      )
      expect(metadata.orientation).toBeUndefined()
      seen.push([width, height, colors.findIndex(([, g = 255]) => g < 50)])
    }
    // Against the clock the red quarter goes from the upper left to the lower left, and so on.
    expect(seen).toEqual([
      [64, 96, 2],
      [96, 64, 3],
      [64, 96, 1],
      [96, 64, 0],
    ])
  })
})

describe('whatever a picture says about itself', () => {
  const large = fixture('large.heic')

  test('one of too many pixels is not decoded', async () => {
    expect(await convert(large, { maxPixels: 15_000_000 })).toBe('too_large')
    expect(await convert(announcing(fixture('colors.heic'), 60_000, 60_000))).toBe('too_large')
    expect(await convert(announcing(fixture('colors.heic'), 0xff_ff_ff_ff, 0xff_ff_ff_ff))).toBeTypeOf(
      'string',
    )
  })

  test('one that says it is small and is not takes no more than it may', async () => {
    const lying = announcing(large, 64, 64)
    expect(await convert(lying, { maxPixels: 1_000_000 })).toBeTypeOf('string')
    expect(await convert(lying, { maxMemoryBytes: 24 * 1024 * 1024 })).toBe('too_large')
  })

  test('one that takes more memory than there is does not get it', async () => {
    expect(await convert(large, { maxMemoryBytes: 40 * 1024 * 1024 })).toBe('too_large')
  })

  test('one with too many bytes is not even read', async () => {
    const read = () => Promise.reject(new Error('was read'))
    expect(await converter().toJpeg({ size: 1_000_001, read })).toBe('too_large')
  })

  test('one that takes too long is stopped', async () => {
    expect(await convert(large, { timeoutMs: 1 })).toBe('timed_out')
  })

  test.each([0, 12, 300, 700, 1_200])('cut off after %d bytes it is damaged', async (length) => {
    expect(await convert(fixture('colors.heic').slice(0, length))).toBe('damaged')
  })

  test('of other bytes it is damaged', async () => {
    expect(await convert(new Uint8Array(5_000).fill(1))).toBe('damaged')
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#36c' } })
      .png()
      .toBuffer()
    expect(await convert(new Uint8Array(png))).toBe('damaged')
  })

  test('one byte after the other changed, every answer is a picture or a reason', async () => {
    const heic = fixture('colors.heic')
    const same = converter()
    for (let at = 8; at < heic.byteLength; at += 97) {
      const bytes = heic.slice()
      bytes[at] = 255 - (bytes[at] ?? 0)
      const answer = await same.toJpeg({ size: bytes.byteLength, read: async () => bytes })
      if (typeof answer === 'string') expect(['damaged', 'too_large']).toContain(answer)
      else expect((await sharp(answer).metadata()).format).toBe('jpeg')
    }
  })
})

test('ten at once are converted one after the other, and read when it is their turn', async () => {
  const bytes = fixture('colors.heic')
  const same = converter()
  let reading = 0
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      let mine = 0
      const answer = await same.toJpeg({
        size: bytes.byteLength,
        read: async () => {
          mine = ++reading
          return bytes
        },
      })
      expect(reading - mine).toBeLessThanOrEqual(1)
      return answer
    }),
  )
  expect(new Set(answers.map((answer) => Buffer.from(answer).toString('base64'))).size).toBe(1)
  expect(answers[0]).toBeInstanceOf(Uint8Array)
})

test('whoever waits too long for their turn is told so, and nothing is done for them', async () => {
  const bytes = fixture('large.heic')
  const same = converter({ patienceMs: 20 })
  const first = same.toJpeg({ size: bytes.byteLength, read: async () => bytes })
  let isRead = false
  const second = await same.toJpeg({
    size: bytes.byteLength,
    read: async () => {
      isRead = true
      return bytes
    },
  })
  expect(second).toBe('timed_out')
  expect(await first).toBeInstanceOf(Uint8Array)
  expect(isRead).toBe(false)
})

test('a program that lacks its decoder says so', async () => {
  const bytes = fixture('colors.heic')
  const without = createLibheifPictureConverter({ workerUrl: new URL('missing.ts', workerUrl) })
  await expect(without.toJpeg({ size: bytes.byteLength, read: async () => bytes })).rejects.toThrow()
})
