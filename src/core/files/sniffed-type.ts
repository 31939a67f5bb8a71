import type { Needs } from '../../ports/ports.ts'
import type { ReadBytes } from './byte-window.ts'
import { isMediaType, type MediaType } from './media-types.ts'
import { startsWithMpegAudio } from './mpeg-audio.ts'
import { recordingType } from './recording-content.ts'

const latin = new TextDecoder('latin1')
/** Readers take it as far in. */
const pdfWithinBytes = 1_024

/** Names of the sniffing library for what we call otherwise. */
const sameAs: Readonly<Record<string, MediaType>> = {
  'image/apng': 'image/png',
  'image/heif': 'image/heic',
}

const pngMark = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** The box `ftyp` lists brands; what is only called a picture of this family may be coded in another way. */
function isHeic(head: Uint8Array): boolean {
  const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0)
  const brands = latin.decode(head.subarray(8, Math.min(length, 256)))
  return (
    /^(?:.{4})*?hei[cxms]/s.test(brands) || (!/avi[fs]/.test(brands) && latin.decode(head).includes('hvc1'))
  )
}

export interface Bytes {
  readonly head: Uint8Array<ArrayBuffer>
  readonly size: number
  readonly read: ReadBytes
}

/** What bytes are that are no text and no office file: null for what we do not take, and for what only begins so. */
export const createSniffType =
  ({ fileTypes }: Needs<'fileTypes'>) =>
  async (bytes: Bytes, hint: MediaType): Promise<MediaType | null> => {
    const { head, read } = bytes
    const sniffed = await fileTypes.sniff(head)
    if (sniffed === null) {
      // With much about its colours before its pixels the library sees the end of the head first.
      if (pngMark.every((byte, i) => head[i] === byte)) return 'image/png'
      return latin.decode(head.subarray(0, pdfWithinBytes)).includes('%PDF-') ? 'application/pdf' : null
    }
    if (sniffed === 'image/heic' || sniffed === 'image/heif') return isHeic(head) ? 'image/heic' : null
    const recording = await recordingType(sniffed, bytes, hint)
    if (recording === 'audio/mpeg') return (await startsWithMpegAudio(read)) ? recording : null
    if (recording) return recording
    const type = sameAs[sniffed] ?? sniffed
    return isMediaType(type) && !type.startsWith('video/') && !type.startsWith('audio/') ? type : null
  }
