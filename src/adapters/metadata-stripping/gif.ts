import type { Stripped } from './stripped.ts'

const latin = new TextDecoder('latin1')
/** How often it runs, and what its colors mean. Any other program's block can hold anything. */
const needed = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)

/** Behind the blocks that begin here; null where they do not end. */
function endOfBlocks(bytes: Uint8Array, from: number): number | null {
  for (let at = from; at < bytes.length; ) {
    const length = bytes[at] ?? 0
    at += 1 + length
    if (length === 0) return at <= bytes.length ? at : null
  }
  return null
}

/** Without comments, without what programs add, and without what stands behind the end. What is cut off ends at its last whole frame. */
export function stripGif(bytes: Uint8Array<ArrayBuffer>): Stripped | null {
  if (bytes.length < 13 || !/^GIF8[79]a$/.test(latin.decode(bytes.subarray(0, 6)))) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 13 + tableBytes(bytes[10] ?? 0)
  const parts: Uint8Array<ArrayBuffer>[] = [bytes.subarray(0, at)]
  let frames = 0
  while (at < bytes.length && bytes[at] !== 0x3b) {
    const isFrame = bytes[at] === 0x2c
    if (!isFrame && bytes[at] !== 0x21) break
    const label = bytes[at + 1]
    const blocks = isFrame ? at + 11 + tableBytes(bytes[at + 9] ?? 0) : at + 2
    const end = endOfBlocks(bytes, blocks)
    if (end === null) break
    const isNeeded =
      label === 0xf9 || (label === 0xff && needed.has(latin.decode(bytes.subarray(at + 3, at + 14))))
    if (isFrame || isNeeded) parts.push(bytes.subarray(at, end))
    if (isFrame) frames++
    at = end
  }
  if (frames === 0) return null
  parts.push(new Uint8Array([0x3b]))
  return { parts, width: view.getUint16(6, true), height: view.getUint16(8, true) }
}
