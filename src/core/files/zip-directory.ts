/** What the directory at the end of a ZIP says is in it. */
export interface ZipContent {
  readonly entries: number
  readonly compressedBytes: number
  readonly uncompressedBytes: number
  readonly hasArchives: boolean
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const endLength = 22
/** The end record, the longest comment, and nothing more. */
export const zipTailLength = endLength + 0xffff

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where the directory of the ZIP that ends with these bytes lies; null when they are the end of no ZIP. */
export function findZipDirectory(
  tail: Uint8Array,
): { readonly offset: number; readonly length: number; readonly entries: number } | null {
  const view = viewOf(tail)
  for (let at = tail.byteLength - endLength; at >= 0; at--)
    if (
      view.getUint32(at, true) === endSignature &&
      view.getUint16(at + 20, true) === tail.byteLength - at - endLength
    )
      return {
        entries: view.getUint16(at + 10, true),
        length: view.getUint32(at + 12, true),
        offset: view.getUint32(at + 16, true),
      }
  return null
}

const archive = /\.(?:zip|gz|bz2|xz|7z|rar|tar|jar|zst)$/i

/** Null when these bytes are not a directory of that many entries; the 64-bit form, for 4 GB and more, is none either. */
export function readZipDirectory(directory: Uint8Array, entries: number): ZipContent | null {
  const view = viewOf(directory)
  const names = new TextDecoder()
  let [at, compressedBytes, uncompressedBytes, hasArchives] = [0, 0, 0, false]
  for (let i = 0; i < entries; i++) {
    if (at + 46 > directory.byteLength || view.getUint32(at, true) !== entrySignature) return null
    const [compressed, uncompressed] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)]
    if (compressed === 0xffffffff || uncompressed === 0xffffffff) return null
    compressedBytes += compressed
    uncompressedBytes += uncompressed
    const nameLength = view.getUint16(at + 28, true)
    hasArchives ||= archive.test(names.decode(directory.subarray(at + 46, at + 46 + nameLength)))
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return at === directory.byteLength ? { entries, compressedBytes, uncompressedBytes, hasArchives } : null
}
