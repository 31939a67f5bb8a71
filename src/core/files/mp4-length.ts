import { type RecordingBytes, viewOf } from './recording-bytes.ts'

/** Boxes looked at on one level. A recording in one piece has a handful; one in fragments says its length before them. */
const maxBoxes = 64
const headerLength = 16
const unknown32 = 0xffff_ffff

interface Box {
  readonly type: string
  readonly start: number
  readonly end: number
}

async function boxAt({ size, read }: RecordingBytes, at: number, within: number): Promise<Box | null> {
  const head = viewOf(await read(at, headerLength))
  if (head.length < 8) return null
  const type = head.text(4, 4)
  const short = head.u32(0)
  const isLong = short === 1
  const length = isLong ? head.u64(8) : short === 0 ? size - at : short
  const start = at + (isLong ? 16 : 8)
  // A recording that was cut off ends within a box.
  return length < start - at ? null : { type, start, end: Math.min(at + length, within) }
}

/** The first boxes of these types on one level, wherever in the file they lie. */
async function findBoxes(
  file: RecordingBytes,
  { start, end }: Pick<Box, 'start' | 'end'>,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Box>> {
  const found = new Map<string, Box>()
  let at = start
  for (let count = 0; count < maxBoxes && at < end && found.size < wanted.length; count++) {
    const box = await boxAt(file, at, end)
    if (!box || box.end <= at) break
    if (wanted.includes(box.type) && !found.has(box.type)) found.set(box.type, box)
    at = box.end
  }
  return found
}

async function movieHeader(file: RecordingBytes, box: Box) {
  const header = viewOf(await file.read(box.start, 32))
  const isLong = header.u8(0) === 1
  const timescale = header.u32(isLong ? 20 : 12)
  const duration = isLong ? header.u64(24) : header.u32(16)
  const isUnknown = isLong ? duration >= 2 ** 63 : duration === unknown32
  return { timescale, duration: isUnknown ? 0 : duration }
}

/** Of a recording in fragments, where its header says so. */
async function fragmentsOf(file: RecordingBytes, movie: Box): Promise<number> {
  const extends_ = (await findBoxes(file, movie, ['mvex'])).get('mvex')
  const header = extends_ && (await findBoxes(file, extends_, ['mehd'])).get('mehd')
  if (!header) return 0
  const bytes = viewOf(await file.read(header.start, 12))
  return bytes.u8(0) === 1 ? bytes.u64(4) : bytes.u32(4)
}

/** The sum of what an index of fragments says, in seconds. */
async function indexedSeconds(file: RecordingBytes, { start, end }: Box): Promise<number> {
  const index = viewOf(await file.read(start, Math.min(end - start, 64 * 1024)))
  const timescale = index.u32(8)
  const counted = index.u8(0) === 1 ? 30 : 22
  let sum = 0
  for (let i = 0, at = counted + 2; i < index.u16(counted) && at + 12 <= index.length; i++, at += 12)
    sum += index.u32(at + 4)
  return timescale === 0 ? 0 : sum / timescale
}

/** MP4, MOV and M4A: the movie header, which lies at the beginning or after all of the media. */
export async function readMp4Length(file: RecordingBytes): Promise<number | null> {
  const whole = { start: 0, end: file.size }
  const movie = (await findBoxes(file, whole, ['moov'])).get('moov')
  if (!movie) return null
  const box = (await findBoxes(file, movie, ['mvhd'])).get('mvhd')
  if (!box) return null
  const { timescale, duration } = await movieHeader(file, box)
  if (timescale === 0) return null
  const ticks = duration > 0 ? duration : await fragmentsOf(file, movie)
  if (ticks > 0) return ticks / timescale
  const index = (await findBoxes(file, whole, ['sidx'])).get('sidx')
  return index ? (await indexedSeconds(file, index)) || null : null
}
