import { type Stored, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Actor } from '../kernel/actor.ts'
import { conflict, notFound, validationError } from '../kernel/errors.ts'
import type { Said } from '../kernel/messages/said.ts'
import { hashClaimToken } from './claim-token.ts'
import { categories } from './file-categories.ts'
import { namedAs } from './file-name.ts'
import type { FileTasks } from './file-tasks.ts'
import { type CompleteUpload, files, type StoredFile } from './files.model.ts'
import type { Finding, InspectContent, Inspected } from './inspect-content.ts'
import { readRecordingLength } from './recording-length.ts'
import type { RemoveFile } from './remove-file.ts'
import type { ScanFile } from './scan-file.ts'
import { type PrepareShown, withoutOriginal } from './shown-copy.ts'

const attempts = 5
const scanSoonMs = 2 * 60_000
/** What is this small is scanned before the answer, unless the scanner takes longer than `patienceMs`. */
const scannedAtOnceBytes = 10 * 1024 * 1024
const patienceMs = 1_500

const words: Readonly<Record<Finding | 'size_mismatch' | 'damaged', Said>> = {
  size_mismatch: 'The file is not of the announced size.',
  type_mismatch: 'The file is not of the announced type.',
  two_formats: 'The file can also be read as another type.',
  zip_bomb: 'The file is too large once it is unpacked.',
  too_many_pixels: 'The picture has too many pixels.',
  damaged: 'The file is damaged: what it tells about its place and time cannot be taken out.',
  macros: 'The document contains macros. Save it without them and send it again.',
  encrypted: 'The document is protected by a password. Save it without one and send it again.',
}
const refusal = (path: string, code: string, message: Said) => validationError([{ path, code, message }])

/** Whether the person who acts, or the token that was shown, stands for the file. */
export async function isOwn(
  file: StoredFile,
  actor: Pick<Actor, 'userId'> | null,
  claimToken: string | undefined,
): Promise<boolean> {
  if (file.ownerId !== null) return file.ownerId === actor?.userId
  return claimToken !== undefined && file.claimHash === (await hashClaimToken(claimToken))
}

/** What its bytes say about a file. */
type Found = Pick<StoredFile, 'name' | 'type' | 'charset' | 'shown' | 'notConverted' | 'durationSeconds'>

/** A file whose bytes were looked at; with a scanner it waits for that. `at`: an ISO time in UTC. */
export const acceptedFile = (
  file: StoredFile,
  {
    name,
    type,
    charset,
    shown,
    notConverted,
    durationSeconds,
    isToBeScanned,
  }: Found & {
    readonly isToBeScanned: boolean
  },
  at: string,
): StoredFile => ({
  ...file,
  name,
  type,
  ...(charset && { charset }),
  ...(shown && { shown }),
  ...(notConverted && { notConverted }),
  ...(durationSeconds !== undefined && { durationSeconds }),
  state: isToBeScanned ? 'pending' : 'available',
  uploadedAt: at,
})

/**
 * Looks at what was sent: its size and its bytes, which say what it is. What is not as announced is deleted. Completing again answers
 * the same.
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
    tasks,
    inspectContent,
    prepareShown,
    scanFile,
    removeFile,
  }: {
    readonly tasks: FileTasks
    readonly inspectContent: InspectContent
    readonly prepareShown: PrepareShown
    readonly scanFile: ScanFile
    readonly removeFile: RemoveFile
  },
) => {
  const accept = async ({ value: file, version }: Stored<StoredFile>, found: Found) => {
    const { readsContent } = fileScanner
    if (readsContent)
      await tasks.note('scan', { fileId: file.id, ownerId: file.ownerId, blob: file.blob }, scanSoonMs)
    const at = new Date(clock.now()).toISOString()
    const accepted = acceptedFile(file, { ...found, isToBeScanned: readsContent }, at)
    const isNobodys = file.ownerId === null && accepted.shown !== undefined
    const stored = await documents.replace(files, isNobodys ? withoutOriginal(accepted) : accepted, version)
    // Whoever sent it without an account cannot come back for it.
    if (isNobodys) await blobs.delete(file.blob)
    if (!readsContent) return stored.value
    const scanning = scanFile(file.id)
    defer.run('scan_file', async () => void (await scanning))
    if (file.size > scannedAtOnceBytes) return stored.value
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
      const facts = await blobs.finishUpload(file.blob, { maxBytes: file.size })
      if (!facts) {
        // Completed at this very moment, where nobody keeps the original.
        const current = await documents.read(files, { partition: fileId, id: fileId })
        if (current && current.version !== stored.version) continue
        throw refusal('fileId', 'not_uploaded', 'This file has not been uploaded yet.')
      }
      const { maxPixels, types } = categories[file.category]
      const inspected: Inspected | { readonly finding: 'size_mismatch' } =
        facts.size !== file.size
          ? { finding: 'size_mismatch' }
          : await inspectContent(file.blob, { size: facts.size, type: file.type, allowed: types, maxPixels })
      if ('finding' in inspected) {
        if (!(await removeFile.remove(stored))) continue
        throw refusal('fileId', inspected.finding, words[inspected.finding])
      }
      const { type } = inspected
      const name = namedAs(fileName ?? file.name, type)
      const shown = await prepareShown({ ...file, type, name })
      if (shown === null) {
        if (!(await removeFile.remove(stored))) continue
        throw refusal('fileId', 'damaged', words.damaged)
      }
      const durationSeconds = await readRecordingLength(type, {
        size: facts.size,
        read: async (offset, length) => (await blobs.read(file.blob, { offset, length })) ?? new Uint8Array(),
      })
      const found = {
        ...inspected,
        ...shown,
        ...(durationSeconds !== null && { durationSeconds }),
      }
      try {
        return await accept(stored, { ...found, name })
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    throw conflict()
  }
}
