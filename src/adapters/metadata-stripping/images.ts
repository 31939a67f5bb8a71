import type { Images, Portrait } from '../../ports/images.ts'
import { stripJpeg } from './jpeg.ts'
import { stripPng } from './png.ts'
import type { Stripped } from './stripped.ts'
import { stripWebp } from './webp.ts'

const formats: readonly (readonly [Portrait['type'], (bytes: Uint8Array<ArrayBuffer>) => Stripped | null])[] =
  [
    ['image/jpeg', stripJpeg],
    ['image/png', stripPng],
    ['image/webp', stripWebp],
  ]

/**
 * For a runtime without an encoder: takes a picture apart and leaves out what is not pixels, colours, and how it
 * has to be turned. Its size stays.
 */
export const createMetadataStrippingImages = (): Images => ({
  async portrait(bytes, { maxPixels }) {
    for (const [type, strip] of formats) {
      const stripped = strip(bytes)
      if (!stripped) continue
      const { parts, width, height } = stripped
      if (width * height === 0 || width * height > maxPixels) return null
      return { bytes: new Uint8Array(await new Blob([...parts]).arrayBuffer()), type }
    }
    return null
  },
})
