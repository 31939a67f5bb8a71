import type { Needs } from '../../ports/ports.ts'
import type { Chores } from './chores.ts'
import { categories, type FileBindings, type FileChore, files, type StoredFile } from './files.model.ts'
import type { RemoveFile } from './remove-file.ts'
import type { ScanFile } from './scan-file.ts'

/** Does what is due: takes away what nobody completed or used, and finishes what was cut off. Safe to run at once with itself. */
export const createSweepFiles = (
  { documents, log }: Needs<'documents' | 'log'>,
  {
    chores,
    removeFile,
    scanFile,
    sweepPortraits,
    bindings,
  }: {
    readonly chores: Chores
    readonly removeFile: RemoveFile
    readonly scanFile: ScanFile
    readonly sweepPortraits: (userId: string) => Promise<void>
    readonly bindings: FileBindings
  },
) => {
  const isWanted = async (file: StoredFile): Promise<boolean> => {
    if (file.state === 'uploading') return false
    if (file.binding === null) return !categories[file.category].goesUnlessUsed
    return (await bindings[file.binding.kind]?.exists(file.binding)) ?? true
  }
  const perform = async (chore: FileChore): Promise<void> => {
    const { kind, fileId, ownerId } = chore
    if (kind === 'scan') return void (await scanFile(fileId))
    if (kind === 'portrait') {
      if (ownerId !== null) await sweepPortraits(ownerId)
    } else {
      const stored = await documents.read(files, { partition: fileId, id: fileId })
      if (!stored) await removeFile.clear(chore)
      else if (kind === 'upload' && !(await isWanted(stored.value))) {
        // Used or completed at this very moment: the next run decides.
        if (!(await removeFile.remove(stored))) return
        log.info('unused_file_removed', { fileId, category: stored.value.category })
      }
    }
    await chores.crossOut(kind, fileId)
  }
  return async (): Promise<void> => {
    for await (const chore of chores.due()) {
      try {
        await perform(chore)
      } catch (error) {
        log.error('file_chore_failed', error, { kind: chore.kind, fileId: chore.fileId })
      }
    }
  }
}
