import type { ReadBytes } from './byte-window.ts'

/** Kilobits a second, by index, of the three layers of MPEG 1 and then of 2. */
const bitrates = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
] as const
const rates = [44_100, 48_000, 32_000] as const
/** Some programs leave blanks between the tag and the sound. */
const searchedBytes = 16 * 1024

/** How long the frame is that begins here; null when none does. */
function frameLength(bytes: Uint8Array, at: number): number | null {
  const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3)
  if (a !== 0xff || (b & 0xe0) !== 0xe0) return null
  const version = (b >> 3) & 3
  const layer = 4 - ((b >> 1) & 3)
  const rate = rates[(c >> 2) & 3]
  if (version === 1 || layer === 4 || rate === undefined) return null
  const isFirst = version === 3
  const kilobits = bitrates[isFirst ? layer - 1 : layer === 1 ? 3 : 4]?.[c >> 4]
  if (!kilobits) return null
  const hertz = rate / (isFirst ? 1 : version === 2 ? 2 : 4)
  const padding = (c >> 1) & 1
  if (layer === 1) return (Math.floor((12_000 * kilobits) / hertz) + padding) * 4
  return Math.floor(((layer === 3 && !isFirst ? 72_000 : 144_000) * kilobits) / hertz) + padding
}

/** The bytes of the tag in front: none, or as many as it says. */
export function id3Length(head: Uint8Array): number {
  const [a, b, c, , , flags = 0, ...size] = head.subarray(0, 10)
  if (a !== 0x49 || b !== 0x44 || c !== 0x33 || size.length < 4) return 0
  return 10 + size.reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0) + (flags & 0x10 ? 10 : 0)
}

/** Whether there are two frames in a row, or one that reaches to the end: two letters alone begin anything. */
export async function startsWithMpegAudio(read: ReadBytes): Promise<boolean> {
  const from = id3Length(await read(0, 10))
  const bytes = await read(from, searchedBytes)
  for (let at = 0; at + 4 <= bytes.byteLength; at++) {
    const length = frameLength(bytes, at)
    if (length === null) continue
    const next = at + length
    if (next >= bytes.byteLength || frameLength(bytes, next) !== null) return true
    // The last frame of a short recording, with a tag behind it.
    if (next + 3 <= bytes.byteLength && String.fromCharCode(...bytes.subarray(next, next + 3)) === 'TAG')
      return true
  }
  return false
}
