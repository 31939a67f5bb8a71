import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { createMetadataStrippingImages } from './images.ts'

const images = createMetadataStrippingImages()
const limits = { maxPixels: 1_000_000, edge: 512 }

/** A corner of each colour, so that any wrong turn shows. */
const corners = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 255, 255, 255, 0, 0, 0])
const drawing = () =>
  sharp(corners, { raw: { width: 3, height: 2, channels: 3 } }).resize(96, 64, { kernel: 'nearest' })

const secrets = [
  'secret-camera',
  'secret-author',
  'secret-place',
  'secret-xmp',
  'secret-comment',
  'secret-iptc',
]
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="secret-xmp"/></rdf:RDF></x:xmpmeta>`

/** As a camera writes it: where, when, by whom, a profile of its colours. */
const photograph = (orientation: number): Sharp =>
  drawing()
    .withMetadata({ orientation })
    .withExifMerge({
      IFD0: { Make: 'secret-camera', Artist: 'secret-author' },
      IFD3: {
        GPSMapDatum: 'secret-place',
        GPSLatitudeRef: 'N',
        GPSLatitude: '47/1 22/1 0/1',
        GPSLongitude: '8/1 32/1 0/1',
      },
    })
    .withIccProfile('p3')
    .withXmp(xmp)

const segment = (marker: number, text: string) => {
  const content = Buffer.from(text)
  return Buffer.concat([Buffer.from([0xff, marker, 0, content.byteLength + 2]), content])
}
/** With what the encoder does not write itself: a comment, IPTC, and a thumbnail after the end. */
const asJpeg = async (image: Sharp, options = {}) => {
  const bytes = await image.jpeg({ quality: 95, chromaSubsampling: '4:4:4', ...options }).toBuffer()
  return Buffer.concat([
    bytes.subarray(0, 2),
    segment(0xfe, 'secret-comment'),
    segment(0xed, 'Photoshop 3.0\0secret-iptc'),
    bytes.subarray(2),
    Buffer.from('secret-comment'),
  ])
}

const formats: Readonly<Record<string, (image: Sharp) => Promise<Buffer>>> = {
  jpeg: (image) => asJpeg(image),
  'progressive jpeg': (image) => asJpeg(image, { progressive: true }),
  'jpeg of shared tables': (image) => asJpeg(image, { optimizeCoding: false }),
  'grey jpeg': (image) => asJpeg(image.toColourspace('b-w')),
  png: (image) => image.png().toBuffer(),
  webp: (image) => image.webp({ quality: 95 }).toBuffer(),
  'lossless webp': (image) => image.webp({ lossless: true }).toBuffer(),
  'webp with alpha': (image) => image.ensureAlpha(0.5).webp().toBuffer(),
}

const strip = async (bytes: Buffer) => {
  const portrait = await images.portrait(new Uint8Array(bytes), limits)
  return portrait && Buffer.from(portrait.bytes)
}
const pixelsOf = (bytes: Buffer) => sharp(bytes).raw().toBuffer()
const shownOf = (bytes: Buffer) => sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })
const text = (bytes: Buffer) => bytes.toString('latin1')

describe.each(Object.entries(formats))('%s', (_, encode) => {
  test('loses place, time, camera, author and comments, and keeps its pixels and their profile', async () => {
    const original = await encode(photograph(1))
    const before = await sharp(original).metadata()
    expect(before.exif?.length).toBeGreaterThan(100)
    for (const secret of ['secret-camera', 'secret-author', 'secret-place'])
      expect(text(original)).toContain(secret)
    const stripped = (await strip(original))!
    for (const secret of secrets) expect(text(stripped)).not.toContain(secret)
    const after = await sharp(stripped).metadata()
    expect([after.exif, after.xmp, after.iptc, after.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(after.icc).toEqual(before.icc)
    expect(after.icc?.length).toBeGreaterThan(0)
    expect(await pixelsOf(stripped)).toEqual(await pixelsOf(original))
  })

  test.each([2, 3, 4, 5, 6, 7, 8])(
    'turned as no. %i it is shown the same, and tells nothing else',
    async (n) => {
      const original = await encode(photograph(n))
      const stripped = (await strip(original))!
      const { exif, orientation } = await sharp(stripped).metadata()
      expect(orientation).toBe(n)
      expect(exif?.length).toBeLessThanOrEqual(32)
      for (const secret of secrets) expect(text(stripped)).not.toContain(secret)
      expect(await shownOf(stripped)).toEqual(await shownOf(original))
    },
  )

  test('cut off or damaged anywhere it does not break what reads it', async () => {
    const original = await encode(photograph(6))
    for (let length = 0; length < original.length - 20; length += 7)
      expect(await strip(original.subarray(0, length))).toBeNull()
    for (let at = 0; at < original.length; at += 5) {
      const damaged = Buffer.from(original)
      damaged[at] = (damaged[at] ?? 0) ^ 0xff
      const stripped = await strip(damaged)
      if (stripped) for (const secret of secrets) expect(text(stripped)).not.toContain(secret)
    }
  })
})

test('more pixels than are allowed, an animation and another format are refused', async () => {
  const large = () => sharp({ create: { width: 1001, height: 1000, channels: 3, background: '#36c' } })
  for (const bytes of [
    await large().jpeg().toBuffer(),
    await large().png().toBuffer(),
    await large().webp().toBuffer(),
  ])
    expect(await strip(bytes)).toBeNull()
  const frames = await sharp(
    await Promise.all([drawing().png().toBuffer(), drawing().negate().png().toBuffer()]),
    {
      join: { animated: true },
    },
  )
    .webp()
    .toBuffer()
  expect((await sharp(frames).metadata()).pages).toBe(2)
  expect(await strip(frames)).toBeNull()
  expect(await strip(await drawing().gif().toBuffer())).toBeNull()
})
