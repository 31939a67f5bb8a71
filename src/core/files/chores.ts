import { DocumentExists, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { choreShards, type FileChore, fileChores } from './files.model.ts'

/** Work that a crash must not lose: noted before it begins, crossed out after it is done. */
export function createChores({ documents, clock }: Needs<'documents' | 'clock'>) {
  const shardOf = (fileId: string) => fileId.slice(-1)
  return {
    async note(
      kind: FileChore['kind'],
      target: Pick<FileChore, 'fileId' | 'ownerId' | 'blob' | 'groupId'>,
      dueInMs: number,
    ): Promise<void> {
      const dueAt = new Date(clock.now() + dueInMs).toISOString()
      const { fileId } = target
      const chore = { ...target, id: `${kind}:${fileId}`, shard: shardOf(fileId), kind, dueAt }
      try {
        await documents.insert(fileChores, chore)
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
    },
    /** Leaves it for later. Of several that do so at once one is enough. */
    async putOff({ shard, id }: FileChore, dueInMs: number): Promise<void> {
      const stored = await documents.read(fileChores, { partition: shard, id })
      if (!stored) return
      const dueAt = new Date(clock.now() + dueInMs).toISOString()
      try {
        await documents.replace(fileChores, { ...stored.value, dueAt }, stored.version)
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    },
    async crossOut(kind: FileChore['kind'], fileId: string): Promise<void> {
      await documents.remove(fileChores, { partition: shardOf(fileId), id: `${kind}:${fileId}` })
    },
    async *due(): AsyncGenerator<FileChore> {
      const now = new Date(clock.now()).toISOString()
      for (const shard of choreShards) {
        let after: string | undefined
        do {
          const page = await documents.query(fileChores, {
            path: 'byDue',
            partition: shard,
            equals: {},
            limit: 100,
            ...(after === undefined ? {} : { after }),
          })
          const due = page.items.filter(({ value }) => value.dueAt <= now)
          for (const { value } of due) yield value
          after = due.length === page.items.length ? page.next : undefined
        } while (after !== undefined)
      }
    },
  }
}

export type Chores = ReturnType<typeof createChores>
