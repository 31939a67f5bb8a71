import { encodeCursor } from '../../../ports/cursor.ts'
import { DocumentExists, type Page, type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { type Entry, type Head, type Mark, markId, memberOf, messages, positionOf } from './entries.model.ts'
import { type Change, entryOf, isSame, listed } from './inbox-entry.ts'
import { type InboxEntry, inbox, type LeftConversation, leftConversations } from './lists.model.ts'
import { momentOf, placeOn, topOf } from './place.ts'

const attempts = 10
/** So many members' entries are written at a time: nobody waits for five hundred. */
const together = 20
const rememberedEntries = 20_000
/** More than a conversation can have members. */
const maxMarks = 1_000

export type Only = 'list' | 'unread' | 'archived' | 'pinned' | 'everything'

/** An entry as it was, null when there was none, and as it is. */
export interface Placed {
  readonly userId: string
  readonly before: InboxEntry | null
  readonly after: InboxEntry
  /** Somebody else wrote it since this process did. */
  readonly isShared: boolean
}

/** Who finds which conversation in their list. Written before somebody is a member, and noted from what is there since. */
export function createInbox(needs: Needs<'documents' | 'clock'>) {
  const { documents, clock } = needs
  const put = createPutDocument(needs)

  async function readHead(conversationId: string): Promise<Head | null> {
    const stored = await documents.read<Entry>(messages, { partition: conversationId, id: 'head' })
    return stored?.value.kind === 'head' ? stored.value : null
  }

  async function readMark(conversationId: string, userId: string): Promise<Mark | undefined> {
    const stored = await documents.read<Entry>(messages, { partition: conversationId, id: markId(userId) })
    return stored?.value.kind === 'mark' ? stored.value : undefined
  }

  async function marksOf(conversationId: string): Promise<ReadonlyMap<string, Mark>> {
    const { items } = await documents.query(messages, {
      path: 'byKind',
      partition: conversationId,
      equals: { kind: 'mark' },
      limit: maxMarks,
    })
    return new Map(items.map(({ value }) => [(value as Mark).userId, value as Mark]))
  }

  type Known = Stored<InboxEntry> | null
  const readEntry = (userId: string, conversationId: string): Promise<Known> =>
    documents.read(inbox, { partition: userId, id: conversationId })
  /** As this process last wrote them: who writes again bets that nobody else did, and reads when that is lost. */
  const written = new Map<string, Stored<InboxEntry>>()
  function remember(stored: Stored<InboxEntry>): void {
    if (written.size >= rememberedEntries) written.clear()
    written.set(`${stored.value.userId} ${stored.value.id}`, stored)
  }

  /**
   * Null when they are no member by then. The mark has to have been read after the entry: whoever moves it notes that in the
   * entry too, so that one of the two writes notices the other.
   */
  async function placeOne(
    wanted: Head,
    userId: string,
    change: Change,
    known: { readonly stored: Known; readonly mark: Mark | undefined },
  ): Promise<Placed | null> {
    const { conversationId } = wanted
    let [head, { stored, mark }] = [wanted, known]
    for (let attempt = 1; ; attempt++) {
      const before = stored?.value ?? null
      if ((before?.seq ?? 0) > head.seq) head = (await readHead(conversationId)) ?? head
      const member = memberOf(head, userId)
      if (!member) return null
      const after = entryOf(head, member, positionOf(member, mark), { before, change, nowMs: clock.now() })
      if (before && ((before.seq ?? 0) > head.seq || isSame(before, after)))
        return { userId, before, after: before, isShared: attempt > 1 }
      try {
        remember(
          stored
            ? await documents.replace(inbox, after, stored.version)
            : await documents.insert(inbox, after),
        )
        return { userId, before, after, isShared: attempt > 1 }
      } catch (error) {
        const isRaced = error instanceof DocumentExists || error instanceof VersionMismatch
        if (!isRaced || attempt === attempts) throw error
        written.delete(`${userId} ${conversationId}`)
      }
      stored = await readEntry(userId, conversationId)
      mark = await readMark(conversationId, userId)
    }
  }

  /** So many at a time, in order. */
  async function inShares<A, B>(all: readonly A[], work: (each: A) => Promise<B>): Promise<B[]> {
    const done: B[] = []
    for (let first = 0; first < all.length; first += together)
      done.push(...(await Promise.all(all.slice(first, first + together).map(work))))
    return done
  }

  return {
    readMark,

    /** Before somebody is a member. What they have there already stays. */
    async expect(userId: string, conversationId: string, at: string): Promise<void> {
      try {
        await documents.insert(inbox, listed(userId, conversationId, at))
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
    },

    read: readEntry,

    /** Before the commit in which others remove somebody, as the change of this number. */
    async noteRemoval(userId: string, conversationId: string, removedSeq: number): Promise<void> {
      const leftAt = new Date(clock.now()).toISOString()
      await put(leftConversations, { partition: userId, id: conversationId }, (known) => ({
        ...(known ?? { id: conversationId, userId, leftAt }),
        removedSeq: Math.max(removedSeq, known?.removedSeq ?? 0),
      }))
    },

    /** That they were in it once. */
    readLeft: async (userId: string, conversationId: string): Promise<LeftConversation | null> =>
      (await documents.read(leftConversations, { partition: userId, id: conversationId }))?.value ?? null,

    /** Out of the list, and noted where what somebody wrote is looked for. */
    async remove(userId: string, conversationId: string): Promise<void> {
      const left = { id: conversationId, userId, leftAt: new Date(clock.now()).toISOString() }
      await put(leftConversations, { partition: userId, id: conversationId }, (known) => known ?? left)
      written.delete(`${userId} ${conversationId}`)
      await documents.remove(inbox, { partition: userId, id: conversationId })
    },

    /** Notes the conversation in the lists of all its members. */
    async placeEverywhere(head: Head): Promise<readonly Placed[]> {
      const { conversationId } = head
      const entries = await inShares(head.members, async ({ userId }) => ({
        userId,
        stored: written.get(`${userId} ${conversationId}`) ?? (await readEntry(userId, conversationId)),
      }))
      const marks = await marksOf(conversationId)
      const placed = await inShares(entries, ({ userId, stored }) =>
        placeOne(head, userId, {}, { stored, mark: marks.get(userId) }),
      )
      return placed.flatMap((each) => each ?? [])
    },

    /** Up to which change it has been noted, by whatever process, and when that change was. As the list of one member says. */
    async lastNoted({ conversationId, members: [first] }: Head): Promise<{ seq: number; at: string } | null> {
      const entry = first && (await readEntry(first.userId, conversationId))?.value
      return entry?.seq === undefined ? null : { seq: entry.seq, at: momentOf(entry.activeAt) }
    },

    /** Notes it in the list of one member. */
    async place(head: Head, userId: string, change: Change = {}): Promise<Placed | null> {
      const stored = await readEntry(userId, head.conversationId)
      return placeOne(head, userId, change, { stored, mark: await readMark(head.conversationId, userId) })
    },

    /** Downwards, what is pinned first. `next` is only there when there is more of it. */
    async page(userId: string, only: Only, limit: number, after?: string): Promise<Page<InboxEntry>> {
      const start = after ?? (only === 'archived' ? encodeCursor([topOf('archived'), '']) : undefined)
      const from = { partition: userId, direction: 'desc', limit: limit + 1 } as const
      const rest = start === undefined ? {} : { after: start }
      const { items } = await (only === 'unread'
        ? documents.query(inbox, { path: 'byUnread', equals: { isUnread: 'yes' }, ...from, ...rest })
        : documents.query(inbox, { path: 'byActivity', equals: {}, ...from, ...rest }))
      const end =
        only === 'list'
          ? topOf('archived')
          : only === 'pinned'
            ? topOf('listed')
            : only === 'archived'
              ? topOf('hidden')
              : ''
      const found = items.filter(({ value }) => value.activeAt >= end)
      const shown = found.slice(0, limit)
      const last = shown.at(-1)?.value
      return found.length > limit && last
        ? { items: shown, next: encodeCursor([last.activeAt, last.id]) }
        : { items: shown }
    },

    /** Those in the list that were active since then, as far as was noted, the oldest first, and among them all that are pinned. */
    activeSince: (userId: string, at: string, limit: number): Promise<Page<InboxEntry>> =>
      documents.query(inbox, {
        path: 'byActivity',
        partition: userId,
        equals: {},
        limit,
        after: encodeCursor([placeOn('listed', at), '']),
      }),
  }
}

export type Inbox = ReturnType<typeof createInbox>
