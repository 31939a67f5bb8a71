import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { type Entry, isMessage, messages, type StoredMessage } from './entries.model.ts'
import { type Thread, threadId } from './thread.model.ts'

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
