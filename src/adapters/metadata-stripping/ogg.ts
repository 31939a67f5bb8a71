import { textOf } from './boxes.ts'
import type { FileWindow } from './file-window.ts'
import { type Patch, patched } from './patches.ts'

/** The comments come in the second packet of a stream: nobody honest needs more pages for it. */
const maxPages = 4_000

const table = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})
const checksum = (bytes: Uint8Array): number => {
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) ^ (table[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  return crc
}

interface Page {
  readonly at: number
  readonly stream: number
  readonly content: number
  readonly end: number
  /** Where the packets end that end on it, counted from its content. */
  readonly ends: readonly number[]
}

async function pageAt(window: FileWindow, at: number): Promise<Page | null> {
  const header = await window.view(at, 27)
  if (!header || textOf(header, 0) !== 'OggS') return null
  const count = header.getUint8(26)
  const lengths = await window.view(at + 27, count)
  if (!lengths) return null
  const ends: number[] = []
  let length = 0
  for (let i = 0; i < count; i++) {
    length += lengths.getUint8(i)
    if (lengths.getUint8(i) < 255) ends.push(length)
  }
  const content = at + 27 + count
  return { at, stream: header.getUint32(14, true), content, end: content + length, ends }
}

/** The comments of a codec that say nothing: as many bytes as there were. */
function noComments(start: string, length: number): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(length)
  const mark = start.startsWith('OpusTags')
    ? 'OpusTags'
    : start.startsWith('\x03vorbis')
      ? '\x03vorbis'
      : null
  if (mark === null || length < mark.length + 9) return null
  bytes.set(new TextEncoder().encode(mark))
  // No name of a program, no comments; Vorbis ends with a bit, Opus takes what follows for padding.
  if (mark !== 'OpusTags') bytes[mark.length + 8] = 1
  return bytes
}

/** Ogg with Opus or Vorbis: the comments are emptied in place, and the checks of their pages are made anew. */
export async function stripOgg(window: FileWindow): Promise<ReturnType<typeof patched> | null> {
  const patches: Patch[] = []
  const packets = new Map<number, number>()
  /** The pages that hold the comments of a stream, and which part of each. */
  const held = new Map<number, { page: Page; from: number; to: number }[]>()
  for (let at = 0, i = 0; at < window.size && i < maxPages; i++) {
    const page = await pageAt(window, at)
    // Cut off before its comments end.
    if (!page || page.end > window.size) return null
    let done = packets.get(page.stream) ?? 0
    let from = 0
    for (const end of [...page.ends, null]) {
      const to = end ?? page.end - page.content
      if (done === 1 && to > from)
        held.set(page.stream, [...(held.get(page.stream) ?? []), { page, from, to }])
      if (end !== null) done++
      from = to
    }
    packets.set(page.stream, done)
    at = page.end
    if ([...packets.values()].every((count) => count > 1)) break
  }
  for (const parts of held.values()) {
    const first = parts[0]
    const start =
      first && (await window.view(first.page.content + first.from, Math.min(8, first.to - first.from)))
    const length = parts.reduce((sum, { from, to }) => sum + to - from, 0)
    const empty = start && noComments(textOf(start, 0, start.byteLength), length)
    if (!empty) return null
    let written = 0
    for (const { page, from, to } of parts) {
      const view = await window.view(page.at, page.end - page.at)
      if (!view) return null
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
      bytes.set(empty.subarray(written, written + to - from), page.content - page.at + from)
      written += to - from
      new DataView(bytes.buffer).setUint32(22, 0, true)
      new DataView(bytes.buffer).setUint32(22, checksum(bytes), true)
      patches.push({ at: page.at, bytes })
    }
  }
  return patched(window.size, patches)
}
