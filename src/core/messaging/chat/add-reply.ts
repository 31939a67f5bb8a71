import type { Stored, Write } from '../../../ports/documents.ts'
import { validationError } from '../../kernel/errors.ts'
import type { Planned } from './conversation-log.ts'
import { type Entry, type Head, type Member, memberOf, type StoredMessage } from './entries.model.ts'
import { messageIsDeleted } from './messages.model.ts'
import { type Follower, isReply, type Position, type Thread, threadId } from './thread.model.ts'
import { addressedBy, isAddressed } from './unread.ts'

const maxParticipantsShown = 5

/** What an answer is added to. `thread` is null before the first one. */
export interface ThreadAt {
  readonly root: Stored<StoredMessage>
  readonly thread: Stored<Thread> | null
}

export const unknownRoot = () =>
  validationError([
    {
      path: 'threadId',
      code: 'unknown_message',
      message: 'Must be a message of this conversation that is no answer in a thread itself.',
    },
  ])

/** Throws for what is no root of a thread for this member. */
export function requireRoot(
  root: Stored<StoredMessage> | null,
  { joinedSeq }: Member,
): Stored<StoredMessage> {
  if (!root || root.value.seq <= joinedSeq || isReply(root.value)) throw unknownRoot()
  if (root.value.deletedAt !== null) throw messageIsDeleted()
  return root
}

/** Those who follow a thread after an answer: whoever is mentioned begins right before it. */
function followersAfter(
  known: readonly Follower[],
  { userId, ...sent }: Follower,
  before: Position,
  mentioned: readonly string[],
): readonly Follower[] {
  const isKnown = (id: string) => known.some((follower) => follower.userId === id)
  const anew = mentioned.filter((id) => !isKnown(id))
  const others = known.filter((follower) => follower.userId !== userId)
  return [...others, ...anew.map((id) => ({ userId: id, ...before })), { userId, ...sent }]
}

/**
 * Makes of what would be a message of the conversation an answer in its place in the thread. In the conversation it has a
 * number and counts for nobody: what its sender has read there stays as it was, and lists stay in their order.
 */
export function addReply(
  head: Head,
  added: { readonly message: StoredMessage; readonly head: Head },
  { root, thread }: ThreadAt,
): Planned<{ readonly message: StoredMessage; readonly head: Head }> {
  const { seq, at, senderId, expiresAt } = added.message
  const count = (thread?.value.count ?? 0) + 1
  const message: StoredMessage = {
    ...added.message,
    count: head.count,
    threadKey: root.value.id,
    threadCount: count,
  }
  const next: Head = {
    ...head,
    seq,
    updatedAt: added.head.updatedAt,
    lastMessageAt: head.lastMessageAt ?? head.updatedAt,
    members: head.members.map((member) =>
      member.userId === senderId ? { ...member, wroteAt: at } : addressedBy(message, member),
    ),
  }
  const asked = root.value
  const isAskerHere = memberOf(head, asked.senderId) !== undefined
  const first = isAskerHere ? [{ userId: asked.senderId, seq: asked.seq, count: 0, at: asked.at }] : []
  const summary = {
    count,
    lastReplyAt: at,
    participantIds: [
      senderId,
      ...(thread?.value.participantIds ?? []).filter((userId) => userId !== senderId),
    ].slice(0, maxParticipantsShown),
  }
  const threadAfter: Thread = {
    ...summary,
    id: threadId(asked.id),
    conversationId: head.conversationId,
    kind: 'thread',
    isNumbered: 'no',
    threadKey: '',
    seq,
    rootId: asked.id,
    rootSeq: asked.seq,
    followers: followersAfter(
      thread?.value.followers ?? first,
      { userId: senderId, seq, count, at },
      { seq: seq - 1, count: count - 1, at },
      head.members
        .filter((member) => member.joinedSeq < asked.seq && isAddressed(member, message))
        .map(({ userId }) => userId),
    ),
    ...(thread?.value.deleted ? { deleted: thread.value.deleted } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  const writeThread: Write<Entry> = thread
    ? { replace: threadAfter, version: thread.version }
    : { insert: threadAfter }
  return {
    head: next,
    entries: [message],
    beside: [{ replace: { ...asked, thread: summary }, version: root.version }, writeThread],
    result: { message, head: next },
  }
}
