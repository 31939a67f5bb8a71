import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Piece } from '../../ports/media-metadata.ts'
import { createMetadataStripping } from './metadata.ts'

const metadata = createMetadataStripping()
const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../test/core/files/fixtures/${name}`, import.meta.url))

const assembled = (bytes: Buffer, pieces: readonly Piece[]): Buffer =>
  Buffer.concat(
    pieces.map((piece) => {
      if (piece instanceof Uint8Array) return piece
      return 'zeros' in piece
        ? new Uint8Array(piece.zeros)
        : bytes.subarray(piece.offset, piece.offset + piece.length)
    }),
  )
async function strip(type: string, bytes: Buffer): Promise<Buffer | null> {
  const read = async (offset: number, length: number) =>
    new Uint8Array(bytes.subarray(offset, offset + length))
  const outcome = await metadata.remove(type, { size: bytes.byteLength, read })
  if (outcome === null) return null
  return outcome === 'unchanged' ? bytes : assembled(bytes, outcome)
}
const secrets = /secret|32\.7157|117\.1611|\xa9xyz|Lavf|GPSLat|ISO6709/

const recordings = {
  'voice-memo.m4a': 'audio/mp4',
  'voice-safari.mp4': 'audio/mp4',
  'film-android.mp4': 'video/mp4',
  'film-faststart.mp4': 'video/mp4',
  'film-fragmented.mp4': 'video/mp4',
  'film-iphone.mov': 'video/quicktime',
  'film.webm': 'video/webm',
  'voice.webm': 'audio/webm',
  'voice.ogg': 'audio/ogg',
  'voice-vorbis.ogg': 'audio/ogg',
  'song.mp3': 'audio/mpeg',
  'photo.heic': 'image/heic',
  'photo-turned.heic': 'image/heic',
}

describe.each(Object.entries(recordings))('%s', (name, type) => {
  test('tells neither place nor time nor camera, and the second time there is nothing left', async () => {
    const original = fixture(name)
    const stripped = (await strip(type, original))!
    expect(stripped.toString('latin1')).not.toMatch(secrets)
    expect(await strip(type, stripped)).toEqual(stripped)
    if (name !== 'song.mp3') expect(stripped.byteLength).toBe(original.byteLength)
  })

  test('cut off or damaged anywhere it does not break what reads it', async () => {
    const original = fixture(name)
    for (let length = 0; length < original.length; length += 11) {
      const stripped = await strip(type, original.subarray(0, length))
      if (stripped) expect(stripped.toString('latin1')).not.toMatch(/secret|32\.7157/)
    }
    for (let at = 0; at < original.length; at += 7) {
      const damaged = Buffer.from(original)
      damaged[at] = (damaged[at] ?? 0) ^ 0xff
      await strip(type, damaged)
    }
  })
})

test('what tells something is in the fixtures', () => {
  for (const name of [
    'voice-memo.m4a',
    'film-android.mp4',
    'film-iphone.mov',
    'song.mp3',
    'film.webm',
    'photo.heic',
  ])
    expect(fixture(name).toString('latin1')).toMatch(/secret|32\.7157/)
})

describe('moving pictures go on moving', () => {
  const frame = (background: string) =>
    sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .png()
      .toBuffer()
  const moving = async () => sharp([await frame('#f00'), await frame('#00f')], { join: { animated: true } })

  test('GIF, without its comments and what programs added', async () => {
    const gif = await (await moving()).gif({ loop: 3, delay: [100, 200] }).toBuffer()
    const comment = Buffer.from('\x21\xfe\x0esecret-comment\0', 'latin1')
    const program = Buffer.from('\x21\xff\x0bXMP DataXMP\x06secret\0', 'latin1')
    const table = 13 + ((gif[10] ?? 0) & 0x80 ? 3 * 2 ** (((gif[10] ?? 0) & 7) + 1) : 0)
    const full = Buffer.concat([
      gif.subarray(0, table),
      comment,
      program,
      gif.subarray(table),
      Buffer.from('secret'),
    ])
    const stripped = (await strip('image/gif', full))!
    expect(stripped).toEqual(gif)
    expect(await sharp(stripped).metadata()).toMatchObject({ pages: 2, loop: 3, delay: [100, 200] })
    const cut = (await strip('image/gif', full.subarray(0, full.length - 20)))!
    expect((await sharp(cut).metadata()).pages).toBe(1)
  })

  test('WebP', async () => {
    const webp = await (await moving())
      .webp({ loop: 3, delay: [100, 200] })
      .withExif({ IFD0: { Make: 'secret' } })
      .toBuffer()
    expect(webp.toString('latin1')).toContain('secret')
    const stripped = (await strip('image/webp', webp))!
    expect(stripped.toString('latin1')).not.toContain('secret')
    expect(await sharp(stripped).metadata()).toMatchObject({ pages: 2, loop: 3, delay: [100, 200] })
    const pixels = (bytes: Buffer) => sharp(bytes, { animated: true }).raw().toBuffer()
    expect(await pixels(stripped)).toEqual(await pixels(webp))
  })

  test('PNG', async () => {
    const png = await frame('#f00')
    const control = Buffer.from('\0\0\0\x08acTL\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1')
    const moves = Buffer.concat([png.subarray(0, 33), control, png.subarray(33)])
    expect((await strip('image/png', moves))!.includes('acTL')).toBe(true)
  })
})

test('a photograph that was cut off keeps the rows that came, and nothing else', async () => {
  const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i * i * 7919) >>> 7) & 255))
  const image = () =>
    sharp(noise, { raw: { width: 64, height: 64, channels: 3 } }).withExif({ IFD0: { Make: 'secret' } })
  for (const [type, bytes] of [
    ['image/jpeg', await image().jpeg().toBuffer()],
    ['image/png', await image().png().toBuffer()],
  ] as const) {
    const cut = bytes.subarray(0, bytes.byteLength - 500)
    const stripped = (await strip(type, cut))!
    expect(stripped.toString('latin1')).not.toContain('secret')
    expect(await sharp(stripped, { failOn: 'none' }).raw().toBuffer()).toEqual(
      await sharp(cut, { failOn: 'none' }).raw().toBuffer(),
    )
  }
})

test('what is neither picture nor recording stays as it is', async () => {
  expect(await strip('application/pdf', Buffer.from('%PDF-1.7 secret'))).toEqual(
    Buffer.from('%PDF-1.7 secret'),
  )
})

test('a track of places in a film of a sports camera goes, with its samples', async () => {
  const film = fixture('film-android.mp4')
  // The sound plays the part: its handler says that it is a track of facts.
  const at = film.indexOf('soun')
  film.write('meta', at)
  const sound = film.indexOf('mdat') + 4
  const before = film.subarray(sound).toString('latin1')
  const stripped = (await strip('video/mp4', film))!
  expect(stripped.includes('vide')).toBe(true)
  expect(stripped.subarray(sound).toString('latin1')).not.toBe(before)
  expect(stripped.byteLength).toBe(film.byteLength)
})
