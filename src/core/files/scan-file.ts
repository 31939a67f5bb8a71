import { VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import type { FileTasks } from './file-tasks.ts'
import { files, type StoredFile } from './files.model.ts'
import { readContent } from './read-content.ts'
import type { ReserveSpace } from './reserve-space.ts'
import { blobsOf } from './shown-copy.ts'

/**
 * Scans a file that waits for it and says what became of it; null when it is not there. Harmful bytes are deleted, and
 * the file stays as `rejected`, so that its owner learns why. While the scanner is down the file keeps waiting.
 */
export const createScanFile =
  (
    { documents, blobs, fileScanner, log }: Needs<'documents' | 'blobs' | 'fileScanner' | 'log'>,
    { reserveSpace, tasks }: { readonly reserveSpace: ReserveSpace; readonly tasks: FileTasks },
  ) =>
  async (fileId: string): Promise<StoredFile | null> => {
    const key = { partition: fileId, id: fileId }
    const stored = await documents.read(files, key)
    if (stored?.value.state !== 'pending') {
      await tasks.crossOut('scan', fileId)
      return stored?.value ?? null
    }
    const file = stored.value
    try {
      const verdict = await fileScanner.scan(readContent(blobs, file.blob, file.size))
      const judged: StoredFile = { ...file, state: verdict === 'clean' ? 'available' : 'rejected' }
      if (verdict === 'harmful') {
        log.warn('harmful_file_rejected', { fileId, category: file.category })
        for (const each of blobsOf(file.blob)) await blobs.delete(each)
        if (file.ownerId !== null) await reserveSpace(file.ownerId, fileId, 0)
      }
      await documents.replace(files, judged, stored.version)
      await tasks.crossOut('scan', fileId)
      return judged
    } catch (error) {
      // Somebody else wrote at the same time, or the scanner is away: the task that was noted tries again.
      if (error instanceof PortUnavailable) log.warn('scan_put_off', { fileId })
      else if (!(error instanceof VersionMismatch)) throw error
      return (await documents.read(files, key))?.value ?? null
    }
  }

export type ScanFile = ReturnType<typeof createScanFile>
