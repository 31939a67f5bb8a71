import { decodeCursor, encodeCursor, InvalidCursor } from '../../../ports/cursor.ts'
import type { Page } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { userGroup } from '../../platform/realtime/realtime.model.ts'
import type { Announcer } from './announcer.ts'
import type { ConversationLog } from './conversation-log.ts'
import { shown } from './describe.ts'
import {
  type Entry,
  type Head,
  isMessage,
  type Member,
  messages,
  type StoredMessage,
} from './entries.model.ts'
import { keyOf, publicIdOf } from './message-id.ts'
import type { Permissions } from './permissions.ts'
import type { ReadMarks } from './read-marks.ts'
import { createReadThread } from './read-thread.ts'
import { type Follower, isReply, type Thread, threadId } from './thread.model.ts'
import type { ListedThread, ThreadListQuery, ThreadPage, ThreadQuery, ThreadState } from './threads.model.ts'
import { unreadAnswersOf } from './unread.ts'

/** How many threads one request looks at before it answers with a page that may not be full. */
const scannedAtMost = 200

const followerIn = (thread: Thread, userId: string): Follower | undefined =>
  thread.followers.find((follower) => follower.userId === userId)

function stateOf(thread: Thread | null, userId: string): ThreadState {
  if (!thread) return { count: 0, lastReplyAt: null, participantIds: [], isFollowed: false, unreadCount: 0 }
  const { count, lastReplyAt, participantIds } = thread
  const follower = followerIn(thread, userId)
  return {
    count,
    lastReplyAt,
    participantIds: [...participantIds],
    isFollowed: follower !== undefined,
    unreadCount: follower ? unreadAnswersOf(thread, follower) : 0,
  }
}

