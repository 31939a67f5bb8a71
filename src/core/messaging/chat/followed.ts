import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { type InboxEntry, inbox } from './lists.model.ts'

/** A partition beside the list: no walk through somebody's conversations meets it. */
export const followedKey = (userId: string) => ({ partition: `~${userId}`, id: 'followed' })

export const isFollowedNote = ({ userId }: Pick<InboxEntry, 'userId'>): boolean => userId.startsWith('~')

/**
 * A connection begins in the groups of the newest conversations only, so that opening one costs the same in ten and in a
 * thousand. Down to which place that was is noted for whoever has more: what becomes active further down is told on their
 * own stream, and their connections join it.
 */
export function createFollowed(needs: Needs<'documents'>) {
  const { documents } = needs
  const put = createPutDocument(needs)
  return {
    /** A connection was given the conversations down to this place. */
    async began(userId: string, lowest: string): Promise<void> {
      const key = followedKey(userId)
      await put<InboxEntry>(inbox, key, (known) =>
        known && known.activeAt >= lowest
          ? known
          : { id: key.id, userId: key.partition, activeAt: lowest, isUnread: 'no' },
      )
    },

    /** Whether a connection of theirs may be without this conversation. `place`: where it stood until now. */
    async mayMiss(userId: string, place: string): Promise<boolean> {
      const known = await documents.read(inbox, followedKey(userId))
      return known !== null && place <= known.value.activeAt
    },
  }
}

export type Followed = ReturnType<typeof createFollowed>
