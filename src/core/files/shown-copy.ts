import { BlobExists, type BlobName } from '../../ports/blobs.ts'
import type { Piece, ReadableFile } from '../../ports/media-metadata.ts'
import type { Needs } from '../../ports/ports.ts'
import { namedAs } from './file-name.ts'
import type { NotConverted, ShownCopy, StoredFile } from './files.model.ts'

const chunkBytes = 1024 * 1024

/** Removed by another completion at the same time. */
class Gone extends Error {
  override readonly name = 'Gone'
}

/** Each kind of copy has a place of its own: a completion that is tried again may come to the other kind. */
const marks = ['-shown', '-jpeg'] as const
const parts = /^(.*?)(-shown|-jpeg)?(\.[^./]*)$/

/** Where the copy of a file lies that others get: its name follows from the other, so that neither is left behind. */
const copyOf = ({ container, path }: BlobName, mark: (typeof marks)[number]): BlobName => ({
  container,
  path: path.replace(parts, `$1${mark}$3`),
})

/** Where the bytes of a file were sent to, by any of its places. */
export const sentTo = ({ container, path }: BlobName): BlobName => ({
  container,
  path: path.replace(parts, '$1$3'),
})

/** All places where bytes of a file can lie, by any of them. */
export const blobsOf = (blob: BlobName): readonly BlobName[] => [
  sentTo(blob),
  ...marks.map((mark) => copyOf(blob, mark)),
]

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

type Prepared = Pick<StoredFile, 'shown' | 'notConverted'>

/**
 * Makes the copy of a file that others get, once. Without `shown` they get the file itself; null where what it tells cannot be taken
 * out.
 */
export const createPrepareShown = ({
  blobs,
  mediaMetadata,
  pictureConverter,
  log,
}: Needs<'blobs' | 'mediaMetadata' | 'pictureConverter' | 'log'>) => {
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

  const convert = async (file: ReadableFile): Promise<Uint8Array<ArrayBuffer> | NotConverted> => {
    if (!pictureConverter) return 'unavailable'
    try {
      return await pictureConverter.toJpeg(file)
    } catch (error) {
      log.error('picture_conversion_failed', error)
      return 'unavailable'
    }
  }

  /** As a picture that all can show; the size of an attempt that was cut off after it may be another. */
  const storeJpeg = async (
    { blob, name }: Pick<StoredFile, 'blob' | 'name'>,
    jpeg: Uint8Array<ArrayBuffer>,
  ): Promise<ShownCopy> => {
    const copy = copyOf(blob, '-jpeg')
    const shown = { blob: copy, type: 'image/jpeg', name: namedAs(name, 'image/jpeg') } as const
    try {
      await blobs.write(copy, jpeg)
    } catch (error) {
      if (!(error instanceof BlobExists)) throw error
      return { ...shown, size: (await blobs.head(copy))?.size ?? jpeg.byteLength }
    }
    return { ...shown, size: jpeg.byteLength }
  }

  return async ({
    blob,
    size,
    type,
    name,
    category,
  }: Pick<StoredFile, 'blob' | 'size' | 'type' | 'name' | 'category'>): Promise<Prepared | null> => {
    // Nobody gets it as it is: a portrait is made of it.
    if (category === 'avatar') return {}
    const read = async (offset: number, length: number) =>
      (await blobs.read(blob, { offset, length })) ?? new Uint8Array()
    const pieces = await mediaMetadata.remove(type, { size, read })
    if (pieces === null) return null
    const converted = type === 'image/heic' ? await convert({ size, read }) : null
    if (converted instanceof Uint8Array) return { shown: await storeJpeg({ blob, name }, converted) }
    const prepared: Prepared = converted === null ? {} : { notConverted: converted }
    if (pieces === 'unchanged') return prepared
    const lengths = pieces.map((piece) =>
      piece instanceof Uint8Array ? piece.byteLength : 'zeros' in piece ? piece.zeros : piece.length,
    )
    const copy = copyOf(blob, '-shown')
    try {
      await blobs.write(copy, bytesOf(blob, pieces))
    } catch (error) {
      if (error instanceof Gone) return null
      // Of an attempt that was cut off after it: whole, and of the same bytes.
      if (!(error instanceof BlobExists)) throw error
    }
    return {
      ...prepared,
      shown: { blob: copy, size: lengths.reduce((sum, length) => sum + length, 0), type, name },
    }
  }
}

export type PrepareShown = ReturnType<typeof createPrepareShown>