/** Reading of threads: page by page, how far somebody has come, and which there are. */
export function createThreads(
  needs: Needs<'documents' | 'clock' | 'defer'>,
  parts: {
    readonly log: ConversationLog
    readonly marks: ReadMarks
    readonly announcer: Announcer
    readonly permissions: Pick<Permissions, 'requireIn'>
  },
) {
  const { documents, clock, defer } = needs
  const { log, marks, announcer, permissions } = parts
  const put = createPutDocument(needs)

  const readThread = createReadThread(needs)
  async function readMessage(conversationId: string, id: string): Promise<StoredMessage | null> {
    const stored = await documents.read<Entry>(messages, { partition: conversationId, id })
    return stored && isMessage(stored) ? stored.value : null
  }
  const walk = (
    conversationId: string,
    rootId: string,
    direction: 'asc' | 'desc',
    limit: number,
    after?: string,
  ): Promise<Page<Entry>> =>
    documents.query(messages, {
      path: 'byThread',
      partition: conversationId,
      equals: { threadKey: rootId },
      direction,
      limit,
      ...(after === undefined ? {} : { after }),
    })

  /** The thread of a message, which may also be an answer in it, for a member who sees its root. */
  async function find(actor: Actor, publicId: string) {
    const { partition: conversationId, id } = keyOf(publicId)
    const { head, member } = permissions.requireIn('read', (await log.readHead(conversationId))?.value, actor)
    const named = await readMessage(conversationId, id)
    const rootId = named && isReply(named) ? named.threadKey : id
    const found = await readThread(conversationId, rootId)
    const [root, thread] = [found.root?.value ?? null, found.thread?.value ?? null]
    const rootSeq = root?.seq ?? thread?.rootSeq
    if (rootSeq === undefined || rootSeq <= member.joinedSeq) throw notFound()
    return { head, rootId, root, thread }
  }

  const seqOf = (cursor: string): Promise<number> =>
    refusingBadCursors(async () => {
      const [seq] = decodeCursor(cursor)
      if (typeof seq !== 'number') throw new InvalidCursor()
      return seq
    })

  async function page(actor: Actor, publicId: string, query: ThreadQuery): Promise<ThreadPage> {
    const { limit, before, after } = query
    const { head, rootId, root, thread } = await find(actor, publicId)
    const { conversationId } = head
    const isAny = async (direction: 'asc' | 'desc', seq: number) =>
      (await walk(conversationId, rootId, direction, 1, encodeCursor([seq, '']))).items.length > 0
    const start =
      after !== undefined ? (await seqOf(after)) + 1 : before !== undefined ? await seqOf(before) : undefined
    const [found, read] = await Promise.all([
      walk(
        conversationId,
        rootId,
        after === undefined ? 'desc' : 'asc',
        limit,
        start === undefined ? undefined : encodeCursor([start, '']),
      ),
      marks.of(conversationId),
    ])
    const items = found.items.map(({ value }) => value as StoredMessage)
    if (after !== undefined) items.reverse()
    const [newest, oldest] = [items[0]?.seq, items.at(-1)?.seq]
    // Where there is nothing: the place where it was looked.
    const last = newest ?? (start === undefined ? undefined : start - 1)
    const [hasMore, hasNewer] = await Promise.all([
      oldest !== undefined && (after === undefined ? found.next !== undefined : isAny('desc', oldest)),
      last !== undefined &&
        (after === undefined ? before !== undefined && isAny('asc', last + 1) : found.next !== undefined),
    ])
    return {
      root: root && shown(root, head, read),
      thread: stateOf(thread, actor.userId),
      items: items.map((message) => shown(message, head, read)),
      pagination: {
        hasMore,
        nextCursor: hasMore && oldest !== undefined ? encodeCursor([oldest, '']) : null,
        hasNewer,
        newerCursor: last === undefined ? null : encodeCursor([last, '']),
      },
    }
  }

  /** How many answers there were up to a number. */
  async function countAt(thread: Thread, seq: number): Promise<number> {
    if (seq >= thread.seq) return thread.count
    const { conversationId, rootId } = thread
    const [before] = (await walk(conversationId, rootId, 'desc', 1, encodeCursor([seq + 1, '']))).items
    if (before) return (before.value as StoredMessage).threadCount ?? 0
    const [oldest] = (await walk(conversationId, rootId, 'asc', 1)).items
    return oldest ? ((oldest.value as StoredMessage).threadCount ?? 1) - 1 : thread.count
  }

  return {
    page,

    /** Moves one's place in a thread that one follows forward to `seq`, by default to its end; never back. */
    async read(actor: Actor, publicId: string, wanted?: number): Promise<void> {
      const { userId } = actor
      const { head, rootId, thread } = await find(actor, publicId)
      if (!thread || !followerIn(thread, userId)) return
      const { conversationId } = head
      const seq = Math.min(wanted ?? thread.seq, thread.seq)
      const count = await countAt(thread, seq)
      const at = new Date(clock.now()).toISOString()
      let moved: Thread | null = null
      await put<Entry>(messages, { partition: conversationId, id: threadId(rootId) }, (entry) => {
        moved = null
        if (entry?.kind !== 'thread') return entry
        const known = followerIn(entry, userId)
        if (!known || known.seq >= seq) return entry
        moved = {
          ...entry,
          followers: entry.followers.map((each) =>
            each.userId === userId ? { userId, seq, count, at } : each,
          ),
        }
        return moved
      })
      if (!moved) return
      const { unreadCount } = stateOf(moved, userId)
      const messageId = publicIdOf(conversationId, rootId)
      defer.run('announce-reading', () =>
        announcer.publish(userGroup(userId), {
          event: 'thread.read',
          conversationId,
          at,
          data: { conversationId, messageId, seq, unreadCount },
        }),
      )
    },

    /** Those with the newest answers first. A page may hold fewer than its limit, or nothing, and still have a next one. */
    async list(
      actor: Actor,
      conversationId: string,
      { limit, cursor, only }: ThreadListQuery,
    ): Promise<CursorPage<ListedThread>> {
      const { head, member } = permissions.requireIn(
        'read',
        (await log.readHead(conversationId))?.value,
        actor,
      )
      const found: Thread[] = []
      let after = cursor
      for (let scanned = 0; scanned < scannedAtMost && found.length < limit; ) {
        const threads = await refusingBadCursors(() =>
          documents.query(messages, {
            path: 'byKind',
            partition: conversationId,
            equals: { kind: 'thread' },
            direction: 'desc',
            limit: limit - found.length,
            ...(after === undefined ? {} : { after }),
          }),
        )
        for (const { value } of threads.items)
          if (isListed(value as Thread, member, only)) found.push(value as Thread)
        scanned += threads.items.length
        after = threads.next
        if (after === undefined) break
      }
      return pageOf(await describe(head, found, actor.userId), after)
    },
  }

  function isListed(thread: Thread, member: Member, only: ThreadListQuery['only']): boolean {
    if (thread.rootSeq <= member.joinedSeq) return false
    const { isFollowed, unreadCount } = stateOf(thread, member.userId)
    return only === undefined || (only === 'followed' ? isFollowed : unreadCount > 0)
  }

  async function describe(head: Head, found: readonly Thread[], userId: string): Promise<ListedThread[]> {
    const { conversationId } = head
    const known = found.length > 0 ? await marks.of(conversationId) : []
    return Promise.all(
      found.map(async (thread) => {
        const root = await readMessage(conversationId, thread.rootId)
        return {
          ...stateOf(thread, userId),
          messageId: publicIdOf(conversationId, thread.rootId),
          conversationId,
          root: root && shown(root, head, known),
        }
      }),
    )
  }
}

export type Threads = ReturnType<typeof createThreads>
