import { decodeCursor, encodeCursor } from '../../../ports/cursor.ts'
import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import { type Conversation, type ConversationQuery, maxStreams } from './chat.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import type { ConversationView } from './conversation-view.ts'
import { type Head, memberOf } from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import type { InboxEntry } from './lists.model.ts'

/** An entry younger than this may be waiting for its conversation to be committed. */
const graceMs = 60_000

/**
 * The list is an index that may lag; each conversation in it is shown as it is, and what proves wrong is repaired on the
 * way: an entry of a conversation one is not in goes, an order that lagged is noted.
 */
export function createListConversations(
  { clock, defer }: Needs<'clock' | 'defer'>,
  parts: { readonly log: ConversationLog; readonly inbox: Inbox; readonly conversations: ConversationView },
) {
  const { log, inbox, conversations } = parts

  function repair(entry: InboxEntry, head: Head | null): void {
    const isIn = head !== null && memberOf(head, entry.userId) !== undefined
    if (isIn && head.updatedAt > entry.activeAt)
      defer.run('note-activity', () => inbox.note({ ...entry, activeAt: head.updatedAt }))
    if (!isIn && Date.parse(entry.activeAt) + graceMs < clock.now())
      defer.run('forget-conversation', () => inbox.remove(entry.userId, entry.id))
  }

  async function headsOf(
    userId: string,
    limit: number,
    after?: string,
  ): Promise<{ readonly heads: readonly Head[]; readonly next?: string }> {
    const page = await inbox.page(userId, limit, after)
    const found = await Promise.all(
      page.items.map(async ({ value: entry }: Stored<InboxEntry>) => {
        const head = (await log.readHead(entry.id))?.value ?? null
        repair(entry, head)
        return head && memberOf(head, userId) ? [head] : []
      }),
    )
    const heads = found
      .flat()
      .sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : a.updatedAt > b.updatedAt ? -1 : 0))
    return { heads, ...(page.next === undefined ? {} : { next: page.next }) }
  }

  return {
    async list(actor: Actor, { cursor, limit }: ConversationQuery): Promise<CursorPage<Conversation>> {
      const { heads, next } = await refusingBadCursors(async () =>
        headsOf(actor.userId, limit, cursor === undefined ? undefined : encodeCursor(decodeCursor(cursor))),
      )
      const items = await Promise.all(heads.map((head) => conversations.view(head, actor.userId, 'some')))
      return pageOf(items, next)
    },

    /** The newest that somebody is in. */
    async idsOf(userId: string): Promise<readonly string[]> {
      const { heads } = await headsOf(userId, maxStreams)
      return heads.map(({ conversationId }) => conversationId)
    },

    headsOf: async (userId: string): Promise<readonly Head[]> => (await headsOf(userId, maxStreams)).heads,
  }
}

export type ListConversations = ReturnType<typeof createListConversations>
