import type { BlobName } from '../../ports/blobs.ts'
import type { Stored } from '../../ports/documents.ts'
import type { Portrait } from '../../ports/images.ts'
import type { Needs } from '../../ports/ports.ts'
import { validationError } from '../kernel/errors.ts'
import type { Edge } from '../platform/edge/edge.ts'
import { categories } from './file-categories.ts'
import type { StoredFile } from './files.model.ts'
import type { RemoveFile } from './remove-file.ts'

/** More than any upload of which a picture is made, and what turning it upright may add. */
const maxShownBytes = 8_000_000

const endingByType = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' } as const
const typeByEnding: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(endingByType).map(([type, ending]) => [ending, type]),
)

export interface PublicPicture {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
}

export const endingOfPicture = ({ type }: Pick<Portrait, 'type'>) => endingByType[type]

/** Pictures that anybody may see, made of what somebody uploaded: only what `Images` made is ever shown. */
export function createPublicPictures(
  { blobs, images }: Needs<'blobs' | 'images'>,
  { removeFile, edge }: { readonly removeFile: RemoveFile; readonly edge: Pick<Edge, 'forget'> },
) {
  return {
    /** Throws `validation_error` for what is no picture, and takes it away unless something uses it. `path`: the field that names it. */
    async make(stored: Stored<StoredFile>, longestEdge: number, path: string): Promise<Portrait> {
      const { category, blob, size, binding } = stored.value
      const original = await blobs.read(blob, { offset: 0, length: size })
      const limits = { maxPixels: categories[category].maxPixels, edge: longestEdge }
      const picture = original && (await images.portrait(original, limits))
      if (picture) return picture
      if (binding === null) await removeFile.remove(stored)
      throw validationError([
        { path, code: 'bad_image', message: 'Must be a complete picture that is not too large.' },
      ])
    },

    /** Copies of it in front of us go, too. */
    async remove(blob: BlobName): Promise<void> {
      await blobs.delete(blob)
      edge.forget([`/api/v1/${blob.container}/${blob.path}`])
    },

    /** Null when it is gone or never was. */
    async read(blob: BlobName): Promise<PublicPicture | null> {
      const type = typeByEnding[blob.path.split('.')[1] ?? '']
      if (!type) return null
      const bytes = await blobs.read(blob, { offset: 0, length: maxShownBytes })
      return bytes && { bytes, type }
    },
  }
}

export type PublicPictures = ReturnType<typeof createPublicPictures>
