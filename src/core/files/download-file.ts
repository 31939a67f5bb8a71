import type { Actor, Caller } from '../kernel/actor.ts'
import type { Recording } from '../platform/audit/audit.model.ts'
import type { FileAnswers } from './file-answers.ts'
import type { FileLink, StoredFile } from './files.model.ts'
import type { MediaType } from './media-types.ts'
import { fileFor } from './shown-copy.ts'

const livesMs = 5 * 60_000
/** What is somebody's stays on no computer that others use too. */
export const notKept = 'private, no-store'

interface DownloadNeeds {
  readonly readable: (actor: Actor, id: string) => Promise<{ readonly value: StoredFile }>
  readonly answers: Pick<FileAnswers, 'sign'>
  readonly audit: Pick<Recording, 'record'>
}

/**
 * A URL for the next five minutes, and what it leads to. An owner who cannot show `cannotShow` gets what others get. Reading
 * what came with a form is written down.
 */
export const createDownloadFile =
  ({ readable, answers, audit }: DownloadNeeds) =>
  async (actor: Actor, id: string, caller: Caller, cannotShow?: MediaType): Promise<FileLink> => {
    const { value: file } = await readable(actor, id)
    const asOwner = file.type === cannotShow ? null : actor.userId
    const link = await answers.sign(fileFor(file, asOwner), livesMs, notKept)
    if (file.binding?.kind === 'form' && file.ownerId !== actor.userId)
      await audit.record(caller, {
        event: 'file.download',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'file', id },
      })
    return link
  }
