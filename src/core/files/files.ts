import { VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import { emptyFace, type Limit } from '../kernel/domain.ts'
import { forbidden, notFound, validationError } from '../kernel/errors.ts'
import { createQuestion } from '../kernel/events.ts'
import { retryOnConflict } from '../kernel/retry-on-conflict.ts'
import type { Recording } from '../platform/audit/audit.model.ts'
import type { Edge } from '../platform/edge/edge.ts'
import type { Limits } from '../platform/limits/limits.ts'
import { createAvatars, type GroupPicture } from './avatars.ts'
import { createBindFiles, type FileClaim } from './bind-files.ts'
import { createCompleteUpload } from './complete-upload.ts'
import { contentDispositionOf } from './content-disposition.ts'
import { createContinueUpload } from './continue-upload.ts'
import { createCourseFiles } from './course-files.ts'
import { createDownloadFile, notKept } from './download-file.ts'
import { createFileAnswers } from './file-answers.ts'
import { createFileTasks } from './file-tasks.ts'
import {
  type AttachedFile,
  type BoundTo,
  type FileBinding,
  type FileSettings,
  fileInUse,
  fileRejected,
  files,
  filesByOwner,
  fileTasks,
  scanPending,
} from './files.model.ts'
import { createInspectContent } from './inspect-content.ts'
import { createListOwnFiles } from './list-own-files.ts'
import { createFilesPersonalData } from './personal-data.ts'
import { createPersonalFiles } from './personal-files.ts'
import { createPublicPictures } from './public-pictures.ts'
import { createRemoveFile } from './remove-file.ts'
import { createRequestUpload } from './request-upload.ts'
import { createReserveSpace } from './reserve-space.ts'
import { createScanFile } from './scan-file.ts'
import { createPrepareShown, fileFor } from './shown-copy.ts'
import { createStoreFile, refusalIn, refusalOf } from './store-file.ts'
import { createSweepFiles } from './sweep-files.ts'
import { createThumbnails, type ThumbnailOf } from './thumbnails.ts'

const minuteMs = 60_000

type FileNeeds = Needs<
  | 'blobs'
  | 'clock'
  | 'defer'
  | 'documents'
  | 'fileScanner'
  | 'fileTypes'
  | 'ids'
  | 'images'
  | 'log'
  | 'mediaMetadata'
  | 'pictureConverter'
>

export interface FileBorrows {
  readonly users: Users
  readonly audit: Recording
  readonly limits: Pick<Limits, 'take'>
  readonly edge: Pick<Edge, 'forget'>
}

export interface FileConfig {
  readonly files: FileSettings
  readonly limits: {
    readonly avatars: Limit
    /** Files that one address may announce without an account. */
    readonly anonymousUploads: Limit
  }
}

/** Files of people: how they come, what they may be, who may read them, and how they go. */
export function createFiles(
  needs: FileNeeds,
  { users, audit, limits: { take }, edge }: FileBorrows,
  { files: settings, limits }: FileConfig,
) {
  const { blobs, clock, documents } = needs
  /** What the domains that files are bound to say about who may read them. */
  const bindings = createQuestion<FileBinding['kind'], BoundTo>('files.bindings')
  /** The address of the picture that a conversation shows. */
  const groupPictures = createQuestion<'conversation', GroupPicture>('files.group-pictures')
  const thumbnails = createQuestion<'course', ThumbnailOf>('files.thumbnails')
  const reserveSpace = createReserveSpace(needs)
  const tasks = createFileTasks(needs)
  const removeFile = createRemoveFile(needs, { reserveSpace, tasks })
  const scanFile = createScanFile(needs, { reserveSpace, tasks })
  const inspectContent = createInspectContent(needs)
  const { publicOrigin } = settings
  const pictures = createPublicPictures(needs, { removeFile, edge })
  const lent = { tasks, removeFile, pictures, publicOrigin }
  const avatars = createAvatars(needs, { ...lent, users, groupPictures })
  const { bind: bindFiles, release } = createBindFiles(needs, { removeFile })
  const personal = createPersonalFiles(needs, { removeFile, reserveSpace, pictures })

  const answers = createFileAnswers(needs, settings)
  const { urlOf, viewOf, attachedOf, sign } = answers
  const courseFiles = createCourseFiles(needs, {
    bindFiles,
    removeFile,
    tasks,
    sign: async (file, livesMs) => (await sign(fileFor(file, null), livesMs)).url,
    addressOf: urlOf,
  })
  const courseThumbnails = createThumbnails(needs, { ...lent, courseFiles, thumbnails })
  const sweep = createSweepFiles(needs, {
    tasks,
    removeFile,
    scanFile,
    sweepPortraits: avatars.sweep,
    isGroupPictureShown: avatars.isShown,
    removePicture: pictures.remove,
    settleThumbnail: courseThumbnails.settle,
    bindings,
  })
  /** A file that is not there, that is not complete, or that the actor may not read: all alike. */
  const readable = async (actor: Actor, id: string) => {
    const stored = await documents.read(files, { partition: id, id })
    if (!stored || stored.value.state === 'uploading') throw notFound()
    const { ownerId, binding } = stored.value
    if (ownerId === actor.userId) return stored
    if (!binding || !(await bindings.of(binding.kind)?.canRead(actor, binding))) throw notFound()
    return stored
  }
  const completeUpload = createCompleteUpload(needs, {
    tasks,
    inspectContent,
    prepareShown: createPrepareShown(needs),
    scanFile,
    removeFile,
  })
  const exportBlob = (userId: string, exportId: string) => ({
    container: 'exports',
    path: `${userId}/${exportId}.zip`,
  })

  return {
    ...emptyFace,
    jobs: [{ name: 'sweep-files', everyMs: 5 * minuteMs, run: sweep }],
    limits: [limits.avatars, limits.anonymousUploads],
    bindings,
    groupPictures,
    requestUpload: createRequestUpload(needs, {
      settings,
      takeFromLimits: take,
      anonymousLimit: limits.anonymousUploads,
      reserveSpace,
      tasks,
    }),
    continueUpload: createContinueUpload(needs),
    completeUpload: async (...call: Parameters<typeof completeUpload>) =>
      viewOf(await completeUpload(...call)),

    countScans: tasks.countScans,
    listOwn: createListOwnFiles(needs, { settings, bindings, viewOf }),

    async read(actor: Actor, id: string) {
      const { value, version } = await readable(actor, id)
      return { value: viewOf(fileFor(value, actor.userId)), version }
    },

    download: createDownloadFile({ readable, answers, audit }),

    /** By its owner alone. Throws `file_in_use` while something shows it, and says what. */
    async remove(actor: Actor, id: string, caller: Caller): Promise<void> {
      await retryOnConflict(async () => {
        const stored = await documents.read(files, { partition: id, id })
        if (!stored) throw notFound()
        const { ownerId, binding } = stored.value
        if (ownerId !== actor.userId) throw forbidden()
        const uses = binding ? ((await bindings.of(binding.kind)?.usesOf(binding, id)) ?? []) : []
        if (uses.length > 0) throw fileInUse({ details: uses })
        // Bound, completed or scanned at this very moment: what uses it is asked again.
        if (!(await removeFile.remove(stored))) throw new VersionMismatch(files.name)
      })
      courseFiles.forget(id)
      await audit.record(caller, {
        event: 'file.delete',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'file', id },
      })
    },

    avatars: { set: avatars.set, remove: avatars.remove, read: avatars.read, forGroup: avatars.forGroup },

    /** For a message, before it is sent: binds attachments of the sender. Throws `validation_error` for one that cannot be used. */
    async bindToConversation(
      actor: Actor,
      fileIds: readonly string[],
      { conversationId, messageId }: { readonly conversationId: string; readonly messageId: string },
    ): Promise<readonly AttachedFile[]> {
      const claims = fileIds.map((fileId) => ({ fileId }))
      const target = { kind: 'conversation', id: conversationId, part: messageId } as const
      return (await bindFiles(actor, claims, target, 'attachment')).map(attachedOf)
    },

    /** For a form: takes attachments, by their owner or by the token given at the upload, for this submission alone. */
    async bindToForm(
      actor: Actor | null,
      claims: readonly FileClaim[],
      submissionId: string,
    ): Promise<readonly AttachedFile[]> {
      const target = { kind: 'form', id: submissionId } as const
      return (await bindFiles(actor, claims, target, 'form-attachment')).map(attachedOf)
    },

    courses: { ...courseFiles, addressOf: urlOf },

    thumbnails: { ...courseThumbnails, shownBy: thumbnails },

    stored: {
      store: createStoreFile(needs, { tasks, reserveSpace, completeUpload }),
      refusalOf,
      refusalIn,
      /** A package that somebody uploaded, read where it lies. Throws `validation_error` for any other file. */
      async openPackage(ownerId: string, fileId: string) {
        const stored = await documents.read(files, { partition: fileId, id: fileId })
        const file = stored?.value
        if (file?.ownerId !== ownerId || file.category !== 'course-package' || file.state === 'uploading')
          throw validationError([
            {
              path: 'fileId',
              code: 'unknown_file',
              message: 'Must be a completed upload of yours, a `course-package`.',
            },
          ])
        if (file.state === 'pending') throw scanPending({ retryAfterSeconds: 5 })
        if (file.state === 'rejected') throw fileRejected()
        return {
          size: file.size,
          read: async (offset: number, length: number) =>
            (await blobs.read(file.blob, { offset, length })) ?? new Uint8Array(),
        }
      },
    },

    /** Of a message that is deleted: what no other message shows goes with it. */
    async releaseFromConversation(
      ownerId: string,
      fileIds: readonly string[],
      { conversationId, messageId }: { readonly conversationId: string; readonly messageId: string },
    ): Promise<void> {
      for (const id of fileIds)
        await release(ownerId, id, { kind: 'conversation', id: conversationId, part: messageId })
    },

    /** Of a form that is erased. */
    async removeFromForm(submissionId: string, fileIds: readonly string[]): Promise<void> {
      for (const id of fileIds) {
        const stored = await documents.read(files, { partition: id, id })
        const binding = stored?.value.binding
        if (stored && binding?.kind === 'form' && binding.id === submissionId) await removeFile.remove(stored)
      }
    },

    personalData: createFilesPersonalData(personal),
    personal: { list: personal.list, erase: personal.erase },

    exports: {
      /** Throws `BlobExists` when this export has been stored. */
      store: (userId: string, exportId: string, source: AsyncIterable<Uint8Array<ArrayBuffer>>) =>
        blobs.write(exportBlob(userId, exportId), source),
      sign: (userId: string, exportId: string, fileName: string, livesMs: number) =>
        blobs.signDownload(exportBlob(userId, exportId), {
          expiresAt: new Date(clock.now() + livesMs).toISOString(),
          contentType: 'application/zip',
          contentDisposition: contentDispositionOf(fileName, 'application/zip'),
          cacheControl: notKept,
        }),
      remove: (userId: string, exportId: string) => blobs.delete(exportBlob(userId, exportId)),
    },
  }
}

export type Files = ReturnType<typeof createFiles>

export const filesDomain = { collections: [files, filesByOwner, fileTasks], create: createFiles }
