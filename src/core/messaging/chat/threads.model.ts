import { z } from 'zod'
import { CursorQuery, cursorPage } from '../../kernel/paging.ts'
import { ChatMessage, ThreadSummary, Timestamp } from './messages.model.ts'

/** How a thread is for one reader. */
export const ThreadState = ThreadSummary.extend({
  lastReplyAt: Timestamp.nullable().meta({ description: 'Null before the first answer.' }),
  isFollowed: z.boolean().meta({
    description: 'I wrote its root or an answer in it, or was mentioned in one.',
  }),
  unreadCount: z.number().int().meta({
    description: 'Answers since the last one that I read or wrote. 0 where I do not follow it.',
  }),
}).meta({ id: 'ThreadState' })
export type ThreadState = z.infer<typeof ThreadState>

const Cursor = z.string().max(2_000).optional()
const aCursor = 'WzQyLCIiXQ'

export const ThreadQuery = z
  .object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    before: Cursor.meta({ description: 'A `nextCursor`.', examples: [aCursor] }),
    after: Cursor.meta({
      description: 'A `newerCursor`: the oldest that follow, newest first.',
      examples: [aCursor],
    }),
  })
  .refine(({ before, after }) => before === undefined || after === undefined, {
    message: 'Use only one of before and after.',
  })
export type ThreadQuery = z.infer<typeof ThreadQuery>

export const ThreadPage = z
  .object({
    root: ChatMessage.nullable().meta({ description: 'Null when retention has removed it.' }),
    thread: ThreadState,
    items: z.array(ChatMessage),
    pagination: z.object({
      hasMore: z.boolean().meta({ description: 'There are older ones.' }),
      nextCursor: z.string().nullable().meta({ description: 'For `before`.' }),
      hasNewer: z.boolean().meta({ description: 'There are newer ones.' }),
      newerCursor: z.string().nullable().meta({
        description: 'For `after`, also when there is nothing newer yet. Null when there is nothing at all.',
      }),
    }),
  })
  .meta({ id: 'ThreadPage' })
export type ThreadPage = z.infer<typeof ThreadPage>

export const ThreadListQuery = CursorQuery.extend({
  limit: z.coerce.number().int().min(1).max(50).default(20),
  only: z
    .enum(['followed', 'unread'])
    .optional()
    .meta({ description: 'Those that I follow; those of them with unread answers.', examples: ['unread'] }),
})
export type ThreadListQuery = z.infer<typeof ThreadListQuery>

export const ListedThread = ThreadState.extend({
  messageId: z.string().meta({ description: 'Its root.' }),
  conversationId: z.uuid(),
  root: ChatMessage.nullable().meta({ description: 'Null when retention has removed it.' }),
}).meta({ id: 'ListedThread' })
export type ListedThread = z.infer<typeof ListedThread>

export const ListedThreads = cursorPage(ListedThread)
