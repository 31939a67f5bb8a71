import { encodeCursor } from '../../../ports/cursor.ts'
import type { Stored, Write } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import {
  type InNotifications,
  type ListHead,
  maxKept,
  notifications,
  type StoredNotice,
} from './notices.model.ts'

const headKey = (userId: string) => ({ partition: userId, id: 'list' })

const emptyList = (userId: string, at: string): ListHead => ({
  id: 'list',
  userId,
  what: 'head',
  isListed: 'no',
  state: 'read',
  key: '',
  number: 0,
  at,
  unread: 0,
  readTo: 0,
  kept: 0,
  sweepAt: null,
  preferences: {},
})

export interface Planned {
  readonly head: ListHead
  readonly writes: readonly Write<InNotifications>[]
}

/** Whether it counts in the total. */
export const isCounted = (head: Pick<ListHead, 'readTo'>, notice: StoredNotice): boolean =>
  notice.isListed === 'yes' && notice.state === 'unread' && notice.number > head.readTo

/** The head without these: they are read, or go. */
export const without = (
  head: ListHead,
  notices: readonly StoredNotice[],
  { removed }: { readonly removed: boolean },
): ListHead => ({
  ...head,
  unread: Math.max(0, head.unread - notices.filter((notice) => isCounted(head, notice)).length),
  kept: removed ? Math.max(0, head.kept - notices.length) : head.kept,
})

/** How lists are kept: every change of what is in one commits with its head. */
export function createNoticeList({ documents, clock }: Needs<'documents' | 'clock'>) {
  const now = () => new Date(clock.now()).toISOString()

  async function readHead(userId: string): Promise<Stored<ListHead> | null> {
    const stored = await documents.read<InNotifications>(notifications, headKey(userId))
    return stored?.value.what === 'head' ? (stored as Stored<ListHead>) : null
  }

  async function read(userId: string, id: string): Promise<Stored<StoredNotice> | null> {
    const stored = await documents.read<InNotifications>(notifications, { partition: userId, id })
    return stored?.value.what === 'notice' ? (stored as Stored<StoredNotice>) : null
  }

  /** Plans again whenever somebody else wrote in between. A plan of null changes nothing. */
  const change = (userId: string, plan: (head: ListHead) => Promise<Planned | null>): Promise<ListHead> =>
    retryOnConflict(async () => {
      const stored = await readHead(userId)
      const head = stored?.value ?? emptyList(userId, now())
      const planned = await plan(head)
      if (!planned) return head
      await documents.transact<InNotifications>(notifications, userId, [
        stored ? { replace: planned.head, version: stored.version } : { insert: planned.head },
        ...planned.writes,
      ])
      return planned.head
    })

  const asNotices = (items: readonly Stored<InNotifications>[]): readonly Stored<StoredNotice>[] =>
    items.filter(({ value }) => value.what === 'notice') as readonly Stored<StoredNotice>[]

  return {
    readHead,
    read,
    change,
    now,

    /** Newest first. */
    async page(userId: string, onlyUnread: boolean, limit: number, after?: string) {
      const from = {
        partition: userId,
        direction: 'desc',
        limit,
        ...(after === undefined ? {} : { after }),
      } as const
      const { items, next } = await (onlyUnread
        ? documents.query(notifications, {
            path: 'unread',
            equals: { isListed: 'yes', state: 'unread' },
            ...from,
          })
        : documents.query(notifications, { path: 'listed', equals: { isListed: 'yes' }, ...from }))
      return { items: asNotices(items), next }
    },

    /** Listed and unread, those after a number, oldest first: never more than are kept. */
    async unreadAfter(userId: string, number: number, limit = maxKept) {
      const { items } = await documents.query(notifications, {
        path: 'unread',
        partition: userId,
        equals: { isListed: 'yes', state: 'unread' },
        limit,
        after: encodeCursor([number + 1, '']),
      })
      return asNotices(items)
    },

    /** About one thing, newest first. */
    async about(userId: string, key: string, state: 'unread' | 'read', limit: number) {
      const { items } = await documents.query(notifications, {
        path: 'byKey',
        partition: userId,
        equals: { key, state },
        direction: 'desc',
        limit,
      })
      return asNotices(items)
    },

    async oldest(userId: string, limit: number) {
      const { items } = await documents.query(notifications, {
        path: 'byTime',
        partition: userId,
        equals: { what: 'notice' },
        limit,
      })
      return asNotices(items)
    },

    /** Newest first, those since a time. */
    async since(userId: string, at: string, limit: number) {
      const { items } = await documents.query(notifications, {
        path: 'byTime',
        partition: userId,
        equals: { what: 'notice' },
        direction: 'desc',
        limit,
      })
      return asNotices(items).filter(({ value }) => value.at >= at)
    },
  }
}

export type NoticeList = ReturnType<typeof createNoticeList>
