import { decodeCursor, encodeCursor } from '../../../ports/cursor.ts'
import type { Page, Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { refusingBadCursors } from '../../kernel/paging.ts'
import type { ConversationLog } from './conversation-log.ts'
import { shown } from './describe.ts'
import { type Entry, isMessage, messages, type StoredMessage } from './entries.model.ts'
import { keyOf } from './message-id.ts'
import type { MessageHistory, MessageQuery } from './messages.model.ts'
import type { Permissions } from './permissions.ts'
import type { ReadMarks } from './read-marks.ts'
import { isReply } from './thread.model.ts'

/** Of threads that are hidden: how many messages one page looks at before it answers with fewer than it may hold. */
const scannedAtMost = 500

const aMessageId = /^[\w-]{64}$/
const aTimestamp = /^\d{4}-\d\d-\d\dT/

/** Newest first. A timestamp is turned into a number once: numbers order a conversation, clocks do not. */
export const createListMessages = (
  { documents }: Needs<'documents'>,
  {
    log,
    marks,
    permissions,
  }: {
    readonly log: ConversationLog
    readonly marks: ReadMarks
    readonly permissions: Pick<Permissions, 'requireIn'>
  },
) => {
  const walk = (
    conversationId: string,
    direction: 'asc' | 'desc',
    limit: number,
    after?: string,
  ): Promise<Page<Entry>> =>
    documents.query(messages, {
      path: 'byKind',
      partition: conversationId,
      equals: { kind: 'message' },
      direction,
      limit,
      ...(after === undefined ? {} : { after }),
    })

  interface Walked {
    readonly items: readonly Stored<Entry>[]
    readonly hasNext: boolean
    /** The number at which it stopped before the page was full, though there was more. */
    readonly stoppedAt?: number | undefined
  }
  type Threads = MessageQuery['threads']

  /** Without answers in threads where these are hidden. Older documents say nothing of threads, so that no index leaves answers out. */
  async function walkShown(
    threads: Threads,
    conversationId: string,
    direction: 'asc' | 'desc',
    limit: number,
    after?: string,
  ): Promise<Walked> {
    if (threads === 'show') {
      const { items, next } = await walk(conversationId, direction, limit, after)
      return { items, hasNext: next !== undefined }
    }
    const items: Stored<Entry>[] = []
    let from = after
    for (let scanned = 0; ; ) {
      const page = await walk(conversationId, direction, Math.max(limit, 20), from)
      const shownOnes = page.items.filter((stored) => isMessage(stored) && !isReply(stored.value))
      items.push(...shownOnes)
      scanned += page.items.length
      from = page.next
      if (items.length > limit || (items.length === limit && from !== undefined))
        return { items: items.slice(0, limit), hasNext: true }
      if (from === undefined) return { items, hasNext: false }
      if (scanned >= scannedAtMost) return { items, hasNext: true, stoppedAt: page.items.at(-1)?.value.seq }
    }
  }

  async function seqOfMessage(conversationId: string, publicId: string): Promise<number> {
    const { partition, id } = keyOf(publicId)
    const stored =
      partition === conversationId ? await documents.read<Entry>(messages, { partition, id }) : null
    if (!stored || !isMessage(stored)) throw notFound()
    return stored.value.seq
  }

  /** The number of the first message at or after a moment, found by halving: messages are numbered in order of time. */
  async function seqOfMoment(conversationId: string, at: string, headSeq: number): Promise<number> {
    let [low, high] = [0, headSeq + 1]
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2)
      const [next] = (await walk(conversationId, 'asc', 1, encodeCursor([middle, '']))).items
      const message = next?.value as StoredMessage | undefined
      if (message && message.at < at) low = message.seq
      else high = middle
    }
    return high
  }

  const seqOf = (conversationId: string, position: string, headSeq: number): Promise<number> =>
    aTimestamp.test(position)
      ? seqOfMoment(conversationId, position, headSeq)
      : aMessageId.test(position)
        ? seqOfMessage(conversationId, position)
        : refusingBadCursors(async () => Number(decodeCursor(position)[0]))

  /** Newest first; null for what is not known yet. */
  interface Found {
    readonly items: readonly Stored<Entry>[]
    readonly hasNewer: boolean | null
    /** Where to go on when there is nothing. */
    readonly end: number
    /** Where it gave up on the way, though there is more. */
    readonly stoppedBefore?: number | undefined
    readonly stoppedAfter?: number | undefined
  }

  async function find(
    conversationId: string,
    headSeq: number,
    joinedSeq: number,
    { limit, before, after, around, threads }: MessageQuery,
  ): Promise<Found> {
    if (after !== undefined) {
      const seq = await seqOf(conversationId, after, headSeq)
      const start = Math.max(aTimestamp.test(after) ? seq : seq + 1, joinedSeq + 1)
      const { items, hasNext, stoppedAt } = await walkShown(
        threads,
        conversationId,
        'asc',
        limit,
        encodeCursor([start, '']),
      )
      return { items: items.toReversed(), hasNewer: hasNext, end: start - 1, stoppedAfter: stoppedAt }
    }
    if (around !== undefined) {
      const seq = await seqOf(conversationId, around, headSeq)
      const half = Math.floor(limit / 2)
      const start = encodeCursor([seq + 1, ''])
      const [older, newer] = await Promise.all([
        walkShown(threads, conversationId, 'desc', limit - half, start),
        half > 0 ? walkShown(threads, conversationId, 'asc', half, start) : null,
      ])
      const items = [...(newer?.items.toReversed() ?? []), ...older.items]
      return {
        items,
        hasNewer: newer === null ? null : newer.hasNext,
        end: seq,
        stoppedBefore: older.stoppedAt,
        stoppedAfter: newer?.stoppedAt,
      }
    }
    const seq = before === undefined ? undefined : await seqOf(conversationId, before, headSeq)
    const start = seq === undefined ? undefined : encodeCursor([seq, ''])
    const { items, stoppedAt } = await walkShown(threads, conversationId, 'desc', limit, start)
    return {
      items,
      hasNewer: seq === undefined ? false : null,
      end: (seq ?? headSeq + 1) - 1,
      stoppedBefore: stoppedAt,
    }
  }

  return async (actor: Actor, conversationId: string, query: MessageQuery): Promise<MessageHistory> => {
    const { head, member } = permissions.requireIn('read', (await log.readHead(conversationId))?.value, actor)
    const [{ items, hasNewer, end, stoppedBefore, stoppedAfter }, read] = await Promise.all([
      find(conversationId, head.seq, member.joinedSeq, query),
      marks.of(conversationId),
    ])
    const found = items.map(({ value }) => value as StoredMessage)
    const visible = found.filter(({ seq }) => seq > member.joinedSeq)
    const [newest, oldest] = [visible[0], visible.at(-1)]
    const isAny = async (direction: 'asc' | 'desc', seq: number) => {
      const from = encodeCursor([seq, ''])
      const { items: next, stoppedAt = 0 } = await walkShown(
        query.threads,
        conversationId,
        direction,
        1,
        from,
      )
      return Math.max(next[0]?.value.seq ?? 0, stoppedAt) > member.joinedSeq
    }
    const last = stoppedAfter ?? newest?.seq ?? end
    const first = stoppedBefore ?? oldest?.seq
    const [hasMore, isFollowed] = await Promise.all([
      first !== undefined && visible.length === found.length && isAny('desc', first),
      hasNewer ?? isAny('asc', last + 1),
    ])
    return {
      items: visible.map((message) => shown(message, head, read)),
      pagination: {
        hasMore,
        nextCursor: hasMore && first !== undefined ? encodeCursor([first, '']) : null,
        hasNewer: isFollowed,
        newerCursor: head.seq === 0 ? null : encodeCursor([last, '']),
      },
    }
  }
}
