import type { Stored } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { BookSpace } from './book-space.ts'
import type { Chores } from './chores.ts'
import { type FileChore, files, type StoredFile } from './files.model.ts'

const finishWithinMs = 10 * 60_000

/** Takes files away, so that a crash at any moment leaves nothing that is not taken away later. */
export function createRemoveFile(
  { documents, blobs }: Needs<'documents' | 'blobs'>,
  { bookSpace, chores }: { readonly bookSpace: BookSpace; readonly chores: Chores },
) {
  /** What is left once nobody can find the file any more. */
  const clear = async ({ fileId, ownerId, blob }: Pick<FileChore, 'fileId' | 'ownerId' | 'blob'>) => {
    await blobs.delete(blob)
    if (ownerId !== null) await bookSpace(ownerId, fileId, null)
  }
  return {
    clear,
    /** False, and nothing happened, when the file is no longer at this version. */
    async remove({ value: file, version }: Stored<StoredFile>): Promise<boolean> {
      const target = { fileId: file.id, ownerId: file.ownerId, blob: file.blob }
      await chores.note('removal', target, finishWithinMs)
      if (!(await documents.remove(files, { partition: file.id, id: file.id }, version))) {
        await chores.crossOut('removal', file.id)
        return false
      }
      await clear(target)
      await chores.crossOut('removal', file.id)
      return true
    },
  }
}

export type RemoveFile = ReturnType<typeof createRemoveFile>
