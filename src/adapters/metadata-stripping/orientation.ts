/**
 * How a picture has to be turned to be shown right, as Exif says it: 1 is as it is, 2 to 8 turn and mirror. It is the
 * one thing in Exif data that a picture looks wrong without.
 */

const orientationTag = 0x0112
const shortType = 3
const entryLength = 12

/** From Exif data without its prefix. Null when it says nothing, or that nothing has to be done. */
export function readOrientation(tiff: Uint8Array): number | null {
  if (tiff.byteLength < 8) return null
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const byteOrder = view.getUint16(0)
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return null
  const isLittle = byteOrder === 0x4949
  const directory = view.getUint32(4, isLittle)
  if (view.getUint16(2, isLittle) !== 42 || directory + 2 > tiff.byteLength) return null
  const entries = view.getUint16(directory, isLittle)
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * entryLength
    if (at + entryLength > tiff.byteLength) return null
    if (view.getUint16(at, isLittle) !== orientationTag) continue
    if (view.getUint16(at + 2, isLittle) !== shortType) return null
    const value = view.getUint16(at + 8, isLittle)
    return value >= 2 && value <= 8 ? value : null
  }
  return null
}

/** Exif data that says this and nothing else. */
export function writeOrientation(orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = new Uint8Array(26)
  const view = new DataView(tiff.buffer)
  view.setUint16(0, 0x4d4d)
  view.setUint16(2, 42)
  view.setUint32(4, 8)
  view.setUint16(8, 1)
  view.setUint16(10, orientationTag)
  view.setUint16(12, shortType)
  view.setUint32(14, 1)
  view.setUint16(18, orientation)
  return tiff
}

/** `Exif` and two zeros stand before the data in JPEG always, and in WebP of some programs. */
export const exifPrefix = new Uint8Array([0x45, 0x78, 0x69, 0x66, 0, 0])

export const withoutExifPrefix = (content: Uint8Array): Uint8Array | null =>
  exifPrefix.every((byte, i) => content[i] === byte) ? content.subarray(exifPrefix.byteLength) : null
