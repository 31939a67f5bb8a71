import { z } from 'zod'
import type { BlobName } from '../../ports/blobs.ts'
import { collection } from '../../ports/documents.ts'
import type { Actor } from '../kernel/actor.ts'
import { defineError, type ErrorDetail } from '../kernel/errors.ts'
import { FileCategory } from './file-categories.ts'
import { cleanFileName } from './file-name.ts'
import type { MediaType } from './media-types.ts'
import type { Charset } from './text-content.ts'

/** What a file belongs to, besides its owner. */
export interface FileBinding {
  readonly kind: 'conversation' | 'course' | 'form'
  readonly id: string
  /** The messages of a conversation that it was sent with, or was to be: a send can fail after it. */
  readonly parts: readonly string[]
  /** More parts have held it than are remembered: it is kept when the last of these goes. */
  readonly hasForgottenParts?: true
  readonly boundAt: string
}

/** Where a file is used: the path of what uses it, such as `courses.{id}.lessons.{id}`, and words for its owner. */
export type FileUse = ErrorDetail

/** What the domain that files are bound to says about its side of it. */
export interface BoundTo {
  canRead(actor: Actor, binding: FileBinding): Promise<boolean>
  /** False when what the file was bound to, or each of the parts, never came to be or is gone. */
  exists(binding: FileBinding): Promise<boolean>
  /** Where the file is shown, read or kept as evidence: empty when nothing would miss it. */
  usesOf(binding: FileBinding, fileId: string): Promise<readonly FileUse[]>
  /** What the owner of the file knows it by; null where it has no name, or the owner has nothing to do with it any more. */
  titleFor(owner: Actor, binding: FileBinding): Promise<string | null>
}

/** `uploading` until its bytes were looked at, `pending` until they were scanned. */
export const FileState = z.enum(['uploading', 'pending', 'available', 'rejected']).meta({ id: 'FileState' })
export type FileState = z.infer<typeof FileState>

/** Why others get a picture as it came although few programs show it. */
export const NotConverted = z
  .enum(['unavailable', 'damaged', 'too_large', 'timed_out'])
  .meta({ id: 'NotConverted' })
export type NotConverted = z.infer<typeof NotConverted>

/** What others than the owner get of a file. */
export interface ShownCopy {
  readonly blob: BlobName
  readonly size: number
  readonly type: MediaType
  readonly name: string
}

export interface StoredFile {
  readonly id: string
  /** Null when it came without an account. */
  readonly ownerId: string | null
  readonly category: FileCategory
  /** As the person called it, cleaned. */
  readonly name: string
  /** As its bytes say, once they were looked at. */
  readonly type: MediaType
  /** Of a text that is not in UTF-8. */
  readonly charset?: Charset
  readonly size: number
  readonly state: FileState
  readonly blob: BlobName
  /** Without what tells about its maker, and in a format that all can show; absent where the file itself is that. */
  readonly shown?: ShownCopy
  readonly notConverted?: NotConverted
  readonly binding: FileBinding | null
  /** SHA-256 of the token with which one submission may claim it. */
  readonly claimHash: string | null
  readonly createdAt: string
  readonly uploadedAt: string | null
  /** Of a recording, as its own header says; absent while that is not known. */
  readonly durationSeconds?: number
}

/** Partition `id`: whoever may read a file but does not own it knows no more than its id. */
export const files = collection<StoredFile>()({ name: 'Files', partition: 'id', paths: {} })

/** Space that one file of a person takes, or all of them together (`quota`). */
export interface OwnedSpace {
  /** The file's id, or `quota`. */
  readonly id: string
  readonly userId: string
  readonly kind: 'file' | 'quota'
  readonly bytes: number
  readonly createdAt: string
}

/** Partition `userId`: a file and the sum it counts in change in one transaction, and a person's files are listed. */
export const filesByOwner = collection<OwnedSpace>()({
  name: 'FilesByOwner',
  partition: 'userId',
  paths: { byKind: { by: ['kind'], order: 'createdAt' } },
})

/**
 * Something to look at again: written before the step that could be cut off, and removed after the last one. `upload`:
 * a day later, is the file there and used? `removal` and `scan`: finish them. `portrait`: which one is in use?
 * `group-picture` and `thumbnail`: does the group, or the course, still show it? That is asked every day.
 */
export interface FileTask {
  readonly id: string
  readonly shard: string
  readonly kind: 'upload' | 'removal' | 'scan' | 'portrait' | 'group-picture' | 'thumbnail'
  readonly dueAt: string
  readonly notedAt?: string
  /** How often it was put off. */
  readonly tries?: number
  readonly fileId: string
  readonly ownerId: string | null
  readonly blob: BlobName
  /** The conversation that shows, or showed, this picture. */
  readonly groupId?: string
  /** The course that shows, or showed, this picture, and the upload that it was made from. */
  readonly courseId?: string
  readonly sourceId?: string
}

/** Partition `shard`, the last digit of the file's id: sixteen partitions can be walked, and none is written by all. */
export const fileTasks = collection<FileTask>()({
  name: 'FileChores',
  partition: 'shard',
  paths: { byDue: { by: [], order: 'dueAt' }, byKind: { by: ['kind'], order: 'dueAt' } },
})

export const taskShards = [...'0123456789abcdef']

const FileName = z.string().transform(cleanFileName).meta({
  description:
    'With its ending, without a path. No file is refused for its name: what systems do not store becomes `_`, and what is too long is cut.',
  example: 'certificate.pdf',
  'x-holds': 'display-name',
})

