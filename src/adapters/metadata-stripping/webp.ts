import { readOrientation, withoutExifPrefix, writeOrientation } from './orientation.ts'
import { asPortrait, type Stripped } from './stripped.ts'

const latin = new TextDecoder('latin1')
const textAt = (bytes: Uint8Array, at: number) => latin.decode(bytes.subarray(at, at + 4))
const needed = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ICCP'])
/** The bits of VP8X that promise Exif, XMP and animation. */
const exifFlag = 0x08
const motionFlag = 0x02
const removedFlags = exifFlag | 0x04

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

/** A frame of a moving picture holds chunks too: 16 bytes that place it, then its pixels, and what else somebody put there. */
function stripFrame(frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const kept: Uint8Array<ArrayBuffer>[] = []
  for (let at = 24; at + 8 <= frame.length; ) {
    const length = view.getUint32(at + 4, true)
    const end = at + 8 + length + (length % 2)
    if (end > frame.length) return null
    if (needed.has(textAt(frame, at))) kept.push(frame.subarray(at, end))
    at = end
  }
  const length = kept.reduce((sum, chunk) => sum + chunk.byteLength, 16)
  const bytes = new Uint8Array(8 + length)
  bytes.set(frame.subarray(0, 24))
  new DataView(bytes.buffer).setUint32(4, length, true)
  let at = 24
  for (const chunk of kept) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** An animation is refused for a portrait. */
export function stripWebp(
  bytes: Uint8Array<ArrayBuffer>,
  { keepsMotion, forgives } = asPortrait,
): Stripped | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 20 || textAt(bytes, 0) !== 'RIFF' || textAt(bytes, 8) !== 'WEBP') return null
  const said = 8 + view.getUint32(4, true)
  if (said > bytes.length && !forgives) return null
  const whole = Math.min(said, bytes.length)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let orientation: number | null = null
  let largest = { width: 0, height: 0 }
  let hasPixels = false
  for (let at = 12; at + 8 <= whole; ) {
    const name = textAt(bytes, at)
    const length = view.getUint32(at + 4, true)
    const end = at + 8 + length + (length % 2)
    if (end > whole && forgives && hasPixels) break
    if (end > whole || (name === 'ANMF' && !keepsMotion)) return null
    if (name === 'ANMF') {
      const frame = stripFrame(bytes.subarray(at, end))
      if (!frame) return null
      chunks.push(frame)
      hasPixels = true
    }
    if (name === 'ANIM' && keepsMotion) chunks.push(bytes.subarray(at, end))
    if (name === 'EXIF') {
      const content = bytes.subarray(at + 8, at + 8 + length)
      orientation ??= readOrientation(withoutExifPrefix(content) ?? content)
    }
    if (needed.has(name)) {
      const chunk = bytes.slice(at, end)
      if (name === 'VP8X')
        chunk[8] = (chunk[8] ?? 0) & ~(keepsMotion ? removedFlags : removedFlags | motionFlag)
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
