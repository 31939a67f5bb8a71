import type { ReadBytes } from './byte-window.ts'
import type { MediaType } from './media-types.ts'
import {
  findZipDirectory,
  readZipDirectory,
  readZipEntry,
  type ZipContent,
  zipTailLength,
} from './zip-directory.ts'

const maxDirectoryBytes = 2 * 1024 * 1024
const maxEntries = 5_000
const maxUncompressedBytes = 512 * 1024 * 1024
/** XML compresses well, but not like this. */
const maxRatio = 200
const ratioMattersFrom = 10 * 1024 * 1024
const maxPartBytes = 1024 * 1024

const latin = new TextDecoder('latin1')
const utf8 = new TextDecoder()

export type OfficeFound =
  | { readonly type: MediaType }
  | { readonly finding: 'zip_bomb' | 'macros' | 'encrypted' | 'type_mismatch' }

/** The main part of a document says what it is; a template, a slide show and one with macros say something else. */
const mainParts: Readonly<Record<string, MediaType>> = {
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml':
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml':
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml':
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
}
const openDocumentText = 'application/vnd.oasis.opendocument.text'

/** Where programs keep macros, and sheets of macros. */
const macroPart =
  /(?:^|\/)(?:vbaproject\.bin|vbadata\.xml|macrosheets\/|dialogsheets\/)|^(?:basic|scripts)\//i
const macroType = /macroenabled|vnd\.ms-office\.vba/i

/** A document with a password is one stream in a file of the old kind. */
const oldKind = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
export const isOldKind = (head: Uint8Array): boolean => oldKind.every((byte, i) => head[i] === byte)

/** Names are two bytes a letter. They stand in the directory, which begins in the sector that the header names. */
export async function hasPassword(head: Uint8Array, read: ReadBytes): Promise<boolean> {
  if (head.byteLength < 64) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const sectorBytes = 2 ** view.getUint16(30, true)
  if (sectorBytes !== 512 && sectorBytes !== 4096) return false
  const directory = await read((view.getUint32(48, true) + 1) * sectorBytes, 4096)
  return latin.decode(directory).replaceAll('\0', '').includes('EncryptedPackage')
}

const typeOfParts = (contentTypes: string): MediaType | null => {
  for (const [, name = ''] of contentTypes.matchAll(/ContentType\s*=\s*["']([^"']+)["']/g)) {
    const type = mainParts[name.trim()]
    if (type) return type
  }
  return null
}

/** Looks at what is in an office file: which one it is, and that it is no more than it should be once it is unpacked. */
export async function findOffice({
  size,
  read,
}: {
  readonly size: number
  readonly read: ReadBytes
}): Promise<OfficeFound> {
  const tail = await read(Math.max(0, size - zipTailLength), zipTailLength)
  const directory = findZipDirectory(tail)
  if (!directory || directory.entries > maxEntries || directory.length > maxDirectoryBytes)
    return { finding: 'zip_bomb' }
  const content = readZipDirectory(await read(directory.offset, directory.length), directory.entries)
  if (!content || content.hasArchives || content.uncompressedBytes > maxUncompressedBytes)
    return { finding: 'zip_bomb' }
  if (content.uncompressedBytes > ratioMattersFrom && content.uncompressedBytes > maxRatio * size)
    return { finding: 'zip_bomb' }
  return findMainPart(content, read)
}

async function findMainPart({ names, isEncrypted }: ZipContent, read: ReadBytes): Promise<OfficeFound> {
  const all = [...names.keys()]
  if (isEncrypted || names.has('encrypted-package')) return { finding: 'encrypted' }
  if (all.some((name) => macroPart.test(name))) return { finding: 'macros' }
  const textOf = async (name: string) => {
    const entry = names.get(name)
    const bytes = entry && (await readZipEntry(entry, { read, maxBytes: maxPartBytes }))
    return bytes ? utf8.decode(bytes) : null
  }
  const contentTypes = await textOf('[Content_Types].xml')
  if (contentTypes !== null) {
    if (macroType.test(contentTypes)) return { finding: 'macros' }
    const type = typeOfParts(contentTypes)
    return type ? { type } : { finding: 'type_mismatch' }
  }
  if ((await textOf('mimetype'))?.trim() !== openDocumentText) return { finding: 'type_mismatch' }
  const manifest = await textOf('META-INF/manifest.xml')
  return manifest?.includes('encryption-data') ? { finding: 'encrypted' } : { type: openDocumentText }
}
