import { type ByteWindow, createByteWindow, type ReadBytes } from './byte-window.ts'
import { boxesIn, nameAt } from './iso-boxes.ts'
import type { MediaType } from './media-types.ts'

const latin = new TextDecoder('latin1')

interface Content {
  readonly head: Uint8Array
  readonly size: number
  readonly read: ReadBytes
}

/** What the tracks of a film are: `vide`, `soun` and others. */
async function* tracksIn(window: ByteWindow, from: number, end: number): AsyncGenerator<string> {
  for await (const box of boxesIn(window, from, end)) {
    if (box.name === 'moov' || box.name === 'trak' || box.name === 'mdia')
      yield* tracksIn(window, box.from, box.end)
    if (box.name === 'hdlr') {
      const handler = await window(box.from + 8, 4)
      if (handler) yield nameAt(handler, 0)
    }
    if (box.name === 'moov') return
  }
}

/** Brands of what holds sound alone. */
const soundBrand = /^(?:M4[AB] |F4[AB] )$/

/**
 * Which of the types in this family of formats a file is. Brands say little: Safari records voice as `iso5` or `isom`, and only the tracks tell
 * it from a film. `hint` where they do not say.
 */
async function isoType({ head, size, read }: Content, hint: MediaType): Promise<MediaType | null> {
  const brand = latin.decode(head.subarray(8, 12))
  const handlers = new Set<string>()
  for await (const handler of tracksIn(createByteWindow(head, read), 0, size)) handlers.add(handler)
  const isQuickTime = brand === 'qt  ' || latin.decode(head.subarray(4, 8)) !== 'ftyp'
  if (handlers.has('vide')) return isQuickTime ? 'video/quicktime' : 'video/mp4'
  if (handlers.has('soun') || soundBrand.test(brand)) return isQuickTime ? 'video/quicktime' : 'audio/mp4'
  if (isQuickTime) return 'video/quicktime'
  return hint === 'audio/mp4' ? hint : 'video/mp4'
}

/** The element `CodecID` of a track of this kind: byte 0x86, which is `†` as it is decoded here, and a length. */
const hasTrack = (head: string, kind: 'A' | 'V') =>
  (kind === 'V' ? /\u2020.{1,2}V_[A-Z\d]/s : /\u2020.{1,2}A_[A-Z\d]/s).test(head)

async function webmType({ size, read }: Content, hint: MediaType): Promise<MediaType> {
  const head = latin.decode(await read(0, Math.min(size, 256 * 1024)))
  if (hasTrack(head, 'V')) return 'video/webm'
  if (hasTrack(head, 'A')) return 'audio/webm'
  return hint === 'audio/webm' ? hint : 'video/webm'
}

const isoNames = new Set(['video/mp4', 'audio/mp4', 'audio/x-m4a', 'video/x-m4v', 'video/quicktime'])

/** Of a recording that is known as this by its first bytes; null for one that we do not take. */
export async function recordingType(
  sniffed: string,
  content: Content,
  hint: MediaType,
): Promise<MediaType | null> {
  if (isoNames.has(sniffed)) return isoType(content, hint)
  if (sniffed === 'video/webm') return webmType(content, hint)
  return sniffed === 'audio/mpeg' || sniffed === 'audio/ogg' ? sniffed : null
}
