import { encodeCursor } from '../../../ports/cursor.ts'
import { DocumentExists, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import { conversationGroup, userGroup } from '../../platform/realtime/realtime.model.ts'
import type { Announcer } from './announcer.ts'
import type { ConversationLog } from './conversation-log.ts'
import { maxReadersNamed } from './describe.ts'
import {
  type Entry,
  type Head,
  type Mark,
  markId,
  messages,
  positionOf,
  type StoredMessage,
} from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import type { Permissions } from './permissions.ts'
import { isReply, type Position } from './thread.model.ts'
import { unreadOf } from './unread.ts'

const attempts = 10

export const markAt = (conversationId: string, userId: string, { seq, count, at }: Position): Mark => ({
  id: markId(userId),
  conversationId,
  kind: 'mark',
  isNumbered: 'no',
  threadKey: '',
  userId,
  seq,
  count,
  at,
})

/** How far the members of a conversation have read: one document each, none for a message. */
export function createReadMarks(
  { documents, clock, defer }: Needs<'documents' | 'clock' | 'defer'>,
  log: ConversationLog,
  announcer: Announcer,
  inbox: Inbox,
  permissions: Pick<Permissions, 'requireIn'>,
) {
  /** How many messages there were up to a number. */
  async function countAt(head: Head, seq: number): Promise<number> {
    if (seq >= head.seq) return head.count
    const walk = (direction: 'asc' | 'desc', after?: string) =>
      documents.query(messages, {
        path: 'byKind',
        partition: head.conversationId,
        equals: { kind: 'message' },
        direction,
        limit: 1,
        ...(after === undefined ? {} : { after }),
      })
    const [before] = (await walk('desc', encodeCursor([seq + 1, '']))).items
    if (before) return (before.value as StoredMessage).count
    const [oldest] = (await walk('asc')).items
    if (!oldest) return head.count
    const first = oldest.value as StoredMessage
    return isReply(first) ? first.count : first.count - 1
  }

  function announce(head: Head, mark: Mark): void {
    const { conversationId, userId, seq, at } = mark
    const data = { conversationId, userId, seq }
    const event = { event: 'read.updated', conversationId, at } as const
    defer.run('announce-reading', async () => {
      const unreadCount = unreadOf(head, mark)
      await announcer.publish(userGroup(userId), { ...event, data: { ...data, unreadCount } })
      if (head.members.length <= maxReadersNamed)
        await announcer.publish(conversationGroup(conversationId), { ...event, data })
    })
  }

  /** Their list says the same, also when they had marked it unread. */
  async function seen(head: Head, userId: string): Promise<void> {
    const placed = await inbox.place(head, userId, { isSeen: true })
    if (placed?.before?.mine?.isMarkedUnread)
      defer.run('announce-settings', () => announcer.tellMine(placed.after))
  }

  async function of(conversationId: string): Promise<readonly Mark[]> {
    const { items } = await documents.query(messages, {
      path: 'byKind',
      partition: conversationId,
      equals: { kind: 'mark' },
      limit: 1_000,
    })
    return items.map(({ value }) => value as Mark)
  }

  return {
    of,

    /** How far everybody has read; in larger conversations only the reader. */
    async positions(head: Head, userId: string) {
      const isLarge = head.members.length > maxReadersNamed
      const known = isLarge
        ? [await inbox.readMark(head.conversationId, userId)]
        : await of(head.conversationId)
      const markOf = new Map(known.flatMap((mark) => (mark ? [[mark.userId, mark] as const] : [])))
      return head.members
        .filter((member) => !isLarge || member.userId === userId)
        .map((member) => {
          const { seq, at } = positionOf(member, markOf.get(member.userId))
          return [member.userId, { seq, at }] as const
        })
    },

    /** Moves one's mark forward to `seq`, by default to everything there is; never back. */
    async read(actor: Actor, conversationId: string, wanted?: number): Promise<void> {
      const { userId } = actor
      const { head, member } = permissions.requireIn(
        'read',
        (await log.readHead(conversationId))?.value,
        actor,
      )
      const seq = Math.min(wanted ?? head.seq, head.seq)
      const id = markId(userId)
      let counted: number | undefined
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const stored = await documents.read<Entry>(messages, { partition: conversationId, id })
        const known = stored?.value.kind === 'mark' ? stored.value : undefined
        if (positionOf(member, known).seq >= seq) {
          await seen(head, userId)
          return
        }
        counted ??= await countAt(head, seq)
        const at = new Date(clock.now()).toISOString()
        const mark = markAt(conversationId, userId, { seq, count: counted, at })
        try {
          if (stored) await documents.replace<Entry>(messages, mark, stored.version)
          else await documents.insert<Entry>(messages, mark)
          announce(head, mark)
          await seen(head, userId)
          return
        } catch (error) {
          if (!(error instanceof VersionMismatch || error instanceof DocumentExists)) throw error
        }
      }
      throw conflict()
    },
  }
}

export type ReadMarks = ReturnType<typeof createReadMarks>
