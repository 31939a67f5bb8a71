import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { ConversationLog } from './conversation-log.ts'
import { isFollowedNote } from './followed.ts'
import type { Inbox } from './inbox.ts'
import { type InboxEntry, inbox } from './lists.model.ts'

/** In its own partition: no list meets it. Where the job stands, empty when it is through. */
const progressKey = { partition: '~lists', id: 'completed' }
const pagesAtATime = 10
const together = 20

/**
 * Gives entries from before they said what is unread those fields, a few thousand at a time, until all have them: the list of
 * what is unread is an index of them. Everything newer has them from the beginning.
 */
export function createCompleteLists(
  needs: Needs<'documents' | 'log'>,
  { log: conversations, inbox: lists }: { readonly log: ConversationLog; readonly inbox: Inbox },
): Job {
  const { documents, log } = needs
  const put = createPutDocument(needs)
  let isThrough = false

  async function complete({ id: conversationId, userId }: InboxEntry): Promise<void> {
    const head = (await conversations.readHead(conversationId))?.value
    if (head) await lists.place(head, userId)
  }

  return {
    name: 'complete-lists',
    everyMs: 60_000,
    async run() {
      if (isThrough) return
      const known = await documents.read(inbox, progressKey)
      let after: string | undefined = known?.value.activeAt
      isThrough = known !== null && after === ''
      for (let page = 0; page < pagesAtATime && !isThrough; page++) {
        const { items, next } = await documents.scan(inbox, after ? { after, limit: 500 } : { limit: 500 })
        const older = items.flatMap(({ value }) =>
          value.seq === undefined && !isFollowedNote(value) ? [value] : [],
        )
        for (let first = 0; first < older.length; first += together)
          await Promise.all(older.slice(first, first + together).map(complete))
        after = next ?? ''
        isThrough = next === undefined
      }
      if (known?.value.activeAt === (after ?? '')) return
      const { partition: userId, id } = progressKey
      await put<InboxEntry>(inbox, progressKey, () => ({ id, userId, activeAt: after ?? '', isUnread: 'no' }))
      if (isThrough) log.info('lists_completed')
    },
  }
}
