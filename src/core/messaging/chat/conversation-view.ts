import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Conversation } from './chat.model.ts'
import {
  type Entry,
  type Head,
  isMessage,
  type Mark,
  markId,
  messages,
  positionOf,
  requireMember,
  type StoredMessage,
  unreadOf,
} from './entries.model.ts'
import type { ReadPeople } from './people.ts'

const excerptLength = 200

const excerptOf = (text: string): string =>
  [...text.slice(0, 2 * excerptLength)].slice(0, excerptLength).join('')

/** A conversation as one of its members sees it. Throws `not_found` for anybody else. */
export function createConversationView({ documents }: Needs<'documents'>, readPeople: ReadPeople) {
  const readIn = async (conversationId: string, id: string): Promise<Stored<Entry> | null> =>
    documents.read<Entry>(messages, { partition: conversationId, id })

  async function readLastMessage({ conversationId, lastMessageId }: Head): Promise<StoredMessage | null> {
    const stored = lastMessageId === null ? null : await readIn(conversationId, lastMessageId)
    return stored && isMessage(stored) ? stored.value : null
  }
  async function readMark(conversationId: string, userId: string): Promise<Mark | undefined> {
    const stored = await readIn(conversationId, markId(userId))
    return stored?.value.kind === 'mark' ? stored.value : undefined
  }

  return {
    readMark,
    async view(head: Head, userId: string): Promise<Conversation> {
      const { member } = requireMember(head, userId)
      const [people, mark, last] = await Promise.all([
        readPeople(head.members.map((each) => each.userId)),
        readMark(head.conversationId, userId),
        readLastMessage(head),
      ])
      return {
        id: head.conversationId,
        type: head.type,
        name: head.name,
        avatar: head.avatar,
        participants: head.members.map((each) => ({
          userId: each.userId,
          name: people.get(each.userId)?.name ?? '',
          avatar: people.get(each.userId)?.avatar ?? null,
          role: each.role,
        })),
        lastMessage:
          last && last.seq > member.joinedSeq
            ? { text: excerptOf(last.text), senderId: last.senderId, timestamp: last.at }
            : null,
        unreadCount: unreadOf(head, positionOf(member, mark)),
        seq: head.seq,
        createdAt: head.createdAt,
        updatedAt: head.updatedAt,
      }
    },
  }
}

export type ConversationView = ReturnType<typeof createConversationView>
