import type { ReadBytes } from './byte-window.ts'

/** Where one file of a ZIP lies, and how. */
export interface ZipEntry {
  readonly offset: number
  readonly compressedBytes: number
  readonly isDeflated: boolean
}

/** What the directory at the end of a ZIP says is in it. */
export interface ZipContent {
  readonly entries: number
  readonly compressedBytes: number
  readonly uncompressedBytes: number
  readonly hasArchives: boolean
  readonly isEncrypted: boolean
  readonly names: ReadonlyMap<string, ZipEntry>
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const endLength = 22
/** The end record, the longest comment, and nothing more. */
export const zipTailLength = endLength + 0xffff

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where the directory of a ZIP lies. */
export interface ZipDirectory {
  readonly offset: number
  readonly length: number
  readonly entries: number
}

/** What could be the ends of a ZIP among these bytes, the last first, with where each stands. */
function* endsIn(tail: Uint8Array): Generator<{ readonly at: number; readonly directory: ZipDirectory }> {
  const view = viewOf(tail)
  for (let at = tail.byteLength - endLength; at >= 0; at--)
    if (tail[at] === 0x50 && view.getUint32(at, true) === endSignature)
      yield {
        at,
        directory: {
          entries: view.getUint16(at + 10, true),
          length: view.getUint32(at + 12, true),
          offset: view.getUint32(at + 16, true),
        },
      }
}

/** The directory of the ZIP that ends with these bytes; null when they are the end of no ZIP. */
export function findZipDirectory(tail: Uint8Array): ZipDirectory | null {
  const view = viewOf(tail)
  for (const { at, directory } of endsIn(tail))
    if (view.getUint16(at + 20, true) === tail.byteLength - at - endLength) return directory
  return null
}

/** Whether a program that looks for a ZIP finds one, also before bytes that do not belong to it. `tailFrom`: where the tail begins. */
export async function holdsZip(tail: Uint8Array, tailFrom: number, read: ReadBytes): Promise<boolean> {
  for (const { at, directory } of endsIn(tail)) {
    if (directory.entries === 0) {
      if (
        directory.length === 0 &&
        viewOf(tail).getUint16(at + 20, true) === tail.byteLength - at - endLength
      )
        return true
      continue
    }
    const starts = [tailFrom + at - directory.length, directory.offset]
    for (const start of starts) {
      const bytes = start < 0 ? new Uint8Array() : await read(start, 4)
      if (bytes.byteLength === 4 && viewOf(bytes).getUint32(0, true) === entrySignature) return true
    }
  }
  return false
}

const archive = /\.(?:zip|gz|bz2|xz|7z|rar|tar|jar|zst)$/i

/** Null when these bytes are not a directory of that many entries; the 64-bit form, for 4 GB and more, is none either. */
export function readZipDirectory(directory: Uint8Array, entries: number): ZipContent | null {
  const view = viewOf(directory)
  const decoder = new TextDecoder()
  const names = new Map<string, ZipEntry>()
  let [at, compressedBytes, uncompressedBytes, hasArchives, isEncrypted] = [0, 0, 0, false, false]
  for (let i = 0; i < entries; i++) {
    if (at + 46 > directory.byteLength || view.getUint32(at, true) !== entrySignature) return null
    const [compressed, uncompressed] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)]
    if (compressed === 0xffffffff || uncompressed === 0xffffffff) return null
    compressedBytes += compressed
    uncompressedBytes += uncompressed
    const nameLength = view.getUint16(at + 28, true)
    const name = decoder.decode(directory.subarray(at + 46, at + 46 + nameLength))
    hasArchives ||= archive.test(name)
    isEncrypted ||= (view.getUint16(at + 8, true) & 1) === 1
    // Of two of one name programs take either: such a file is two.
    if (names.has(name)) return null
    names.set(name, {
      offset: view.getUint32(at + 42, true),
      compressedBytes: compressed,
      isDeflated: view.getUint16(at + 10, true) === 8,
    })
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return at === directory.byteLength
    ? { entries, compressedBytes, uncompressedBytes, hasArchives, isEncrypted, names }
    : null
}

/** The bytes of one file in it; null where they cannot be unpacked, or are more than `maxBytes`. */
export async function readZipEntry(
  { offset, compressedBytes, isDeflated }: ZipEntry,
  { read, maxBytes }: { readonly read: ReadBytes; readonly maxBytes: number },
): Promise<Uint8Array | null> {
  const header = await read(offset, 30)
  if (header.byteLength < 30 || viewOf(header).getUint32(0, true) !== localSignature) return null
  if (compressedBytes > maxBytes) return null
  const from = offset + 30 + viewOf(header).getUint16(26, true) + viewOf(header).getUint16(28, true)
  const packed = new Uint8Array(await read(from, compressedBytes))
  if (!isDeflated) return packed
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
      chunks.push(chunk)
      length += chunk.byteLength
      if (length > maxBytes) return null
    }
  } catch {
    return null
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
