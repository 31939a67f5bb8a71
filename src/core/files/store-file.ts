import { BlobExists } from '../../ports/blobs.ts'
import { DocumentExists } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { AppError, validationError } from '../kernel/errors.ts'
import { announcedType } from './announced-type.ts'
import type { createCompleteUpload } from './complete-upload.ts'
import { categories, type FileCategory } from './file-categories.ts'
import { cleanFileName } from './file-name.ts'
import type { FileTasks } from './file-tasks.ts'
import { files, type StoredFile } from './files.model.ts'
import { announcedFile, uploadDueMs } from './request-upload.ts'
import type { ReserveSpace } from './reserve-space.ts'

export interface FileToStore {
  /** The same for the same bytes: what is there already is not stored again. */
  readonly id: string
  readonly ownerId: string
  readonly category: FileCategory
  readonly name: string
}

/** Why a file of that name and size is none of its category; null when its bytes may be looked at. */
export function refusalOf(category: FileCategory, name: string, size: number): string | null {
  const { maxBytes, types } = categories[category]
  if (size === 0) return 'empty'
  if (size > maxBytes) return 'too_big'
  const announced = announcedType(cleanFileName(name), '', types)
  return 'refused' in announced ? announced.refused : null
}

/**
 * A file that comes by this program and not by an upload: its bytes are looked at as those of any upload. Throws
 * `validation_error` with the code of what is wrong with it.
 */
export const createStoreFile =
  (
    { documents, blobs, clock }: Needs<'documents' | 'blobs' | 'clock'>,
    {
      tasks,
      reserveSpace,
      completeUpload,
    }: {
      readonly tasks: FileTasks
      readonly reserveSpace: ReserveSpace
      readonly completeUpload: ReturnType<typeof createCompleteUpload>
    },
  ) =>
  async (
    { id, ownerId, category, name }: FileToStore,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<StoredFile> => {
    const known = await documents.read(files, { partition: id, id })
    if (known && known.value.state !== 'uploading') return known.value
    const fileName = cleanFileName(name)
    const announced = announcedType(fileName, '', categories[category].types)
    const refused = 'refused' in announced ? announced.refused : refusalOf(category, name, bytes.byteLength)
    if (refused !== null || 'refused' in announced)
      throw validationError([
        { path: 'fileName', code: refused ?? 'type_not_allowed', message: 'Is not taken here.' },
      ])
    const at = new Date(clock.now()).toISOString()
    const given = { category, fileName, fileSize: bytes.byteLength }
    const file = announcedFile(id, ownerId, given, announced.type, { claimHash: null, at })
    try {
      await tasks.note('upload', { fileId: id, ownerId, blob: file.blob }, uploadDueMs)
      await reserveSpace(ownerId, id, bytes.byteLength)
      await documents.insert(files, file)
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
    }
    try {
      await blobs.write(file.blob, bytes)
    } catch (error) {
      if (!(error instanceof BlobExists)) throw error
    }
    return completeUpload({ userId: ownerId }, { fileId: id })
  }

/** The code of what is wrong with a file, of the error that storing it threw. */
export const refusalIn = (error: unknown): string => {
  if (!(error instanceof AppError && error.kind === 'invalid')) throw error
  return error.details?.[0]?.code ?? error.code
}
