import type { Needs } from '../../ports/ports.ts'
import { missingToken } from '../accounts/auth/auth.model.ts'
import type { Actor } from '../kernel/actor.ts'
import { notFound } from '../kernel/errors.ts'
import { isOwn } from './complete-upload.ts'
import { alreadyUploaded, files, type UploadContinued } from './files.model.ts'
import { signUploadOf, uploadDueMs, urlLivesMs } from './request-upload.ts'

/** Less is not worth beginning. */
const leastMs = 60_000

/** For an upload that was cut off, or takes longer than its URL lives: a new URL, and what has come. */
export const createContinueUpload =
  ({ documents, blobs, clock }: Needs<'documents' | 'blobs' | 'clock'>) =>
  async (
    actor: Pick<Actor, 'userId'> | null,
    fileId: string,
    claimToken: string | undefined,
  ): Promise<UploadContinued> => {
    const stored = await documents.read(files, { partition: fileId, id: fileId })
    if (!stored || !(await isOwn(stored.value, actor, claimToken)))
      throw actor === null ? missingToken() : notFound()
    const file = stored.value
    if (file.state !== 'uploading') throw alreadyUploaded()
    // A day after it was announced it is taken away: no URL outlives that.
    const leftMs = Date.parse(file.createdAt) + uploadDueMs - clock.now() - leastMs
    if (leftMs < leastMs) throw notFound()
    const expiresAt = new Date(clock.now() + Math.min(urlLivesMs, leftMs)).toISOString()
    const [upload, { isWhole, blocks }] = await Promise.all([
      signUploadOf(blobs, file, expiresAt),
      blobs.sent(file.blob),
    ])
    return {
      uploadUrl: upload.url,
      fileId,
      expiresAt,
      method: upload.method,
      headers: { ...upload.headers },
      isSent: isWhole,
      sentBlocks: blocks.map(({ id, size }) => ({ id, size })),
    }
  }
