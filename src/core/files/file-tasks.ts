import { DocumentExists, VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { type FileTask, fileTasks, taskShards } from './files.model.ts'

/** Work that a crash must not lose: noted before it begins, crossed out after it is done. */
export function createFileTasks({ documents, clock }: Needs<'documents' | 'clock'>) {
  const shardOf = (fileId: string) => fileId.slice(-1)
  return {
    async note(
      kind: FileTask['kind'],
      target: Pick<FileTask, 'fileId' | 'ownerId' | 'blob' | 'groupId' | 'courseId' | 'sourceId'>,
      dueInMs: number,
    ): Promise<void> {
      const [notedAt = '', dueAt = ''] = [0, dueInMs].map((ms) => new Date(clock.now() + ms).toISOString())
      const { fileId } = target
      const task = { ...target, id: `${kind}:${fileId}`, shard: shardOf(fileId), kind, dueAt, notedAt }
      try {
        await documents.insert(fileTasks, task)
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
    },
    /** Leaves it for later. Of several that do so at once one is enough. */
    async putOff({ shard, id }: FileTask, dueInMs: number, tries?: number): Promise<void> {
      const stored = await documents.read(fileTasks, { partition: shard, id })
      if (!stored) return
      const dueAt = new Date(clock.now() + dueInMs).toISOString()
      try {
        await documents.replace(
          fileTasks,
          { ...stored.value, dueAt, ...(tries && { tries }) },
          stored.version,
        )
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    },
    async crossOut(kind: FileTask['kind'], fileId: string): Promise<void> {
      await documents.remove(fileTasks, { partition: shardOf(fileId), id: `${kind}:${fileId}` })
    },
    /** How many wait to be scanned: each shard is counted as far as `mostOfShard`. `oldestAt` is since when the first of them waits. */
    async countScans(mostOfShard: number): Promise<{ waiting: number; oldestAt: string | null }> {
      const pages = await Promise.all(
        taskShards.map((partition) =>
          documents.query(fileTasks, {
            path: 'byKind',
            partition,
            equals: { kind: 'scan' },
            limit: mostOfShard,
          }),
        ),
      )
      const notes = pages.flatMap(({ items }) => items.map(({ value }) => value.notedAt ?? value.dueAt))
      return { waiting: notes.length, oldestAt: notes.toSorted()[0] ?? null }
    },
    async *due(): AsyncGenerator<FileTask> {
      const now = new Date(clock.now()).toISOString()
      for (const shard of taskShards) {
        let after: string | undefined
        do {
          const page = await documents.query(fileTasks, {
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

export type FileTasks = ReturnType<typeof createFileTasks>
