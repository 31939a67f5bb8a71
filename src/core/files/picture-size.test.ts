import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { readPictureSize } from './picture-size.ts'

const headLength = 8_192

async function sizeOf(type: Parameters<typeof readPictureSize>[0], bytes: Uint8Array) {
  let reads = 0
  const size = await readPictureSize(type, {
    head: bytes.subarray(0, headLength),
    size: bytes.byteLength,
    read: async (offset, length) => {
      reads++
      return bytes.subarray(offset, offset + length)
    },
  })
  return { size, reads }
}

const picture = () => sharp({ create: { width: 321, height: 123, channels: 3, background: '#36c' } })

const box = (name: string, ...content: readonly Uint8Array[]) => {
  const body = Buffer.concat(content)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + body.byteLength)
  header.write(name, 4, 'latin1')
  return Buffer.concat([header, body])
}
const ispe = (width: number, height: number) => {
  const content = Buffer.alloc(12)
  content.writeUInt32BE(width, 4)
  content.writeUInt32BE(height, 8)
  return box('ispe', content)
}
/** As a phone writes it: tiles, a thumbnail, and the whole; the pixels first when `isLate`. */
const heic = (isLate: boolean) => {
  const properties = box(
    'ipco',
    box('hvcC', Buffer.alloc(100)),
    ispe(512, 512),
    ispe(4032, 3024),
    ispe(320, 240),
  )
  const meta = box('meta', Buffer.alloc(4), box('hdlr', Buffer.alloc(25)), box('iprp', properties))
  const pixels = box('mdat', Buffer.alloc(1_000_000))
  const type = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic'))
  return Buffer.concat(isLate ? [type, pixels, meta] : [type, meta, pixels])
}

const samples = {
  jpeg: ['image/jpeg', () => picture().jpeg().toBuffer()],
  'progressive jpeg': ['image/jpeg', () => picture().jpeg({ progressive: true }).toBuffer()],
  png: ['image/png', () => picture().png().toBuffer()],
  gif: ['image/gif', () => picture().gif().toBuffer()],
  webp: ['image/webp', () => picture().webp().toBuffer()],
  'lossless webp': ['image/webp', () => picture().webp({ lossless: true }).toBuffer()],
  'extended webp': ['image/webp', () => picture().ensureAlpha(0.5).withIccProfile('p3').webp().toBuffer()],
} as const

describe.each(Object.entries(samples))('%s', (_, [type, encode]) => {
  test('its size is read from its start alone', async () => {
    expect(await sizeOf(type, await encode())).toEqual({ size: { width: 321, height: 123 }, reads: 0 })
  })
  test('cut off anywhere it breaks nothing', async () => {
    const bytes = await encode()
    for (let length = 0; length < 200; length++) {
      const { size } = await sizeOf(type, bytes.subarray(0, length))
      expect([undefined, 321]).toContain(size?.width)
    }
  })
})

test('a JPEG with megabytes of metadata before its frame is read in few pieces', async () => {
  const jpeg = await picture().jpeg().toBuffer()
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0xff, 0xff]), Buffer.alloc(0xfffd, 1)])
  const long = Buffer.concat([
    jpeg.subarray(0, 2),
    ...Array.from({ length: 64 }, () => segment),
    jpeg.subarray(2),
  ])
  const { size, reads } = await sizeOf('image/jpeg', long)
  expect(size).toEqual({ width: 321, height: 123 })
  expect(reads).toBeLessThan(25)
})

test('a JPEG of metadata without end is given up', async () => {
  const endless = new Uint8Array(40_000_000).fill(0xff)
  endless.set([0xff, 0xd8])
  const { size, reads } = await sizeOf('image/jpeg', endless)
  expect(size).toBeNull()
  expect(reads).toBeLessThanOrEqual(64)
})

test.each([false, true])(
  'of HEIC the largest picture in it counts; its directory is last: %s',
  async (isLate) => {
    const { size, reads } = await sizeOf('image/heic', heic(isLate))
    expect(size).toEqual({ width: 4032, height: 3024 })
    expect(reads).toBe(isLate ? 1 : 0)
  },
)

test('HEIC without a directory, or with boxes that lie about their length, says nothing', async () => {
  const bytes = heic(false)
  for (let at = 0; at < 400; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at] = 0xff
    await sizeOf('image/heic', damaged)
    await sizeOf('image/heic', bytes.subarray(0, at))
  }
  expect((await sizeOf('image/heic', box('ftyp', Buffer.from('heic\0\0\0\0')))).size).toBeNull()
})
