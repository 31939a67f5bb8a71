import { DocumentExists, VersionMismatch, type Write } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { conflict } from '../kernel/errors.ts'
import { filesByOwner, type OwnedSpace, quotaExceeded } from './files.model.ts'

const attempts = 40

/** What one file takes of somebody's space. */
export const spaceOf = (userId: string, fileId: string, bytes: number, createdAt: string): OwnedSpace => ({
  id: fileId,
  userId,
  kind: 'file',
  bytes,
  createdAt,
})

/** The sum of it, since the first. */
export const sumOf = (userId: string, bytes: number, createdAt: string): OwnedSpace => ({
  id: 'quota',
  userId,
  kind: 'quota',
  bytes,
  createdAt,
})

/**
 * Sets how much of a person's space one file takes; null gives it back. The file and the sum change together, so that
 * any number of uploads at once stay within the quota. Throws `quota_exceeded` when it would grow beyond.
 */
export const createReserveSpace =
  ({ documents, clock }: Needs<'documents' | 'clock'>) =>
  async (
    userId: string,
    fileId: string,
    bytes: number | null,
    quotaBytes = Number.POSITIVE_INFINITY,
  ): Promise<void> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const [entry, quota] = await Promise.all(
        [fileId, 'quota'].map((id) => documents.read(filesByOwner, { partition: userId, id })),
      )
      const change = (bytes ?? 0) - (entry?.value.bytes ?? 0)
      if (bytes === null ? !entry : change === 0 && entry) return
      const sum = (quota?.value.bytes ?? 0) + change
      if (change > 0 && sum > quotaBytes) throw quotaExceeded()
      const createdAt = new Date(clock.now()).toISOString()
      const put = (space: OwnedSpace, stored: typeof entry): Write<OwnedSpace> =>
        stored
          ? { replace: { ...stored.value, bytes: space.bytes }, version: stored.version }
          : { insert: space }
      const ofFile: Write<OwnedSpace> =
        bytes === null && entry
          ? { remove: fileId, version: entry.version }
          : put(spaceOf(userId, fileId, bytes ?? 0, createdAt), entry ?? null)
      try {
        await documents.transact(filesByOwner, userId, [
          ofFile,
          put(sumOf(userId, Math.max(0, sum), createdAt), quota ?? null),
        ])
        return
      } catch (error) {
        if (!(error instanceof VersionMismatch || error instanceof DocumentExists)) throw error
      }
    }
    throw conflict()
  }

export type ReserveSpace = ReturnType<typeof createReserveSpace>
