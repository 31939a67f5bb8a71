import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, nothingPersonal, type PersonalData, passing } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import { directPairId } from './create-conversation.ts'
import { announced } from './describe.ts'
import { type Entry, isMessage, markId, memberOf, messages } from './entries.model.ts'
import type { ErasePerson } from './erase-person.ts'
import { followedKey } from './followed.ts'
import { readInvitations, viewOfInvitation } from './invite.ts'
import {
  announcements,
  directPairs,
  type InboxEntry,
  inbox,
  type LeftConversation,
  leftConversations,
} from './lists.model.ts'
import { publicIdOf } from './message-id.ts'

const dayMs = 24 * 60 * 60_000

/** In this order: each finds its way by what the later ones hold. */
export function createChatPersonalData(
  { documents, messageSearch }: Needs<'documents' | 'messageSearch'>,
  parts: {
    readonly log: ConversationLog
    readonly erasePerson: ErasePerson
    readonly settings: ChatSettings
  },
): readonly PersonalData[] {
  const { log, erasePerson, settings } = parts
  const listed = (userId: string) =>
    walk<InboxEntry>((after) =>
      documents.query(inbox, { path: 'byActivity', partition: userId, equals: {}, limit: 100, ...after }),
    )
  const left = (userId: string) =>
    walk<LeftConversation>((after) =>
      documents.query(leftConversations, {
        path: 'byTime',
        partition: userId,
        equals: {},
        limit: 100,
        ...after,
      }),
    )
  async function conversationsOf(userId: string): Promise<readonly string[]> {
    const ids = new Set<string>()
    for await (const { value } of listed(userId)) ids.add(value.id)
    for await (const { value } of left(userId)) ids.add(value.id)
    return [...ids]
  }

  async function conversationFor(userId: string, conversationId: string): Promise<readonly object[]> {
    const head = (await log.readHead(conversationId))?.value
    if (!head) return []
    const mark = await documents.read<Entry>(messages, { partition: conversationId, id: markId(userId) })
    const member = memberOf(head, userId)
    const written: object[] = []
    const reactions: object[] = []
    const all = walk<Entry>((after) =>
      documents.query(messages, {
        path: 'byKind',
        partition: conversationId,
        equals: { kind: 'message' },
        limit: 200,
        ...after,
      }),
    )
    for await (const stored of all) {
      if (!isMessage(stored)) continue
      const { reactions: others, ...message } = announced(stored.value)
      if (stored.value.senderId === userId) written.push(message)
      for (const [emoji, userIds] of Object.entries(others))
        if (userIds.includes(userId)) reactions.push({ messageId: message.id, emoji })
    }
    const threads: object[] = []
    const everyThread = walk<Entry>((after) =>
      documents.query(messages, {
        path: 'byKind',
        partition: conversationId,
        equals: { kind: 'thread' },
        limit: 200,
        ...after,
      }),
    )
    for await (const { value } of everyThread) {
      const own = value.kind === 'thread' && value.followers.find((each) => each.userId === userId)
      if (own)
        threads.push({
          messageId: publicIdOf(conversationId, value.rootId),
          readUpTo: { seq: own.seq, at: own.at },
        })
    }
    return [
      {
        conversationId,
        type: head.type,
        name: head.name,
        createdAt: head.createdAt,
        membership: member ? { role: member.role, joinedAt: member.joinedAt } : null,
        readUpTo: mark?.value.kind === 'mark' ? { seq: mark.value.seq, at: mark.value.at } : null,
        reactions,
        threads,
        pins: (head.pins ?? [])
          .filter(({ pinnedBy }) => pinnedBy === userId)
          .map(({ messageId, pinnedAt }) => ({ messageId: publicIdOf(conversationId, messageId), pinnedAt })),
        invitations: (await readInvitations(documents, conversationId))
          .filter(({ invitedBy }) => invitedBy === userId)
          .map(viewOfInvitation),
        messages: written,
      },
    ]
  }

  const retention =
    settings.retentionMs === null
      ? 'Forever, as this deployment is set up.'
      : `${settings.retentionMs / dayMs} days after a message was sent or a change made.`

  return [
    {
      store: directPairs.name,
      dataClass: 'personal',
      fields: [],
      purpose: 'Makes two people have one direct conversation.',
      retention: 'For as long as both have an account.',
      notExported: 'Says only that two people have a conversation, which the conversations do.',
      async erase({ userId }) {
        for (const conversationId of await conversationsOf(userId)) {
          const head = (await log.readHead(conversationId))?.value
          if (head?.type !== 'direct') continue
          const id = await directPairId(head.members.map((member) => member.userId))
          await documents.remove(directPairs, { partition: id, id })
        }
        return nothingKept
      },
    },
    {
      store: messages.name,
      dataClass: 'personal',
      fields: ['messages', 'membership', 'readUpTo', 'reactions', 'threads', 'pins', 'invitations'],
      withheld: ['fingerprint', 'secretHash'],
      purpose: 'Conversations: what was said, who is in them, and how far they have read.',
      retention,
      async collect({ userId }) {
        const conversations = []
        for (const id of await conversationsOf(userId))
          conversations.push(...(await conversationFor(userId, id)))
        return conversations
      },
      async erase({ userId }) {
        for (const conversationId of await conversationsOf(userId)) await erasePerson(conversationId, userId)
        return nothingKept
      },
    },
    {
      store: 'message_words',
      dataClass: 'personal',
      fields: [],
      purpose: 'Finds messages by their words.',
      retention: 'As long as the messages.',
      notExported: 'The same words as the messages.',
      async erase() {
        await messageSearch.forgetDeleted()
        return nothingKept
      },
    },
    {
      store: 'indexed_messages',
      dataClass: 'personal',
      fields: [],
      purpose: 'Finds messages by their words: who wrote which, and when.',
      retention: 'As long as the messages.',
      notExported: 'The same facts as the messages.',
      notErased: 'Goes with the text of each message.',
    },
    ...['unindexed_messages', 'message_index_walk'].map((store) => ({
      store,
      dataClass: 'personal' as const,
      fields: [],
      purpose: 'Which messages the search has yet to take in, by their ids.',
      retention: 'For minutes after another program, or an older one, wrote them.',
      notExported: 'The same ids as the messages.',
      notErased: 'Goes with each message.',
    })),
    {
      store: leftConversations.name,
      dataClass: 'personal',
      fields: [],
      purpose: 'Finds what somebody wrote where they no longer are.',
      retention: 'For as long as the account exists.',
      notExported: 'What was written there is exported.',
      async erase({ userId }) {
        for await (const { value } of left(userId))
          await documents.remove(leftConversations, { partition: userId, id: value.id })
        return nothingKept
      },
    },
    {
      store: inbox.name,
      dataClass: 'personal',
      fields: ['mutedUntil', 'isPinned', 'isArchived', 'isHidden', 'isMarkedUnread'],
      withheld: ['activeAt', 'isUnread', 'seq', 'unread', 'mentions', 'markedAtSeq'],
      purpose: 'Lists the conversations of a person, and how they keep each: muted, pinned, put away.',
      retention: 'For as long as somebody is in the conversation.',
      async collect({ userId }) {
        const kept: object[] = []
        for await (const { value } of listed(userId))
          if (value.mine) kept.push({ conversationId: value.id, ...value.mine })
        return kept
      },
      async erase({ userId }) {
        for await (const { value } of listed(userId))
          await documents.remove(inbox, { partition: userId, id: value.id })
        await documents.remove(inbox, followedKey(userId))
        return nothingKept
      },
    },
    passing('cache:online_users', ['devices'], 'Shows who is connected.', '90 seconds.'),
    nothingPersonal(
      announcements.name,
      'Makes sure that devices are told of a change, even after a crash.',
      'Seconds.',
    ),
  ]
}
