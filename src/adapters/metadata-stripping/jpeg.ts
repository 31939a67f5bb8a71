import { exifPrefix, readOrientation, withoutExifPrefix, writeOrientation } from './orientation.ts'
import { asPortrait, type Stripped } from './stripped.ts'

const applicationOne = 0xe1
const startOfScan = 0xda
const endOfImage = 0xd9
const latin = new TextDecoder('latin1')

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
/** Frames, tables and scans; of what applications add, those that colours need, and none with a thumbnail. All else can hold anything. */
const isNeeded = (marker: number, content: Uint8Array) =>
  (marker >= 0xc0 && marker <= 0xdf) ||
  (marker === 0xe0 && content.byteLength === 14 && latin.decode(content.subarray(0, 5)) === 'JFIF\0') ||
  (marker === 0xe2 && latin.decode(content.subarray(0, 12)) === 'ICC_PROFILE\0') ||
  (marker === 0xee && latin.decode(content.subarray(0, 5)) === 'Adobe')

function orientationSegment(orientation: number): Uint8Array<ArrayBuffer> {
  const content = [...exifPrefix, ...writeOrientation(orientation)]
  return new Uint8Array([0xff, applicationOne, 0, content.length + 2, ...content])
}

/** Compressed data goes up to a marker that is neither an escaped byte nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at
  }
  return bytes.length
}

export function stripJpeg(bytes: Uint8Array<ArrayBuffer>, { forgives } = asPortrait): Stripped | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null
  const parts: Uint8Array<ArrayBuffer>[] = [bytes.subarray(0, 2)]
  let orientation: number | null = null
  let size: { readonly width: number; readonly height: number } | undefined
  let at = 2
  const whole = (end: Uint8Array<ArrayBuffer>): Stripped | null => {
    parts.push(end)
    if (orientation !== null) parts.splice(1, 0, orientationSegment(orientation))
    return size ? { parts, ...size } : null
  }
  let hasPixels = false
  const cutOff = () => (forgives && hasPixels ? whole(new Uint8Array([0xff, endOfImage])) : null)
  while (at + 2 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      if (!forgives) return null
      at++
      continue
    }
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === endOfImage) return whole(bytes.subarray(at, at + 2))
    if (at + 4 > bytes.length) return cutOff()
    const end = at + 2 + view.getUint16(at + 2)
    if (end > bytes.length) return cutOff()
    if (isFrame(marker) && end - at >= 9)
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    const content = bytes.subarray(at + 4, end)
    const exif = marker === applicationOne ? withoutExifPrefix(content) : null
    if (exif) orientation ??= readOrientation(exif)
    if (isNeeded(marker, content)) parts.push(bytes.subarray(at, end))
    at = end
    if (marker === startOfScan) {
      at = endOfScan(bytes, end)
      parts.push(bytes.subarray(end, at))
      hasPixels = true
    }
  }
  return cutOff()
}
