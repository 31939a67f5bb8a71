import type { Stored } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { FileTasks } from './file-tasks.ts'
import { type FileTask, files, type StoredFile } from './files.model.ts'
import type { ReserveSpace } from './reserve-space.ts'
import { blobsOf, sentTo } from './shown-copy.ts'

const finishWithinMs = 10 * 60_000

/** Takes files away, so that a crash at any moment leaves nothing that is not taken away later. */
export function createRemoveFile(
  { documents, blobs }: Needs<'documents' | 'blobs'>,
  { reserveSpace, tasks }: { readonly reserveSpace: ReserveSpace; readonly tasks: FileTasks },
) {
  /** What is left once nobody can find the file any more. */
  const clear = async ({ fileId, ownerId, blob }: Pick<FileTask, 'fileId' | 'ownerId' | 'blob'>) => {
    for (const each of blobsOf(blob)) await blobs.delete(each)
    await blobs.discardUpload(sentTo(blob))
    if (ownerId !== null) await reserveSpace(ownerId, fileId, null)
  }
  return {
    clear,
    /** False, and nothing happened, when the file is no longer at this version. */
    async remove({ value: file, version }: Stored<StoredFile>): Promise<boolean> {
      const target = { fileId: file.id, ownerId: file.ownerId, blob: file.blob }
      await tasks.note('removal', target, finishWithinMs)
      if (!(await documents.remove(files, { partition: file.id, id: file.id }, version))) {
        await tasks.crossOut('removal', file.id)
        return false
      }
      await clear(target)
      await tasks.crossOut('removal', file.id)
      return true
    },
  }
}

export type RemoveFile = ReturnType<typeof createRemoveFile>
