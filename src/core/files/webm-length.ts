import { type RecordingBytes, viewOf } from './recording-bytes.ts'

const ids = {
  segment: 0x1853_8067,
  seekHead: 0x114d_9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549_a966,
  timestampScale: 0x2a_d7b1,
  duration: 0x4489,
  cluster: 0x1f43_b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const

const maxElements = 64
const maxHeaderBytes = 64 * 1024
const tailBytes = 1024 * 1024
const usualScale = 1_000_000

interface Element {
  readonly id: number
  readonly start: number
  /** Infinite where the writer did not know it, as when it recorded live. */
  readonly end: number
}

type View = ReturnType<typeof viewOf>

/** A number that begins with its own length in bits. */
function varint(view: View, at: number, keepsMarker: boolean): { value: number; length: number } | null {
  const first = view.u8(at)
  if (first === 0) return null
  const length = Math.clz32(first) - 23
  if (length > 8 || at + length > view.length) return null
  let value = keepsMarker ? first : first & (0xff >> length)
  let isAllOnes = (first & (0xff >> length)) === 0xff >> length
  for (let i = 1; i < length; i++) {
    value = value * 256 + view.u8(at + i)
    isAllOnes &&= view.u8(at + i) === 0xff
  }
  return { value: !keepsMarker && isAllOnes ? Number.POSITIVE_INFINITY : value, length }
}

function elementAt(view: View, at: number, base: number): Element | null {
  const id = varint(view, at, true)
  const size = id && varint(view, at + id.length, false)
  if (!id || !size) return null
  const start = base + at + id.length + size.length
  return { id: id.value, start, end: start + size.value }
}

const readElement = async ({ read }: RecordingBytes, at: number): Promise<Element | null> =>
  elementAt(viewOf(await read(at, 16)), 0, at)

function* childrenOf(view: View, start: number, end: number): Generator<Element> {
  for (let at = start, count = 0; at < end && count < 10_000; count++) {
    const child = elementAt(view, at, 0)
    if (!child) return
    yield child
    if (!Number.isFinite(child.end)) return
    at = child.end
  }
}

function unsigned(view: View, { start, end }: Element): number {
  let value = 0
  for (let at = start; at < Math.min(end, start + 8); at++) value = value * 256 + view.u8(at)
  return value
}

const read = async (file: RecordingBytes, { start, end }: Element): Promise<View> =>
  viewOf(await file.read(start, Math.min(end - start, maxHeaderBytes)))

async function infoPosition(
  file: RecordingBytes,
  seekHead: Element,
  segmentStart: number,
): Promise<number | null> {
  const view = await read(file, seekHead)
  for (const seek of childrenOf(view, 0, view.length)) {
    if (seek.id !== ids.seek) continue
    const parts = [...childrenOf(view, seek.start, seek.end)]
    const named = parts.find(({ id }) => id === ids.seekId)
    const position = parts.find(({ id }) => id === ids.seekPosition)
    if (named && position && unsigned(view, named) === ids.info)
      return segmentStart + unsigned(view, position)
  }
  return null
}

async function findInfo(file: RecordingBytes, segmentStart: number): Promise<Element | null> {
  let at = segmentStart
  let elsewhere: number | null = null
  for (let count = 0; count < maxElements; count++) {
    const element = await readElement(file, at)
    if (element?.id === ids.info) return element
    if (element?.id === ids.seekHead) elsewhere = await infoPosition(file, element, segmentStart)
    if (!element || element.id === ids.cluster || !Number.isFinite(element.end) || element.end >= file.size)
      break
    at = element.end
  }
  const element = elsewhere === null ? null : await readElement(file, elsewhere)
  return element?.id === ids.info ? element : null
}

/** The latest moment of the last cluster: recorders that write as they go say no more. */
async function lastMoment(file: RecordingBytes): Promise<number | null> {
  const offset = Math.max(0, file.size - tailBytes)
  const view = viewOf(await file.read(offset, tailBytes))
  for (let at = view.length - 4; at >= 0; at--) {
    if (view.u32(at) !== ids.cluster) continue
    const cluster = elementAt(view, at, 0)
    if (!cluster) continue
    let timestamp: number | null = null
    let latest = 0
    for (const child of childrenOf(view, cluster.start, Math.min(cluster.end, view.length))) {
      if (child.id === ids.timestamp) timestamp = unsigned(view, child)
      const block =
        child.id === ids.blockGroup
          ? [...childrenOf(view, child.start, child.end)].find(({ id }) => id === ids.block)
          : child.id === ids.simpleBlock
            ? child
            : undefined
      const track = block && varint(view, block.start, false)
      if (block && track) latest = Math.max(latest, view.i16(block.start + track.length))
    }
    if (timestamp !== null) return timestamp + latest
  }
  return null
}

/** WebM and Matroska: the duration in the segment's information, or the end of the last cluster. */
export async function readWebmLength(file: RecordingBytes): Promise<number | null> {
  const header = await readElement(file, 0)
  const segment = header && Number.isFinite(header.end) ? await readElement(file, header.end) : null
  if (segment?.id !== ids.segment) return null
  const info = await findInfo(file, segment.start)
  if (!info) return null
  const view = await read(file, info)
  let scale: number = usualScale
  let duration = 0
  for (const child of childrenOf(view, 0, view.length)) {
    if (child.id === ids.timestampScale) scale = unsigned(view, child) || usualScale
    if (child.id === ids.duration)
      duration = child.end - child.start === 4 ? view.f32(child.start) : view.f64(child.start)
  }
  const ticks = duration > 0 ? duration : await lastMoment(file)
  return ticks === null ? null : (ticks * scale) / 1e9
}
