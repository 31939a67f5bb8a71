import { type RecordingBytes, viewOf } from './recording-bytes.ts'

/** A page is no longer than this. */
const tailBytes = 65_536
const headBytes = 128
const opusRate = 48_000

/** Samples a second, and how many at the beginning are not played. */
function streamOf(
  head: ReturnType<typeof viewOf>,
): { readonly rate: number; readonly skipped: number } | null {
  const start = 27 + head.u8(26)
  if (head.text(start, 8) === 'OpusHead') return { rate: opusRate, skipped: head.u16le(start + 10) }
  if (head.text(start, 7) === '\u0001vorbis') return { rate: head.u32le(start + 12), skipped: 0 }
  return null
}

/** OGG: the position that the last page ends at. */
export async function readOggLength({ size, read }: RecordingBytes): Promise<number | null> {
  const head = viewOf(await read(0, headBytes))
  const stream = head.text(0, 4) === 'OggS' ? streamOf(head) : null
  if (!stream || stream.rate === 0) return null
  const tail = viewOf(await read(Math.max(0, size - tailBytes), tailBytes))
  for (let at = tail.length - 14; at >= 0; at--) {
    if (tail.u8(at) !== 0x4f || tail.text(at, 4) !== 'OggS') continue
    const position = tail.i64le(at + 6)
    if (position > 0) return (position - stream.skipped) / stream.rate
  }
  return null
}
