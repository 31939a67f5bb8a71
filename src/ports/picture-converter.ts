import type { ReadableFile } from './media-metadata.ts'

/** Why a picture goes out as it came. `timed_out` includes having waited too long for others. */
export type ConversionFailure = 'damaged' | 'too_large' | 'timed_out'

/** Makes pictures that few programs show into ones that all do. */
export interface PictureConverter {
  /**
   * A HEIC as a JPEG: upright, of the same size, in its colors, and nothing else of the original. Bounded in pixels, memory and time,
   * whatever the picture says about itself; no other request
   * waits for it. It is read when its turn has come. Throws only for what is wrong with the program.
   */
  toJpeg(heic: ReadableFile): Promise<Uint8Array<ArrayBuffer> | ConversionFailure>
}
