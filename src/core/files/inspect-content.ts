import type { BlobName } from '../../ports/blobs.ts'
import type { Needs } from '../../ports/ports.ts'
import { kindOf, type MediaType } from './media-types.ts'
import { findOffice, hasPassword, isOldKind } from './office-content.ts'
import { isPicture, readPictureSize } from './picture-size.ts'
import { type Bytes, createSniffType } from './sniffed-type.ts'
import { type Charset, findText } from './text-content.ts'
import { holdsZip, zipTailLength } from './zip-directory.ts'

const isArchive = ([a, b, c, d]: Uint8Array, type: MediaType): boolean =>
  type === 'application/vnd.openedx.olx+gzip'
    ? a === 0x1f && b === 0x8b
    : a === 0x50 && b === 0x4b && c === 0x03 && d === 0x04

/** What is found is named by a code: the answer says no more. */
export type Finding =
  | 'type_mismatch'
  | 'two_formats'
  | 'zip_bomb'
  | 'too_many_pixels'
  | 'macros'
  | 'encrypted'

export type Inspected =
  | { readonly type: MediaType; readonly charset?: Charset }
  | { readonly finding: Finding }

const headLength = 8_192

const markup = /<(?:!doctype html|html|script|svg|iframe|\?php)[\s>/]/i
const latin = new TextDecoder('latin1')

/** What is written with letters alone, begins with a mark of some length, and is not on the list. */
const writtenFormat = /rtf|xml|postscript|eps|calendar|vcard|regedit|pgp|vnd\.ms-htmlhelp/

/** Players read captions in UTF-8 alone, and look for this line. */
const isCaptions = (head: Uint8Array) => /^\uFEFF?WEBVTT(?:[ \t\r\n]|$)/.test(new TextDecoder().decode(head))

/** What a browser or a reader of another format would find at the start of something else. */
const hasForeignStart = (head: Uint8Array, type: MediaType): boolean => {
  const text = latin.decode(head)
  const isPdf = type === 'application/pdf'
  // What a document shows may well be the source of a page.
  const marked = kindOf(type) === 'text' ? '' : isPdf ? text.slice(0, 1_024) : text
  return markup.test(marked) || (!isPdf && text.slice(0, 1_024).includes('%PDF-'))
}

/**
 * Looks at a blob: what is it, that alone, and no more than it should be once it is unpacked? The bytes decide, within the
 * kind of what was announced.
 */
export const createInspectContent = ({ blobs, fileTypes }: Needs<'blobs' | 'fileTypes'>) => {
  const sniffType = createSniffType({ fileTypes })

  async function inspectText(bytes: Bytes, announced: MediaType): Promise<Inspected> {
    const text = await findText(bytes)
    if ('isNot' in text) return { finding: text.isNot === 'text' ? 'type_mismatch' : 'two_formats' }
    const sniffed = await fileTypes.sniff(bytes.head)
    const isOther = sniffed !== null && writtenFormat.test(sniffed)
    if (isOther || (announced === 'text/vtt' && !isCaptions(bytes.head))) return { finding: 'type_mismatch' }
    return { type: announced, ...(text.charset !== null && { charset: text.charset }) }
  }

  async function inspectOffice(bytes: Bytes): Promise<Inspected> {
    const { head, read } = bytes
    if (isOldKind(head)) return { finding: (await hasPassword(head, read)) ? 'encrypted' : 'type_mismatch' }
    return latin.decode(head.subarray(0, 4)) === 'PK\x03\x04'
      ? findOffice(bytes)
      : { finding: 'type_mismatch' }
  }

  async function inspectBinary(bytes: Bytes, announced: MediaType, maxPixels: number): Promise<Inspected> {
    const { size, read } = bytes
    const type = await sniffType(bytes, announced)
    if (type === null || kindOf(type) !== kindOf(announced)) return { finding: 'type_mismatch' }
    const tailFrom = Math.max(0, size - zipTailLength)
    if (await holdsZip(await read(tailFrom, zipTailLength), tailFrom, read)) return { finding: 'two_formats' }
    if (!isPicture(type)) return { type }
    const picture = await readPictureSize(type, bytes)
    if (!picture || picture.width * picture.height === 0) return { finding: 'type_mismatch' }
    return picture.width * picture.height > maxPixels ? { finding: 'too_many_pixels' } : { type }
  }

  return async (
    blob: BlobName,
    {
      size,
      type: announced,
      allowed,
      maxPixels,
    }: {
      readonly size: number
      readonly type: MediaType
      readonly allowed: readonly MediaType[]
      readonly maxPixels: number
    },
  ): Promise<Inspected> => {
    const read = async (offset: number, length: number) =>
      (await blobs.read(blob, { offset, length })) ?? new Uint8Array()
    const bytes: Bytes = { head: await read(0, headLength), size, read }
    const kind = kindOf(announced)
    // What is in it is looked at when it is read, which is bounded.
    if (kind === 'course')
      return isArchive(bytes.head, announced) ? { type: announced } : { finding: 'type_mismatch' }
    const found =
      kind === 'text'
        ? await inspectText(bytes, announced)
        : kind === 'office'
          ? await inspectOffice(bytes)
          : await inspectBinary(bytes, announced, maxPixels)
    if ('finding' in found) return found
    if (hasForeignStart(bytes.head, found.type)) return { finding: 'two_formats' }
    return allowed.includes(found.type) ? found : { finding: 'type_mismatch' }
  }
}

export type InspectContent = ReturnType<typeof createInspectContent>
