import type { Entry, Head, Mark, Numbered, StoredMessage } from './entries.model.ts'
import { positionOf } from './entries.model.ts'
import type { NumberedEvent } from './events.ts'
import { publicIdOf } from './message-id.ts'
import type { AnnouncedMessage, ChatMessage } from './messages.model.ts'
import { isReply } from './thread.model.ts'

/** A message as events carry it. */
export const announced = (message: StoredMessage): AnnouncedMessage => ({
  id: publicIdOf(message.conversationId, message.id),
  conversationId: message.conversationId,
  seq: message.seq,
  senderId: message.senderId,
  clientMessageId: message.clientMessageId,
  text: message.text,
  attachments: [...message.attachments],
  mentions: [...message.mentions],
  mentionGroups: [...(message.mentionGroups ?? [])],
  threadId: isReply(message) ? publicIdOf(message.conversationId, message.threadKey) : null,
  thread: message.thread ? { ...message.thread, participantIds: [...message.thread.participantIds] } : null,
  replyTo: message.replyTo === null ? null : publicIdOf(message.conversationId, message.replyTo),
  reactions: Object.fromEntries(
    Object.entries(message.reactions).map(([emoji, userIds]) => [emoji, [...userIds]]),
  ),
  timestamp: message.at,
  editedAt: message.editedAt,
  deletedAt: message.deletedAt,
})

/** In larger conversations it is told how many have read something, not who. */
export const maxReadersNamed = 50

function readersOf(message: StoredMessage, head: Head, marks: readonly Mark[]) {
  const markOf = new Map(marks.map((mark) => [mark.userId, mark]))
  const readers: (readonly [userId: string, at: string])[] = []
  for (const member of head.members) {
    const { seq, at } = positionOf(member, markOf.get(member.userId))
    // Whoever answers in a thread has not read the conversation up to there, but what they wrote themselves.
    const hasRead = seq >= message.seq || (isReply(message) && member.userId === message.senderId)
    if (member.joinedSeq < message.seq && hasRead) readers.push([member.userId, at])
  }
  return readers
}

export function shown(message: StoredMessage, head: Head, marks: readonly Mark[]): ChatMessage {
  const readers = readersOf(message, head, marks)
  return head.members.length > maxReadersNamed
    ? { ...announced(message), readBy: {}, readByCount: readers.length }
    : { ...announced(message), readBy: Object.fromEntries(readers) }
}

/**
 * The event of a numbered change, the same whether it is told at once, late or in catch-up. `message` is the one an
 * edit is about, as it is now; null when retention has removed it.
 */
export function eventOf(entry: Numbered, message: StoredMessage | null): NumberedEvent {
  const { conversationId, seq, at } = entry
  const envelope = { conversationId, seq, at }
  if (entry.kind === 'message') return { event: 'message.new', ...envelope, data: announced(entry) }
  const { facts } = entry
  switch (facts.event) {
    case 'message.updated':
      if (message) return { event: facts.event, ...envelope, data: announced(message) }
      return {
        event: 'message.deleted',
        ...envelope,
        data: { messageId: publicIdOf(conversationId, facts.messageId), conversationId },
      }
    case 'message.deleted':
      return {
        event: facts.event,
        ...envelope,
        data: { messageId: publicIdOf(conversationId, facts.messageId), conversationId },
      }
    case 'reaction.added':
    case 'reaction.removed': {
      const { userId, emoji } = facts
      const messageId = publicIdOf(conversationId, facts.messageId)
      return { event: facts.event, ...envelope, data: { messageId, conversationId, userId, emoji } }
    }
    case 'message.pinned': {
      const messageId = publicIdOf(conversationId, facts.messageId)
      return { event: facts.event, ...envelope, data: { messageId, conversationId, userId: facts.userId } }
    }
    case 'message.unpinned': {
      const messageId = publicIdOf(conversationId, facts.messageId)
      return { event: facts.event, ...envelope, data: { messageId, conversationId, userId: facts.userId } }
    }
    case 'conversation.updated': {
      const { event, ...changed } = facts
      return { event, ...envelope, data: { conversationId, ...changed } }
    }
    case 'member.added': {
      const { userId, role } = facts
      return { event: facts.event, ...envelope, data: { conversationId, userId, role } }
    }
    case 'member.removed':
      return { event: facts.event, ...envelope, data: { conversationId, userId: facts.userId } }
  }
}

/** The document whose present state an event shows, if any. */
export const editedIn = (entry: Entry): string | null =>
  entry.kind === 'change' && entry.facts.event === 'message.updated' ? entry.facts.messageId : null
