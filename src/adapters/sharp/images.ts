import type { Images } from '../../ports/images.ts'

/** libvips is loaded at the first picture. */
const load = async () => (await import('sharp')).default

const known = new Set(['jpeg', 'png', 'webp'])
const quality = 82

/** Decodes, turns upright, shrinks, and encodes afresh as WebP: nothing of the original but its pixels is left. */
export const createSharpImages = (): Images => ({
  async portrait(bytes, { maxPixels, edge }) {
    const sharp = await load()
    try {
      const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
      const { format, width, height } = await image.metadata()
      if (!known.has(format ?? '') || width * height > maxPixels) return null
      const encoded = await image
        .autoOrient()
        .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
        .webp({ quality })
        .toBuffer()
      return { bytes: new Uint8Array(encoded), type: 'image/webp' }
    } catch {
      // The decoder refuses what is damaged or too large. There is nothing else it depends on.
      return null
    }
  },
})
