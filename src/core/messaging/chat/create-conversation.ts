import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { conversationGroup, userGroup } from '../../platform/realtime/realtime.model.ts'
import type { Announcer } from './announcer.ts'
import type { ChangeMineOf } from './change-mine.ts'
import type { Conversation, CreateConversation } from './chat.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import type { ConversationView } from './conversation-view.ts'
import { type Head, type Member, type MemberRole, messages } from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import { directPairs } from './lists.model.ts'
import { digest } from './message-id.ts'

export const directPairId = (userIds: readonly string[]): Promise<string> =>
  digest(userIds.toSorted().join(' '))

/** A conversation as it begins. The first member opens it, and is the admin of a group. `at`: an ISO time in UTC. */
export function newHead({
  conversationId,
  type,
  name,
  memberIds,
  at,
}: {
  readonly conversationId: string
  readonly type: Head['type']
  readonly name: string | null
  readonly memberIds: readonly string[]
  readonly at: string
}): Head {
  const memberAs = (userId: string, role: MemberRole): Member => ({
    userId,
    role,
    joinedAt: at,
    joinedSeq: 0,
    sent: { seq: 0, count: 0, at },
  })
  return {
    id: 'head',
    conversationId,
    kind: 'head',
    isNumbered: 'no',
    threadKey: '',
    seq: 0,
    count: 0,
    type,
    name,
    avatar: null,
    members: memberIds.map((userId, i) => memberAs(userId, i === 0 && type === 'group' ? 'admin' : 'member')),
    lastMessageId: null,
    createdAt: at,
    updatedAt: at,
  }
}

export type CanWriteTo = (actor: Pick<Actor, 'userId'>, theirId: string) => Promise<boolean>

/**
 * Opens a conversation, or answers the one two people have already. Lists are written first and the head last: the head
 * is the commit, and a list entry without one is nothing. Unknown and not allowed people answer alike.
 */
export const createCreateConversation = (
  { documents, realtime, clock, defer, ids }: Needs<'documents' | 'realtime' | 'clock' | 'defer' | 'ids'>,
  parts: {
    readonly log: ConversationLog
    readonly inbox: Inbox
    readonly announcer: Announcer
    readonly conversations: ConversationView
    readonly canWriteTo: CanWriteTo
    readonly unhide: ChangeMineOf['unhide']
  },
) => {
  const { log, inbox, announcer, conversations, canWriteTo, unhide } = parts

  /** Of two who ask at once, both get the same; whoever finds the pair without its conversation completes it. */
  async function claimPair(userIds: readonly string[]): Promise<string> {
    const id = await directPairId(userIds)
    const key = { partition: id, id }
    const known = await documents.read(directPairs, key)
    if (known) return known.value.conversationId
    const conversationId = ids.next()
    try {
      await documents.insert(directPairs, { id, conversationId })
      return conversationId
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      return (await documents.read(directPairs, key))?.value.conversationId ?? conversationId
    }
  }

  async function open(head: Head): Promise<boolean> {
    const { conversationId, createdAt, members } = head
    await Promise.all(members.map(({ userId }) => inbox.expect(userId, conversationId, createdAt)))
    try {
      await documents.insert(messages, head)
    } catch (error) {
      if (error instanceof DocumentExists) return false
      throw error
    }
    defer.run('announce-conversation', async () => {
      for (const { userId } of members) {
        await realtime.addToGroup(userId, conversationGroup(conversationId))
        await announcer.publish(userGroup(userId), {
          event: 'conversation.added',
          conversationId,
          at: createdAt,
          data: { conversationId },
        })
      }
    })
    return true
  }

  return async (
    actor: Actor,
    { type, participantIds, name }: CreateConversation,
  ): Promise<{ readonly conversation: Conversation; readonly isNew: boolean }> => {
    const others = [...new Set(participantIds)].filter((userId) => userId !== actor.userId)
    const [other] = others
    if (type === 'direct' && other === undefined) throw notFound()
    const allowed = await Promise.all(others.map((userId) => canWriteTo(actor, userId)))
    if (allowed.includes(false)) throw notFound()

    const at = new Date(clock.now()).toISOString()
    const isDirect = type === 'direct'
    const conversationId = isDirect ? await claimPair([actor.userId, ...others]) : ids.next()
    const existing = isDirect ? await log.readHead(conversationId) : null
    const memberIds = [actor.userId, ...others]
    const head = existing?.value ?? newHead({ conversationId, type, name: name ?? null, memberIds, at })
    const isNew = existing === null && (await open(head))
    const current = isNew ? head : ((existing ?? (await log.readHead(conversationId)))?.value ?? head)
    if (!isNew) await unhide(current, actor.userId)
    return { conversation: await conversations.view(current, actor.userId), isNew }
  }
}
