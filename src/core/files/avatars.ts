import type { BlobName } from '../../ports/blobs.ts'
import type { Needs } from '../../ports/ports.ts'
import type { User } from '../accounts/users/users.model.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Actor } from '../kernel/actor.ts'
import { notFound, validationError } from '../kernel/errors.ts'
import type { Question } from '../kernel/events.ts'
import type { FileTasks } from './file-tasks.ts'
import { type FileTask, files } from './files.model.ts'
import { endingOfPicture, type PublicPicture, type PublicPictures } from './public-pictures.ts'
import type { RemoveFile } from './remove-file.ts'
import { uploadDueMs } from './request-upload.ts'

/** The address of the picture that a group shows; null without one. */
export type GroupPicture = (groupId: string) => Promise<string | null>

const container = 'avatars'
const edge = 512
const graceMs = 60 * 60_000
const groupPrefix = 'group-'

/**
 * Pictures of people. The address of a picture is new with each picture and never
 * shows another; it is public, and holds an id that is not published elsewhere.
 */
export function createAvatars(
  needs: Needs<'documents' | 'blobs' | 'clock' | 'ids'>,
  {
    users,
    tasks,
    removeFile,
    pictures,
    publicOrigin,
    groupPictures,
  }: {
    readonly users: Users
    readonly tasks: FileTasks
    readonly removeFile: RemoveFile
    readonly pictures: PublicPictures
    readonly publicOrigin: string
    readonly groupPictures: Question<'conversation', GroupPicture>
  },
) {
  const { documents, blobs, clock, ids } = needs
  const root = `${publicOrigin}/api/v1/avatars/`
  const blobOf = (url: string | null): BlobName | null =>
    url?.startsWith(root) ? { container, path: url.slice(root.length) } : null

  /** Of several at once each takes away the picture that its own change replaced. */
  const replace = async (actor: Actor, avatar: string | null): Promise<void> => {
    let previous: string | null = null
    const changed = await users.changeAs(actor, actor.userId, (user: User) => {
      previous = user.avatar
      return user.avatar === avatar
        ? user
        : { ...user, avatar, updatedAt: new Date(clock.now()).toISOString() }
    })
    const old = previous === avatar ? null : blobOf(previous)
    if (old) await pictures.remove(old)
    users.announce(changed.value)
  }

  /** Makes a picture of an upload of the actor, which stays until the picture is in use. */
  const make = async (actor: Actor, fileId: string, groupId?: string) => {
    const stored = await documents.read(files, { partition: fileId, id: fileId })
    if (!stored || stored.value.ownerId !== actor.userId) throw notFound()
    const { category, state } = stored.value
    if (category !== 'avatar' || state !== 'available')
      throw validationError([
        {
          path: 'fileId',
          code: 'not_an_avatar',
          message: 'Must be a completed upload of the category avatar.',
        },
      ])
    const portrait = await pictures.make(stored, edge, 'fileId')
    const portraitId = ids.next()
    const prefix = groupId === undefined ? '' : groupPrefix
    const path = `${actor.userId}/${prefix}${portraitId}.${endingOfPicture(portrait)}`
    const made = { fileId: portraitId, ownerId: actor.userId, blob: { container, path } }
    if (groupId === undefined) await tasks.note('portrait', made, uploadDueMs)
    else await tasks.note('group-picture', { ...made, groupId }, uploadDueMs)
    await blobs.write(made.blob, portrait.bytes)
    return { url: root + path, stored }
  }

  return {
    async set(actor: Actor, fileId: string): Promise<void> {
      const { url, stored } = await make(actor, fileId)
      await replace(actor, url)
      await removeFile.remove(stored)
    },

    /** The address of a picture for a group. It goes with the account of who set it, and once the group shows another. */
    async forGroup(actor: Actor, fileId: string, conversationId: string): Promise<string> {
      const { url, stored } = await make(actor, fileId, conversationId)
      await removeFile.remove(stored)
      return url
    },

    remove: (actor: Actor): Promise<void> => replace(actor, null),

    /** What anybody may see at this address; null when it is gone or never was. */
    read: (userId: string, name: string): Promise<PublicPicture | null> =>
      pictures.read({ container, path: `${userId}/${name}` }),

    /** Whether the group still shows this picture, and it is there. */
    async isShown({ blob, groupId }: Pick<FileTask, 'blob' | 'groupId'>): Promise<boolean> {
      const shown =
        groupId === undefined ? null : blobOf((await groupPictures.of('conversation')?.(groupId)) ?? null)
      return shown?.path === blob.path && (await blobs.head(blob)) !== null
    },

    /** Deletes the pictures that a change which was cut off left. */
    async sweep(userId: string): Promise<void> {
      const user = await users.read(userId)
      const current = blobOf(user?.value.avatar ?? null)
      let after: string | undefined
      do {
        const page = await blobs.list(container, {
          prefix: `${userId}/`,
          limit: 100,
          ...(after === undefined ? {} : { after }),
        })
        for (const { path, createdAt } of page.items)
          if (
            path !== current?.path &&
            !path.includes(`/${groupPrefix}`) &&
            clock.now() - Date.parse(createdAt) > graceMs
          )
            await pictures.remove({ container, path })
        after = page.next
      } while (after !== undefined)
    },
  }
}
