import { readOrientation, writeOrientation } from './orientation.ts'
import { asPortrait, type Stripped } from './stripped.ts'

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Pixels, and what says how their colours are meant. */
const needed = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'sBIT',
  'bKGD',
  'pHYs',
  'cICP',
  'mDCV',
  'cLLI',
])
const ofMotion = new Set(['acTL', 'fcTL', 'fdAT'])
const end = new Uint8Array([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
const latin = new TextDecoder('latin1')

/** The check that ends each chunk, bit by bit: what is written here is short. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

function orientationChunk(orientation: number): Uint8Array<ArrayBuffer> {
  const content = writeOrientation(orientation)
  const chunk = new Uint8Array(12 + content.byteLength)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, content.byteLength)
  chunk.set([0x65, 0x58, 0x49, 0x66], 4)
  chunk.set(content, 8)
  view.setUint32(8 + content.byteLength, crc32(chunk.subarray(4, 8 + content.byteLength)))
  return chunk
}

export function stripPng(
  bytes: Uint8Array<ArrayBuffer>,
  { keepsMotion, forgives } = asPortrait,
): Stripped | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (signature.some((byte, i) => bytes[i] !== byte) || bytes.length < 33) return null
  if (latin.decode(bytes.subarray(12, 16)) !== 'IHDR') return null
  const parts: Uint8Array<ArrayBuffer>[] = [bytes.subarray(0, 8)]
  let orientation: number | null = null
  let hasPixels = false
  const whole = (last: Uint8Array<ArrayBuffer>): Stripped => {
    parts.push(last)
    // Right after the header: not everybody looks for it behind the pixels.
    if (orientation !== null) parts.splice(2, 0, orientationChunk(orientation))
    return { parts, width: view.getUint32(16), height: view.getUint32(20) }
  }
  const cutOff = (pixels: Uint8Array<ArrayBuffer>[]) => {
    if (!forgives || !(hasPixels || pixels.length > 0)) return null
    parts.push(...pixels)
    return whole(end)
  }
  for (let at = 8; at + 12 <= bytes.length; ) {
    const next = at + 12 + view.getUint32(at)
    if (next > bytes.length) {
      // A decoder shows the rows that came, also of a chunk that is cut.
      const isPixels = latin.decode(bytes.subarray(at + 4, at + 8)) === 'IDAT'
      return cutOff(isPixels ? [bytes.subarray(at)] : [])
    }
    const name = latin.decode(bytes.subarray(at + 4, at + 8))
    if (name === 'eXIf') orientation ??= readOrientation(bytes.subarray(at + 8, next - 4))
    if (name === 'IEND') return whole(bytes.subarray(at, next))
    if (needed.has(name) || (keepsMotion && ofMotion.has(name))) parts.push(bytes.subarray(at, next))
    hasPixels ||= name === 'IDAT'
    at = next
  }
  return cutOff([])
}
