import { BlobExists, type BlobName } from '../../ports/blobs.ts'
import type { Piece } from '../../ports/media-metadata.ts'
import type { Needs } from '../../ports/ports.ts'
import type { ShownCopy, StoredFile } from './files.model.ts'

const chunkBytes = 1024 * 1024

/** Removed by another completion at the same time. */
class Gone extends Error {
  override readonly name = 'Gone'
}

const mark = '-shown'
const parts = /^(.*?)(-shown)?(\.[^./]*)$/

/** Where the copy of a file lies that others get: its name follows from the other, so that neither is left behind. */
const copyOf = ({ container, path }: BlobName): BlobName => ({
  container,
  path: path.replace(parts, `$1${mark}$3`),
})

/** Where the bytes of a file were sent to, by either of its places. */
export const sentTo = ({ container, path }: BlobName): BlobName => ({
  container,
  path: path.replace(parts, '$1$3'),
})

/** Both places where bytes of a file can lie, by either. */
export const blobsOf = (blob: BlobName): readonly BlobName[] => [sentTo(blob), copyOf(blob)]

/** A file as somebody gets it: what tells about its maker is for its owner alone. */
export const fileFor = (file: StoredFile, userId: string | null): StoredFile =>
  file.shown === undefined || (file.ownerId !== null && file.ownerId === userId)
    ? file
    : { ...file, ...file.shown }

/** A file that nobody owns any more: all get what others got. */
export const withoutOriginal = (file: StoredFile): StoredFile => {
  const { shown: _, ...kept } = fileFor(file, null)
  return kept
}

/** Makes the copy of a file that others get, once. `same` where they get the file itself; null where that cannot be said. */
export const createPrepareShown = ({ blobs, mediaMetadata }: Needs<'blobs' | 'mediaMetadata'>) => {
  async function* bytesOf(blob: BlobName, pieces: readonly Piece[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) {
        yield piece
        continue
      }
      const length = 'zeros' in piece ? piece.zeros : piece.length
      for (let done = 0; done < length; done += chunkBytes) {
        const wanted = Math.min(chunkBytes, length - done)
        if ('zeros' in piece) yield new Uint8Array(wanted)
        else {
          const bytes = await blobs.read(blob, { offset: piece.offset + done, length: wanted })
          if (bytes?.byteLength !== wanted) throw new Gone()
          yield bytes
        }
      }
    }
  }

  return async ({
    blob,
    size,
    type,
    name,
    category,
  }: Pick<StoredFile, 'blob' | 'size' | 'type' | 'name' | 'category'>): Promise<
    ShownCopy | 'same' | null
  > => {
    // Nobody gets it as it is: a portrait is made of it.
    if (category === 'avatar') return 'same'
    const read = async (offset: number, length: number) =>
      (await blobs.read(blob, { offset, length })) ?? new Uint8Array()
    const pieces = await mediaMetadata.remove(type, { size, read })
    if (pieces === null) return null
    if (pieces === 'unchanged') return 'same'
    const lengths = pieces.map((piece) =>
      piece instanceof Uint8Array ? piece.byteLength : 'zeros' in piece ? piece.zeros : piece.length,
    )
    const copy = copyOf(blob)
    try {
      await blobs.write(copy, bytesOf(blob, pieces))
    } catch (error) {
      if (error instanceof Gone) return null
      // Of an attempt that was cut off after it: whole, and of the same bytes.
      if (!(error instanceof BlobExists)) throw error
    }
    return { blob: copy, size: lengths.reduce((sum, length) => sum + length, 0), type, name }
  }
}

export type PrepareShown = ReturnType<typeof createPrepareShown>
