import type { BlobName } from '../../ports/blobs.ts'
import type { Needs } from '../../ports/ports.ts'
import type { MediaType } from './media-types.ts'
import { isPicture, readPictureSize } from './picture-size.ts'
import { findZipDirectory, readZipDirectory, zipTailLength } from './zip-directory.ts'

/** What is found is named by a code: the answer says no more. */
export type Finding = 'type_mismatch' | 'two_formats' | 'zip_bomb' | 'too_many_pixels'

const headLength = 8_192
const maxDirectoryBytes = 2 * 1024 * 1024
const maxEntries = 5_000
const maxUncompressedBytes = 512 * 1024 * 1024
/** XML compresses well, but not like this. */
const maxRatio = 200
const ratioMattersFrom = 10 * 1024 * 1024

/** Names that the sniffing library and browsers have for the same thing. */
const sameAs: Readonly<Record<string, MediaType>> = {
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
  'image/heif': 'image/heic',
  'video/ogg': 'audio/ogg',
}

const isText = (type: MediaType) => type.startsWith('text/')
const isOffice = (type: MediaType) => /opendocument|openxmlformats/.test(type)

const markup = /<(?:!doctype html|html|script|svg|iframe|\?php)[\s>/]/i
const latin = new TextDecoder('latin1')

/** What a browser or a reader of another format would find at the start of something else. */
const hasForeignStart = (head: Uint8Array, type: MediaType): boolean => {
  const text = latin.decode(head)
  return markup.test(text) || (type !== 'application/pdf' && text.slice(0, 1_024).includes('%PDF-'))
}

/** WebVTT says what it is in its first line. */
const isCaptions = (head: Uint8Array): boolean =>
  /^WEBVTT(?:[ \t\r\n]|$)/.test(new TextDecoder().decode(head.subarray(0, 64)))

/** Strict UTF-8; the last character of a piece may be cut. */
function isPlainText(head: Uint8Array, isWhole: boolean): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole })
    return !/[^\P{Cc}\s]/u.test(text)
  } catch {
    return false
  }
}

/**
 * Looks at the first and the last bytes of a blob: is it what it says, that alone, and no more than it should be once it
 * is unpacked? Null when it is.
 */
export const createInspectContent =
  ({ blobs, fileTypes }: Needs<'blobs' | 'fileTypes'>) =>
  async (
    blob: BlobName,
    {
      size,
      type,
      maxPixels,
    }: { readonly size: number; readonly type: MediaType; readonly maxPixels: number },
  ): Promise<Finding | null> => {
    const read = async (offset: number, length: number) =>
      (await blobs.read(blob, { offset, length })) ?? new Uint8Array()
    const [head, tail] = await Promise.all([
      read(0, headLength),
      read(Math.max(0, size - zipTailLength), zipTailLength),
    ])
    const found = await fileTypes.sniff(head)
    if (isText(type)) {
      const isForeign = type === 'text/vtt' ? !isCaptions(head) : found !== null
      if (isForeign || !isPlainText(head, size <= head.byteLength)) return 'type_mismatch'
    } else {
      const known = found === null ? null : (sameAs[found] ?? found)
      const isSame = known === type || (type === 'audio/webm' && known === 'video/webm')
      const isUnfoldedOffice = isOffice(type) && known === 'application/zip'
      if (!isSame && !isUnfoldedOffice) return 'type_mismatch'
    }
    if (!isOffice(type) && hasForeignStart(head, type)) return 'two_formats'
    const directory = findZipDirectory(tail)
    if (!isOffice(type) && directory) return 'two_formats'
    if (isPicture(type)) {
      const picture = await readPictureSize(type, { head, size, read })
      if (!picture || picture.width * picture.height === 0) return 'type_mismatch'
      return picture.width * picture.height > maxPixels ? 'too_many_pixels' : null
    }
    if (!isOffice(type)) return null
    if (!directory || directory.entries > maxEntries || directory.length > maxDirectoryBytes)
      return 'zip_bomb'
    const content = readZipDirectory(await read(directory.offset, directory.length), directory.entries)
    if (!content || content.hasArchives || content.uncompressedBytes > maxUncompressedBytes) return 'zip_bomb'
    const isDense =
      content.uncompressedBytes > ratioMattersFrom && content.uncompressedBytes > maxRatio * size
    return isDense ? 'zip_bomb' : null
  }

export type InspectContent = ReturnType<typeof createInspectContent>
