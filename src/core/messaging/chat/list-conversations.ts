import { decodeCursor, encodeCursor } from '../../../ports/cursor.ts'
import type { Page, Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import { type Announcer, alwaysFollowedMs } from './announcer.ts'
import { type Conversation, type ConversationQuery, maxFollowed } from './chat.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import type { ConversationView } from './conversation-view.ts'
import { activityFor, type Head, type Mark, memberOf, positionOf } from './entries.model.ts'
import type { Inbox, Only } from './inbox.ts'
import type { InboxEntry } from './lists.model.ts'
import { asEverybody, isMuted, type UnreadTotal } from './mine.model.ts'
import { momentOf, placeOn, shelfOf } from './place.ts'
import { mentionsOf, unreadOf } from './unread.ts'

/** An entry younger than this may be waiting for its conversation to be committed. */
const graceMs = 60_000
/** What was active longer ago than this has been noted by now, by whatever process. */
const notedByMs = 120_000
const maxRecent = 100
const maxCounted = 200

interface Listed {
  readonly entry: InboxEntry
  readonly head: Head
}

/** Where it belongs by what is so now. */
const placeNow = ({ entry, head }: Listed): string =>
  placeOn(shelfOf(entry.activeAt), activityFor(head, memberOf(head, entry.userId) ?? { joinedAt: '' }))

/**
 * The list is an index that lags by seconds while a conversation goes on; each conversation in it is shown as it is, and what
 * proves wrong is repaired on the way: an entry of a conversation one is not in goes, what was noted before it had its
 * fields gets them.
 */
export function createListConversations(
  { clock, defer }: Needs<'clock' | 'defer'>,
  parts: {
    readonly log: ConversationLog
    readonly inbox: Inbox
    readonly conversations: ConversationView
    readonly announcer: Pick<Announcer, 'began'>
  },
) {
  const { log, inbox, conversations, announcer } = parts

  function repair(entry: InboxEntry, head: Head | null): void {
    const member = head === null ? undefined : memberOf(head, entry.userId)
    if (head && member && (entry.seq === undefined || momentOf(entry.activeAt) < activityFor(head, member)))
      defer.run('note-activity', async () => void (await inbox.place(head, entry.userId)))
    if (!member && Date.parse(momentOf(entry.activeAt)) + graceMs < clock.now())
      defer.run('forget-conversation', () => inbox.remove(entry.userId, entry.id))
  }

  async function withHeads(userId: string, items: readonly Stored<InboxEntry>[]): Promise<readonly Listed[]> {
    const found = await Promise.all(
      items.map(async ({ value: entry }) => {
        const head = (await log.readHead(entry.id))?.value ?? null
        repair(entry, head)
        return head && memberOf(head, userId) ? [{ entry, head }] : []
      }),
    )
    return found.flat().sort((a, b) => (placeNow(a) < placeNow(b) ? 1 : placeNow(a) > placeNow(b) ? -1 : 0))
  }

  /** What may have become unread without having been noted yet: those that were active a moment ago. */
  async function recentOf(userId: string): Promise<readonly Stored<InboxEntry>[]> {
    const since = new Date(clock.now() - notedByMs).toISOString()
    const { items } = await inbox.activeSince(userId, since, maxRecent)
    return items.filter(({ value }) => momentOf(value.activeAt) >= since)
  }

  const positionIn = (head: Head, userId: string, mark: Mark | undefined) => {
    const member = memberOf(head, userId)
    return member && { member, position: positionOf(member, mark) }
  }

  const withRecent = async (userId: string, page: Page<InboxEntry>, isFirst: boolean) => {
    const recent = isFirst ? await recentOf(userId) : []
    const known = new Set(page.items.map(({ value }) => value.id))
    return [...page.items, ...recent.filter(({ value }) => !known.has(value.id))]
  }

  return {
    async list(
      { userId }: Actor,
      {
        cursor,
        limit,
        only = 'list',
      }: Omit<ConversationQuery, 'only'> & { readonly only?: Only | undefined },
    ): Promise<CursorPage<Conversation>> {
      const page = await refusingBadCursors(async () =>
        inbox.page(
          userId,
          only,
          limit,
          cursor === undefined ? undefined : encodeCursor(decodeCursor(cursor)),
        ),
      )
      const entries = only === 'unread' ? await withRecent(userId, page, cursor === undefined) : page.items
      const listed = await withHeads(userId, entries)
      const items = await Promise.all(
        listed.map(({ entry, head }) => conversations.view(head, userId, { show: 'some', entry })),
      )
      const shown =
        only === 'unread'
          ? items.filter(({ unreadCount, mine }) => unreadCount > 0 || mine.isMarkedUnread)
          : items
      return pageOf(shown, page.next)
    },

    /**
     * By what was noted; what was active a moment ago is looked at. Muted ones count with their mentions alone, archived and
     * hidden ones not at all.
     */
    async countUnread({ userId }: Pick<Actor, 'userId'>): Promise<UnreadTotal> {
      const noted = await inbox.page(userId, 'unread', maxCounted)
      const entries = await withRecent(userId, noted, true)
      const since = new Date(clock.now() - notedByMs).toISOString()
      const counted = await Promise.all(
        entries.map(async ({ value: entry }) => {
          const mine = entry.mine ?? asEverybody
          const asNoted = { mine, unread: entry.unread ?? 0, mentions: entry.mentions ?? 0 }
          if (momentOf(entry.activeAt) < since) return asNoted
          const [stored, mark] = await Promise.all([log.readHead(entry.id), inbox.readMark(entry.id, userId)])
          const known = stored && positionIn(stored.value, userId, mark)
          if (!stored || !known) return { mine: asEverybody, unread: 0, mentions: 0 }
          return {
            mine,
            unread: unreadOf(stored.value, known.position),
            mentions: mentionsOf(stored.value, known.member, known.position),
          }
        }),
      )
      const nowMs = clock.now()
      const loud = counted.filter(({ mine }) => !isMuted(mine, nowMs))
      const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0)
      return {
        conversations: loud.filter(
          ({ mine, unread, mentions }) => unread > 0 || mentions > 0 || mine.isMarkedUnread,
        ).length,
        messages: sum(loud.map(({ unread }) => unread)),
        mentions: sum(counted.map(({ mentions }) => mentions)),
        hasMore: noted.next !== undefined,
      }
    },

    /** The conversations in which a connection begins: the newest, and all that were active a moment ago. */
    async begin(userId: string): Promise<readonly string[]> {
      const followed: Stored<InboxEntry>[] = []
      const since = new Date(clock.now() - alwaysFollowedMs).toISOString()
      let next: string | undefined
      do {
        const page = await inbox.page(userId, 'everything', maxFollowed, next)
        followed.push(...page.items)
        next = page.next
      } while (next !== undefined && momentOf(followed.at(-1)?.value.activeAt ?? '') >= since)
      const lowest = followed.at(-1)?.value.activeAt
      if (next !== undefined && lowest !== undefined) await announcer.began(userId, lowest)
      return (await withHeads(userId, followed)).map(({ head }) => head.conversationId)
    },

    /** The newest that somebody is in, those they put away last. */
    async headsOf(userId: string, limit: number): Promise<readonly Head[]> {
      const page = await inbox.page(userId, 'everything', limit)
      return (await withHeads(userId, page.items)).map(({ head }) => head)
    },
  }
}

export type ListConversations = ReturnType<typeof createListConversations>
