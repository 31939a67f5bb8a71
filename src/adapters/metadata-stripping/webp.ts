import { readOrientation, withoutExifPrefix, writeOrientation } from './orientation.ts'
import type { Stripped } from './stripped.ts'

const latin = new TextDecoder('latin1')
const textAt = (bytes: Uint8Array, at: number) => latin.decode(bytes.subarray(at, at + 4))
const needed = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP'])
/** The bits of VP8X that promise Exif, XMP and animation. */
const exifFlag = 0x08
const removedFlags = exifFlag | 0x04 | 0x02

function orientationChunk(orientation: number): Uint8Array<ArrayBuffer> {
  const content = writeOrientation(orientation)
  return new Uint8Array([0x45, 0x58, 0x49, 0x46, content.byteLength, 0, 0, 0, ...content])
}

function sizeOf(name: string, content: DataView): { width: number; height: number } | null {
  if (name === 'VP8X' && content.byteLength >= 10) {
    const uint24 = (at: number) => content.getUint16(at, true) + content.getUint8(at + 2) * 0x10000
    return { width: uint24(4) + 1, height: uint24(7) + 1 }
  }
  if (name === 'VP8 ' && content.byteLength >= 10)
    return { width: content.getUint16(6, true) & 0x3fff, height: content.getUint16(8, true) & 0x3fff }
  if (name === 'VP8L' && content.byteLength >= 5) {
    const bits = content.getUint32(1, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  return null
}

/** Null for an animation too: a portrait stands still. */
export function stripWebp(bytes: Uint8Array<ArrayBuffer>): Stripped | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 20 || textAt(bytes, 0) !== 'RIFF' || textAt(bytes, 8) !== 'WEBP') return null
  const whole = 8 + view.getUint32(4, true)
  if (whole > bytes.length) return null
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let orientation: number | null = null
  let largest = { width: 0, height: 0 }
  let hasPixels = false
  for (let at = 12; at + 8 <= whole; ) {
    const name = textAt(bytes, at)
    const length = view.getUint32(at + 4, true)
    const end = at + 8 + length + (length % 2)
    if (end > whole || name === 'ANMF') return null
    if (name === 'EXIF') {
      const content = bytes.subarray(at + 8, at + 8 + length)
      orientation ??= readOrientation(withoutExifPrefix(content) ?? content)
    }
    if (needed.has(name)) {
      const chunk = bytes.slice(at, end)
      if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~removedFlags
      const size = sizeOf(name, new DataView(chunk.buffer, 8, length))
      if (size && size.width * size.height >= largest.width * largest.height) largest = size
      hasPixels ||= name === 'VP8 ' || name === 'VP8L'
      chunks.push(chunk)
    }
    at = end
  }
  if (!hasPixels || largest.width === 0) return null
  const extended = chunks.find((chunk) => textAt(chunk, 0) === 'VP8X')
  if (orientation !== null && extended) {
    extended[8] = (extended[8] ?? 0) | exifFlag
    chunks.push(orientationChunk(orientation))
  }
  const header = bytes.slice(0, 12)
  const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 4)
  new DataView(header.buffer).setUint32(4, length, true)
  return { parts: [header, ...chunks], ...largest }
}