export const RequestUpload = z
  .strictObject({
    fileName: FileName,
    fileType: z
      .string()
      .max(200)
      .transform((text) => text.toLowerCase().split(';')[0]?.trim() ?? '')
      .meta({
        description:
          'What the browser calls it, which may be nothing. A hint: the bytes decide, within the kind of file.',
        example: 'application/pdf',
      }),
    fileSize: z.number().int().min(1).meta({ description: 'In bytes.' }),
    category: FileCategory,
  })
  .meta({ id: 'RequestUpload' })
export type RequestUpload = z.infer<typeof RequestUpload>

export const UploadRequested = z
  .object({
    uploadUrl: z.string(),
    fileId: z.uuid(),
    expiresAt: z.iso.datetime(),
    method: z.literal('PUT'),
    headers: z.record(z.string(), z.string()).meta({ description: 'To be sent as they are.' }),
    claimToken: z
      .string()
      .optional()
      .meta({ description: 'Without an account: completes the upload and hands the file to one form.' }),
  })
  .meta({ id: 'UploadRequested' })
export type UploadRequested = z.infer<typeof UploadRequested>

export const ContinueUpload = z
  .strictObject({
    claimToken: z.string().max(100).optional().meta({ description: 'When announced without an account.' }),
  })
  .meta({ id: 'ContinueUpload' })
export type ContinueUpload = z.infer<typeof ContinueUpload>

export const UploadContinued = UploadRequested.omit({ claimToken: true })
  .extend({
    isSent: z.boolean().meta({ description: 'All of it has come: complete the upload.' }),
    sentBlocks: z
      .array(
        z.object({
          id: z.string().meta({ description: 'In base64, as it was sent.' }),
          size: z.number().int().meta({ description: 'In bytes.' }),
        }),
      )
      .meta({ description: 'What need not be sent again, if it is going to be put together from blocks.' }),
  })
  .meta({ id: 'UploadContinued' })
export type UploadContinued = z.infer<typeof UploadContinued>

export const FileLink = z
  .object({
    url: z.string().meta({ description: 'Needs no cookie and no token, and takes `Range`.' }),
    expiresAt: z.iso.datetime(),
    fileName: z.string(),
    mimeType: z.string().meta({ example: 'application/pdf' }),
    size: z.number().int().meta({ description: 'In bytes.' }),
  })
  .meta({ id: 'FileLink' })
export type FileLink = z.infer<typeof FileLink>

export const CompleteUpload = z
  .strictObject({
    fileId: z.uuid(),
    fileName: FileName.optional(),
    claimToken: z.string().max(100).optional().meta({ description: 'When uploaded without an account.' }),
  })
  .meta({ id: 'CompleteUpload' })
export type CompleteUpload = z.infer<typeof CompleteUpload>

export const FileView = z
  .object({
    id: z.uuid(),
    url: z.string().meta({ description: 'Leads to the bytes, for who may read them.' }),
    fileName: z.string(),
    size: z.number().int(),
    mimeType: z.string(),
    uploadedAt: z.iso.datetime(),
    category: FileCategory,
    shownAs: z.enum(['image/jpeg', 'image/heic']).optional().meta({
      description:
        'Of a HEIC: what everybody but its owner gets. `image/heic` where it could not be converted: see `notConverted`.',
    }),
    notConverted: NotConverted.optional().meta({
      description:
        'Of a HEIC that goes to others as it is, without its metadata: `unavailable` where the service cannot convert, `damaged` where it cannot be decoded, `too_large` in pixels or bytes, `timed_out`.',
    }),
    durationSeconds: z
      .number()
      .optional()
      .meta({ description: 'Of a recording, as its own header says; left out while that is not known.' }),
    state: z
      .enum(['pending', 'available', 'rejected'])
      .meta({ description: '`pending` while it is scanned; `rejected` when something harmful was found.' }),
  })
  .meta({ id: 'File' })
export type FileView = z.infer<typeof FileView>

/** How a message or a form shows a file. */
export interface AttachedFile {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly size: number
  readonly mimeType: string
}

/** A file of a course, for somebody whom the course has let in. */
export interface CourseFile {
  /** Signed; null when it is not there. */
  readonly url: string | null
  /** Where it is, or will be, or says why it is not. */
  readonly address: string
  readonly unavailable: 'missing' | 'scan_pending' | 'file_rejected' | 'unreachable' | null
}

export interface CourseFileUse {
  /** The field that names it, as the author sees it. */
  readonly path: string
  readonly category: 'course-video' | 'document' | 'thumbnail'
  /** Of these alone, if given. */
  readonly types?: readonly MediaType[]
}

export interface FileSettings {
  readonly publicOrigin: string
  readonly quotaBytes: number
  /** For who writes courses. */
  readonly authorQuotaBytes: number
}

export const alreadyUploaded = defineError('conflict', 'already_uploaded', 'This upload has been completed.')
export const quotaExceeded = defineError(
  'conflict',
  'quota_exceeded',
  'There is not enough space left for this file. Delete something first.',
)
export const scanPending = defineError(
  'conflict',
  'scan_pending',
  'This file is still being checked. Try again in a moment.',
)
export const fileRejected = defineError(
  'gone',
  'file_rejected',
  'This file was removed because something harmful was found in it.',
)
export const fileInUse = defineError(
  'conflict',
  'file_in_use',
  'This file is in use. Take it out there first: see details.',
)
