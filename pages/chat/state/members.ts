import { ask } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { attempt, tell } from '../../base/state/notices.ts'
import { myId } from '../../base/state/session.ts'
import type { Conversation, MemberRole } from '../api/shapes.ts'
import { forget, keep, reload } from './conversations.ts'
import { closeConversation, place } from './place.ts'

export const roleIn = ({ participants }: Conversation, userId = myId()): MemberRole | undefined =>
  participants.find((each) => each.userId === userId)?.role

export const addMembers = (id: string, userIds: readonly string[], role: MemberRole): Promise<boolean> =>
  attempt(
    () =>
      ask(v1.conversations[':id'].members.$post({ param: { id }, json: { userIds: [...userIds], role } })),
    keep,
  )

export const removeMember = (id: string, userId: string): Promise<boolean> =>
  attempt(
    () => ask(v1.conversations[':id'].members.$delete({ param: { id }, query: { userId } })),
    () => loosely(() => reload(id)),
  )

export const changeGroup = (
  id: string,
  json: {
    readonly name?: string
    /** The id of an upload; null takes the picture away. */
    readonly avatar?: string | null
    readonly settings?: { readonly posting: 'everyone' | 'moderators'; readonly slowModeSeconds: number }
  },
): Promise<boolean> => attempt(() => ask(v1.conversations[':id'].$patch({ param: { id }, json })), keep)

export const leaveGroup = (id: string): Promise<boolean> =>
  attempt(
    () => ask(v1.conversations[':id'].leave.$post({ param: { id } })),
    () => {
      forget(id)
      if (place.peek().conversationId === id) closeConversation()
      tell('You have left the group.')
    },
  )
