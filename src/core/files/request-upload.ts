import type { BlobStore, SignedUpload } from '../../ports/blobs.ts'
import type { Needs } from '../../ports/ports.ts'
import { missingToken } from '../accounts/auth/auth.model.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import type { Limit } from '../kernel/domain.ts'
import { forbidden, tooMany, validationError } from '../kernel/errors.ts'
import { filled, type Said } from '../kernel/messages/said.ts'
import type { TakeFromLimits } from '../platform/limits/limits.ts'
import { announcedType } from './announced-type.ts'
import { hashClaimToken, newClaimToken } from './claim-token.ts'
import { categories } from './file-categories.ts'
import type { FileTasks } from './file-tasks.ts'
import {
  type FileSettings,
  files,
  type RequestUpload,
  type StoredFile,
  type UploadRequested,
} from './files.model.ts'
import { quotaOf } from './list-own-files.ts'
import { endingOf, type MediaType } from './media-types.ts'
import type { ReserveSpace } from './reserve-space.ts'

export const urlLivesMs = 15 * 60_000
export const uploadDueMs = 24 * 60 * 60_000

function checkType({ category, fileType, fileName, fileSize }: RequestUpload): MediaType {
  const { types, maxBytes } = categories[category]
  const refuse = (path: string, code: string, message: Said) => validationError([{ path, code, message }])
  if (fileSize > maxBytes)
    throw refuse('fileSize', 'too_big', filled('Must be at most {max} bytes.', { max: maxBytes }))
  const announced = announcedType(fileName, fileType, types)
  if ('type' in announced) return announced.type
  throw announced.refused === 'type_not_allowed'
    ? refuse('fileType', announced.refused, 'Files of this type are not accepted here.')
    : refuse('fileName', announced.refused, 'Must have the extension of this file type.')
}

/** A file that is to be sent. `claimHash` is of the token of somebody without an account. */
export const announcedFile = (
  id: string,
  ownerId: string | null,
  { category, fileName, fileSize }: Pick<RequestUpload, 'category' | 'fileName' | 'fileSize'>,
  type: MediaType,
  { claimHash, at }: { readonly claimHash: string | null; readonly at: string },
): StoredFile => ({
  id,
  ownerId,
  category,
  name: fileName,
  type,
  size: fileSize,
  state: 'uploading',
  blob: {
    container: categories[category].container,
    path: `${ownerId ?? 'anonymous'}/${id}.${endingOf(type)}`,
  },
  binding: null,
  claimHash,
  createdAt: at,
  uploadedAt: null,
})

/** Whoever writes courses sends films, with clients that resume by themselves: they are told what has come. */
export const signUploadOf = (
  blobs: Pick<BlobStore, 'signUpload'>,
  { blob, size, type, category }: StoredFile,
  expiresAt: string,
): Promise<SignedUpload> =>
  blobs.signUpload(blob, {
    expiresAt,
    maxBytes: size,
    contentType: type,
    saysWhatItHas: category === 'course-video',
  })

/** Announces a file: room is kept for it, and the client gets a URL that can create it once. */
export const createRequestUpload =
  (
    { documents, blobs, clock, ids }: Needs<'documents' | 'blobs' | 'clock' | 'ids'>,
    {
      reserveSpace,
      tasks,
      takeFromLimits,
      anonymousLimit,
      settings,
    }: {
      readonly reserveSpace: ReserveSpace
      readonly tasks: FileTasks
      readonly takeFromLimits: TakeFromLimits
      readonly anonymousLimit: Limit
      readonly settings: FileSettings
    },
  ) =>
  async (actor: Actor | null, request: RequestUpload, caller: Caller): Promise<UploadRequested> => {
    const { category, fileSize } = request
    if (actor === null && category !== 'form-attachment') throw missingToken()
    const isAuthor = actor?.role === 'mentor' || actor?.role === 'admin'
    if ((category === 'course-video' || category === 'thumbnail') && !isAuthor) throw forbidden()
    if (category === 'course-package' && actor?.role !== 'admin') throw forbidden()
    if (actor?.role === 'guest' && category !== 'attachment') throw forbidden()
    const type = checkType(request)
    if (actor === null) {
      const standing = await takeFromLimits([anonymousLimit], caller.address, 1)
      if (standing.isExceeded) throw tooMany('Too many files.', standing.resetInSeconds)
    }
    const fileId = ids.next()
    const ownerId = actor?.userId ?? null
    const claimToken = actor === null ? newClaimToken() : null
    const claimHash = claimToken === null ? null : await hashClaimToken(claimToken)
    const at = new Date(clock.now()).toISOString()
    const file = announcedFile(fileId, ownerId, request, type, { claimHash, at })
    const { blob } = file
    const expiresAt = new Date(clock.now() + urlLivesMs).toISOString()
    const upload = await signUploadOf(blobs, file, expiresAt)
    await tasks.note('upload', { fileId, ownerId, blob }, uploadDueMs)
    if (actor !== null) await reserveSpace(actor.userId, fileId, fileSize, quotaOf(actor.role, settings))
    await documents.insert(files, file)
    return {
      uploadUrl: upload.url,
      fileId,
      expiresAt,
      method: upload.method,
      headers: { ...upload.headers },
      ...(claimToken === null ? {} : { claimToken }),
    }
  }
