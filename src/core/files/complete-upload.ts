import { type Stored, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Actor } from '../kernel/actor.ts'
import { conflict, notFound, validationError } from '../kernel/errors.ts'
import { hashClaimToken } from './claim-token.ts'
import { categories } from './file-categories.ts'
import type { FileTasks } from './file-tasks.ts'
import { type CompleteUpload, files, type StoredFile } from './files.model.ts'
import type { Finding, InspectContent } from './inspect-content.ts'
import { fitsEnding } from './media-types.ts'
import type { RemoveFile } from './remove-file.ts'
import type { ReserveSpace } from './reserve-space.ts'
import type { ScanFile } from './scan-file.ts'

const attempts = 5
const scanSoonMs = 2 * 60_000
/** What is this small is scanned before the answer, unless the scanner takes longer than `patienceMs`. */
const scannedAtOnceBytes = 10 * 1024 * 1024
const patienceMs = 1_500

const words: Readonly<Record<Finding | 'size_mismatch', string>> = {
  size_mismatch: 'The file is larger than announced.',
  type_mismatch: 'The file is not of the announced type.',
  two_formats: 'The file can also be read as another type.',
  zip_bomb: 'The file is too large once it is unpacked.',
  too_many_pixels: 'The picture has too many pixels.',
}
const refusal = (path: string, code: string, message: string) => validationError([{ path, code, message }])

/** Whether the person who acts, or the token that was shown, stands for the file. */
export async function isOwn(
  file: StoredFile,
  actor: Pick<Actor, 'userId'> | null,
  claimToken: string | undefined,
): Promise<boolean> {
  if (file.ownerId !== null) return file.ownerId === actor?.userId
  return claimToken !== undefined && file.claimHash === (await hashClaimToken(claimToken))
}

/** A file whose bytes were looked at; with a scanner it waits for that. `at`: an ISO time in UTC. */
export const acceptedFile = (
  file: StoredFile,
  { name, size, isToBeScanned }: Pick<StoredFile, 'name' | 'size'> & { readonly isToBeScanned: boolean },
  at: string,
): StoredFile => ({
  ...file,
  name,
  size,
  state: isToBeScanned ? 'pending' : 'available',
  uploadedAt: at,
})

/**
 * Looks at what was sent: its size and its bytes. What is not as announced is deleted. Completing again answers the
 * same.
 */
export const createCompleteUpload = (
  {
    documents,
    blobs,
    clock,
    defer,
    fileScanner,
  }: Needs<'documents' | 'blobs' | 'clock' | 'defer' | 'fileScanner'>,
  {
    reserveSpace,
    tasks,
    inspectContent,
    scanFile,
    removeFile,
  }: {
    readonly reserveSpace: ReserveSpace
    readonly tasks: FileTasks
    readonly inspectContent: InspectContent
    readonly scanFile: ScanFile
    readonly removeFile: RemoveFile
  },
) => {
  const accept = async ({ value: file, version }: Stored<StoredFile>, size: number, name: string) => {
    const { readsContent } = fileScanner
    if (file.ownerId !== null) await reserveSpace(file.ownerId, file.id, size)
    if (readsContent)
      await tasks.note('scan', { fileId: file.id, ownerId: file.ownerId, blob: file.blob }, scanSoonMs)
    const at = new Date(clock.now()).toISOString()
    const accepted = acceptedFile(file, { name, size, isToBeScanned: readsContent }, at)
    const stored = await documents.replace(files, accepted, version)
    if (!readsContent) return stored.value
    const scanning = scanFile(file.id)
    defer.run('scan_file', async () => void (await scanning))
    if (size > scannedAtOnceBytes) return stored.value
    const patience = Promise.withResolvers<null>()
    defer.run('scan_patience', async () => patience.resolve(null), { afterMs: patienceMs })
    return (await Promise.race([scanning.catch(() => null), patience.promise])) ?? stored.value
  }

  return async (
    actor: Pick<Actor, 'userId'> | null,
    { fileId, fileName, claimToken }: CompleteUpload,
  ): Promise<StoredFile> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await documents.read(files, { partition: fileId, id: fileId })
      if (!stored || !(await isOwn(stored.value, actor, claimToken))) throw notFound()
      const file = stored.value
      if (file.state !== 'uploading') return file
      const name = fileName ?? file.name
      if (!fitsEnding(name, file.type))
        throw refusal('fileName', 'ending_mismatch', 'Must have the extension of this file type.')
      const facts = await blobs.head(file.blob)
      if (!facts) throw refusal('fileId', 'not_uploaded', 'This file has not been uploaded yet.')
      const { maxBytes, maxPixels } = categories[file.category]
      const finding =
        facts.size > Math.min(file.size, maxBytes)
          ? 'size_mismatch'
          : await inspectContent(file.blob, { size: facts.size, type: file.type, maxPixels })
      if (finding !== null) {
        if (!(await removeFile.remove(stored))) continue
        throw refusal('fileId', finding, words[finding])
      }
      try {
        return await accept(stored, facts.size, name)
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    throw conflict()
  }
}
