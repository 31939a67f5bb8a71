import pLimit from 'p-limit'
import type { MediaMetadata, Piece, ReadableFile } from '../../ports/media-metadata.ts'
import { createFileWindow, type FileWindow } from './file-window.ts'
import { stripFilm } from './film.ts'
import { stripGif } from './gif.ts'
import { stripHeic } from './heic.ts'
import { stripJpeg } from './jpeg.ts'
import { stripMp3 } from './mp3.ts'
import { stripOgg } from './ogg.ts'
import { stripPng } from './png.ts'
import type { Manner, Stripped } from './stripped.ts'
import { stripWebm } from './webm.ts'
import { stripWebp } from './webp.ts'

type Outcome = readonly Piece[] | 'unchanged' | null

const asSent: Manner = { keepsMotion: true, forgives: true }

/** Read whole: their pixels have to be gone through to find where they end. */
const pictures: Readonly<
  Record<string, (bytes: Uint8Array<ArrayBuffer>, manner: Manner) => Stripped | null>
> = {
  'image/jpeg': stripJpeg,
  'image/png': stripPng,
  'image/webp': stripWebp,
  'image/gif': stripGif,
}

/** Read where something is. */
const others: Readonly<Record<string, (window: FileWindow) => Promise<Outcome>>> = {
  'image/heic': stripHeic,
  'video/mp4': stripFilm,
  'video/quicktime': stripFilm,
  'audio/mp4': stripFilm,
  'audio/mpeg': stripMp3,
  'audio/ogg': stripOgg,
  'audio/webm': stripWebm,
  'video/webm': stripWebm,
}

const isSame = (bytes: Uint8Array, parts: readonly Uint8Array[]): boolean => {
  if (parts.reduce((sum, part) => sum + part.byteLength, 0) !== bytes.byteLength) return false
  let at = 0
  for (const part of parts) {
    const isPart = part.buffer === bytes.buffer && part.byteOffset === bytes.byteOffset + at
    for (let i = 0; !isPart && i < part.byteLength; i++) if (bytes[at + i] !== part[i]) return false
    at += part.byteLength
  }
  return true
}

/** Takes files apart in this process: nothing is decoded, and every runtime can. */
export function createMetadataStripping(): MediaMetadata {
  const inMemory = pLimit(2)
  const stripPicture = async (
    strip: (typeof pictures)[string],
    { size, read }: ReadableFile,
  ): Promise<Outcome> => {
    const bytes = await read(0, size)
    const stripped = strip(bytes, asSent)
    if (!stripped) return null
    return isSame(bytes, stripped.parts) ? 'unchanged' : stripped.parts
  }
  return {
    async remove(type, file) {
      const picture = pictures[type]
      if (picture) return inMemory(() => stripPicture(picture, file))
      return (await others[type]?.(createFileWindow(file))) ?? (others[type] ? null : 'unchanged')
    },
  }
}
