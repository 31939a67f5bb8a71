import type { Stripped } from './stripped.ts'

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
])
const latin = new TextDecoder('latin1')

export function stripPng(bytes: Uint8Array<ArrayBuffer>): Stripped | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (signature.some((byte, i) => bytes[i] !== byte) || bytes.length < 33) return null
  if (latin.decode(bytes.subarray(12, 16)) !== 'IHDR') return null
  const parts: Uint8Array<ArrayBuffer>[] = [bytes.subarray(0, 8)]
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at)
    if (end > bytes.length) return null
    const name = latin.decode(bytes.subarray(at + 4, at + 8))
    if (needed.has(name)) parts.push(bytes.subarray(at, end))
    if (name === 'IEND') return { parts, width: view.getUint32(16), height: view.getUint32(20) }
    at = end
  }
  return null
}
