import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Conversation } from './chat.model.ts'
import {
  type Entry,
  type Head,
  isMessage,
  type Mark,
  type Member,
  markId,
  messages,
  pinsFor,
  positionOf,
  type StoredMessage,
  settingsOf,
} from './entries.model.ts'
import { type InboxEntry, inbox } from './lists.model.ts'
import { mineNow } from './mine.model.ts'
import type { ReadPeople } from './people.ts'
import { nextSendMs, type Permissions } from './permissions.ts'
import { mentionsOf, unreadOf } from './unread.ts'

const excerptLength = 200
/** How many members of a conversation a list of conversations shows. */
export const participantsInLists = 20

const excerptOf = (text: string): string =>
  [...text.slice(0, 2 * excerptLength)].slice(0, excerptLength).join('')

/** A conversation as one of its members sees it. Throws `not_found` for anybody else. */
export function createConversationView(
  { documents, clock }: Needs<'documents' | 'clock'>,
  readPeople: ReadPeople,
  permissions: Pick<Permissions, 'allowedTo' | 'requireIn'>,
) {
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
    /**
     * `all` of its participants, or in lists only some of them: the reader, who wrote last, and those there longest. `entry`:
     * that of the member's list, where it is known.
     */
    async view(
      head: Head,
      userId: string,
      { show = 'all', entry }: { readonly show?: 'all' | 'some'; readonly entry?: InboxEntry } = {},
    ): Promise<Conversation> {
      const { member } = permissions.requireIn('read', head, { userId })
      const { conversationId } = head
      const last = await readLastMessage(head)
      const isFirstShown = ({ userId: theirs }: Member) => theirs === userId || theirs === last?.senderId
      const shownIds = new Set(
        [...head.members.filter(isFirstShown), ...head.members]
          .map((each) => each.userId)
          .slice(0, show === 'all' ? Number.POSITIVE_INFINITY : participantsInLists),
      )
      const participants = head.members.filter((each) => shownIds.has(each.userId))
      const [people, mark, can, listed] = await Promise.all([
        readPeople(shownIds),
        readMark(conversationId, userId),
        permissions.allowedTo(head, member),
        entry ??
          documents.read(inbox, { partition: userId, id: conversationId }).then((found) => found?.value),
      ])
      const position = positionOf(member, mark)
      const nextMs = nextSendMs(head, member, clock.now())
      return {
        id: head.conversationId,
        type: head.type,
        name: head.name,
        avatar: head.avatar,
        participants: participants.map((each) => ({
          userId: each.userId,
          name: people.get(each.userId)?.name ?? '',
          avatar: people.get(each.userId)?.avatar ?? null,
          role: each.role,
          isActive: people.get(each.userId)?.isActive ?? false,
        })),
        memberCount: head.members.length,
        lastMessage:
          last && last.seq > member.joinedSeq
            ? { text: excerptOf(last.text), senderId: last.senderId, timestamp: last.at }
            : null,
        unreadCount: unreadOf(head, position),
        unreadMentions: mentionsOf(head, member, position),
        mine: mineNow(listed?.mine, clock.now()),
        pinnedCount: pinsFor(head, member, clock.now()).length,
        settings: settingsOf(head),
        can,
        nextSendAt: nextMs === null ? null : new Date(nextMs).toISOString(),
        seq: head.seq,
        createdAt: head.createdAt,
        updatedAt: head.updatedAt,
      }
    },
  }
}

export type ConversationView = ReturnType<typeof createConversationView>
