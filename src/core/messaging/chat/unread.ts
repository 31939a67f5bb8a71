import type { Head, Member, StoredMessage } from './entries.model.ts'
import { isReply, type Position, type Ranges, type Thread } from './thread.model.ts'

const maxRangesDeleted = 100
const maxMentioned = 10

function including(known: Ranges, count: number): Ranges {
  const ranges = [...known, [count, count] as const].toSorted((a, b) => a[0] - b[0])
  const joined: (readonly [number, number])[] = []
  for (const [from, to] of ranges) {
    const last = joined.at(-1)
    if (last && from <= last[1] + 1) joined[joined.length - 1] = [last[0], Math.max(last[1], to)]
    else joined.push([from, to])
  }
  return joined.slice(-maxRangesDeleted)
}

const howManyAfter = (ranges: Ranges, count: number): number =>
  ranges.reduce((sum, [from, to]) => sum + Math.max(0, to - Math.max(from, count + 1) + 1), 0)

const isIn = (ranges: Ranges, count: number): boolean =>
  ranges.some(([from, to]) => from <= count && count <= to)

/** The conversation after the deletion of a message. Answers in threads never counted in it, but may have addressed somebody. */
export function withDeleted(head: Head, message: Pick<StoredMessage, 'count' | 'seq' | 'threadKey'>): Head {
  if (!isReply(message)) return { ...head, deleted: including(head.deleted ?? [], message.count) }
  const members = head.members.map((member) => ({
    ...member,
    ...(member.mentionedInThreads
      ? { mentionedInThreads: member.mentionedInThreads.filter((seq) => seq !== message.seq) }
      : {}),
  }))
  return { ...head, members }
}

/** The thread after the deletion of answers in it. */
export const withAnswersDeleted = (thread: Thread, answers: readonly StoredMessage[]): Thread => ({
  ...thread,
  deleted: answers.reduce<Ranges>(
    (known, { threadCount }) => (threadCount === undefined ? known : including(known, threadCount)),
    thread.deleted ?? [],
  ),
})

type Addressing = Pick<
  StoredMessage,
  'count' | 'seq' | 'threadKey' | 'senderId' | 'mentions' | 'mentionGroups'
>

export const isAddressed = (
  { userId, role }: Member,
  { senderId, mentions, mentionGroups = [] }: Addressing,
): boolean =>
  userId !== senderId &&
  (mentions.includes(userId) ||
    mentionGroups.includes('everyone') ||
    (mentionGroups.includes('moderators') && role !== 'member'))

/** A member of a conversation in which this message is, as it is now. */
export function addressedBy(message: Addressing, member: Member): Member {
  const [field, place] = isReply(message)
    ? (['mentionedInThreads', message.seq] as const)
    : (['mentioned', message.count] as const)
  const known = member[field] ?? []
  const others = known.filter((each) => each !== place)
  if (isAddressed(member, message))
    return { ...member, [field]: [...others, place].toSorted((a, b) => a - b).slice(-maxMentioned) }
  return others.length === known.length ? member : { ...member, [field]: others }
}

/** Nobody is owed what has been deleted. */
export const unreadOf = (head: Head, { count }: Pick<Position, 'count'>): number =>
  Math.max(0, head.count - count - howManyAfter(head.deleted ?? [], count))

/** How many answers a follower has not read. */
export const unreadAnswersOf = (thread: Thread, { count }: Pick<Position, 'count'>): number =>
  Math.max(0, thread.count - count - howManyAfter(thread.deleted ?? [], count))

/** How many of the unread messages address them, and of the answers in threads since what they have read. */
export function mentionsOf(
  head: Head,
  { mentioned = [], mentionedInThreads = [] }: Member,
  { seq, count }: Position,
): number {
  const inMessages = mentioned.filter((each) => each > count && !isIn(head.deleted ?? [], each))
  const inThreads = mentionedInThreads.filter((each) => each > seq)
  return Math.min(maxMentioned, inMessages.length + inThreads.length)
}
