import { activityFor, type Head, type Member } from './entries.model.ts'
import type { InboxEntry } from './lists.model.ts'
import { asEverybody, type Mine, shelfFor, withNews } from './mine.model.ts'
import { momentOf, placeOn } from './place.ts'
import type { Position } from './thread.model.ts'
import { mentionsOf, unreadOf } from './unread.ts'

/** What is to be noted about one member, beside what the conversation says. */
export interface Change {
  /** What they want it to be. */
  readonly mine?: (mine: Mine) => Mine
  /** They have looked at it: it is no longer marked unread. */
  readonly isSeen?: boolean
}

/** For somebody who is about to be a member: listed before there is anything. */
export const listed = (userId: string, conversationId: string, at: string): InboxEntry => ({
  id: conversationId,
  userId,
  activeAt: placeOn('listed', at),
  isUnread: 'no',
})

/** A member's entry, as the conversation and how far they have read make it. Never by an older state than was noted. */
export function entryOf(
  head: Head,
  member: Member,
  position: Position,
  { before, change = {}, nowMs }: { before: InboxEntry | null; change?: Change; nowMs: number },
): InboxEntry {
  const at = activityFor(head, member)
  const known = before?.mine ?? asEverybody
  const isNews = before !== null && momentOf(before.activeAt) < at
  const noted = isNews ? withNews(known, nowMs) : known
  const { markedAtSeq } = before ?? {}
  const isSeen = change.isSeen || (markedAtSeq !== undefined && position.seq > markedAtSeq)
  const seen = noted.isMarkedUnread && isSeen ? { ...noted, isMarkedUnread: false } : noted
  const mine = change.mine ? change.mine(seen) : seen
  const shelf = shelfFor(mine)
  const unread = unreadOf(head, position)
  const mentions = mentionsOf(head, member, position)
  const isInList = shelf === 'listed' || shelf === 'pinned'
  return {
    id: head.conversationId,
    userId: member.userId,
    activeAt: placeOn(shelf, at),
    isUnread: isInList && (unread > 0 || mentions > 0 || mine.isMarkedUnread) ? 'yes' : 'no',
    seq: head.seq,
    unread,
    mentions,
    ...(mine === asEverybody ? {} : { mine }),
    ...(mine.isMarkedUnread
      ? { markedAtSeq: known.isMarkedUnread ? (markedAtSeq ?? head.seq) : head.seq }
      : {}),
  }
}

const inOrder = (value: object): string => JSON.stringify(Object.entries(value).toSorted())
/** Whether nothing would change. */
export const isSame = ({ mine, ...a }: InboxEntry, { mine: other, ...b }: InboxEntry): boolean =>
  inOrder(a) === inOrder(b) && inOrder(mine ?? asEverybody) === inOrder(other ?? asEverybody)
