import type { Stored, Write } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { type Entry, isMessage, messages, type StoredMessage } from './entries.model.ts'
import { isReply, type Thread, threadId } from './thread.model.ts'
import { withAnswersDeleted } from './unread.ts'

export interface FoundThread {
  /** Null when there is no such message, or retention has removed it. */
  readonly root: Stored<StoredMessage> | null
  /** Null when nobody has answered. */
  readonly thread: Stored<Thread> | null
}

export const createReadThread =
  ({ documents }: Needs<'documents'>) =>
  async (conversationId: string, rootId: string): Promise<FoundThread> => {
    const [root, thread] = await Promise.all(
      [rootId, threadId(rootId)].map((id) =>
        documents.read<Entry>(messages, { partition: conversationId, id }),
      ),
    )
    return {
      root: root && isMessage(root) ? root : null,
      thread: thread?.value.kind === 'thread' ? (thread as Stored<Thread>) : null,
    }
  }

export type ReadThread = ReturnType<typeof createReadThread>

/** What is written with the deletion of messages into the threads of those that are answers in one: there they do not count any more. */
export const createDropAnswers =
  ({ documents }: Needs<'documents'>) =>
  async (gone: readonly StoredMessage[]): Promise<readonly Write<Entry>[]> => {
    const byThread = Map.groupBy(gone.filter(isReply), ({ threadKey }) => threadKey)
    const writes = [...byThread].map(async ([rootId, answers]): Promise<readonly Write<Entry>[]> => {
      const [{ conversationId }] = answers as [StoredMessage]
      const stored = await documents.read<Entry>(messages, {
        partition: conversationId,
        id: threadId(rootId),
      })
      return stored?.value.kind === 'thread'
        ? [{ replace: withAnswersDeleted(stored.value, answers), version: stored.version }]
        : []
    })
    return (await Promise.all(writes)).flat()
  }

export type DropAnswers = ReturnType<typeof createDropAnswers>
