import { DocumentExists, type Page, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Head } from './entries.model.ts'
import { type InboxEntry, inbox, type LeftConversation, leftConversations } from './lists.model.ts'

/** A conversation that goes on moves up in the lists of its members this often; lists sort a page by the truth anyway. */
const notedEveryMs = 60_000
const rememberedConversations = 10_000

/** Who finds which conversation in their list. Written before somebody is a member and repaired on reading. */
export function createInbox(needs: Needs<'documents' | 'clock'>) {
  const { documents, clock } = needs
  const put = createPutDocument(needs)
  const notedAt = new Map<string, number>()

  async function note(entry: InboxEntry): Promise<void> {
    const key = { partition: entry.userId, id: entry.id }
    try {
      const stored = await documents.read(inbox, key)
      if (!stored) await documents.insert(inbox, entry)
      else if (stored.value.activeAt < entry.activeAt) await documents.replace(inbox, entry, stored.version)
    } catch (error) {
      // Somebody else noted it at the same time.
      if (!(error instanceof DocumentExists || error instanceof VersionMismatch)) throw error
    }
  }

  return {
    note,
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
      await documents.remove(inbox, { partition: userId, id: conversationId })
    },

    /** Moves the conversation up in its members' lists, unless that was done a moment ago. */
    async touch(head: Head): Promise<void> {
      const { conversationId, updatedAt } = head
      const now = clock.now()
      if (now - (notedAt.get(conversationId) ?? Number.NEGATIVE_INFINITY) < notedEveryMs) return
      if (notedAt.size >= rememberedConversations) notedAt.clear()
      notedAt.set(conversationId, now)
      await Promise.all(
        head.members.map(({ userId }) => note({ id: conversationId, userId, activeAt: updatedAt })),
      )
    },

    page: (userId: string, limit: number, after?: string): Promise<Page<InboxEntry>> =>
      documents.query(inbox, {
        path: 'byActivity',
        partition: userId,
        equals: {},
        direction: 'desc',
        limit,
        ...(after === undefined ? {} : { after }),
      }),
  }
}

export type Inbox = ReturnType<typeof createInbox>
