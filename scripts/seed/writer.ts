import pLimit from 'p-limit'
import type { AuditEntry } from '../../src/ports/audit.ts'
import {
  type AnyCollection,
  type Collection,
  type Document,
  DocumentExists,
  maxTransactionWrites,
} from '../../src/ports/documents.ts'
import type { Ports } from '../../src/ports/ports.ts'

/** What is written in one turn of the event loop shares a commit in SQLite. */
const batchSize = 5_000
/** Requests under way to a store that is elsewhere. */
const atOnce = 16

/** Which stores are in another process, where each request takes its time. */
export interface Elsewhere {
  readonly documents: boolean
  readonly records: boolean
}

/** So many at the same time as the store takes. */
export const atTheSameTime = (isElsewhere: boolean) => pLimit(isElsewhere ? atOnce : Number.POSITIVE_INFINITY)

interface Pending {
  readonly collection: AnyCollection
  readonly value: Document
}

/**
 * Writes documents and audit entries through the ports, very many at a time. What is there already stays as it is:
 * everything has the same id each time it is made.
 */
export function createWriter(
  { documents, audit }: Pick<Ports, 'documents' | 'audit'>,
  isElsewhere: Elsewhere,
) {
  let pending: Pending[] = []
  let entries: AuditEntry[] = []
  let found = 0
  const limit = atTheSameTime(isElsewhere.documents)
  const limitRecords = atTheSameTime(isElsewhere.records)

  async function insert({ collection, value }: Pending): Promise<void> {
    try {
      await documents.insert(collection, value)
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      found++
    }
  }

  /** One request for as many as may be, where each takes its time. */
  async function insertTogether(group: readonly Pending[]): Promise<void> {
    const [first] = group
    if (!first || group.length === 1) return first && insert(first)
    const { collection, value } = first
    const partition = String((value as unknown as Record<string, unknown>)[collection.partition])
    try {
      await documents.transact(
        collection,
        partition,
        group.map((each) => ({ insert: each.value })),
      )
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      for (const each of group) await insert(each)
    }
  }

  function inPartitions(batch: readonly Pending[]): readonly (readonly Pending[])[] {
    const groups = new Map<string, Pending[]>()
    const full: Pending[][] = []
    for (const each of batch) {
      const { collection, value } = each
      const name = `${collection.name} ${(value as unknown as Record<string, unknown>)[collection.partition]}`
      const group = groups.get(name) ?? []
      group.push(each)
      groups.set(name, group)
      if (group.length < maxTransactionWrites) continue
      full.push(group)
      groups.delete(name)
    }
    return [...full, ...groups.values()]
  }

  async function flush(): Promise<void> {
    const [batch, recorded] = [pending, entries]
    pending = []
    entries = []
    await Promise.all([
      ...(isElsewhere.documents
        ? inPartitions(batch).map((group) => limit(() => insertTogether(group)))
        : batch.map(insert)),
      ...recorded.map((entry) => limitRecords(() => audit.append(entry))),
    ])
  }

  return {
    flush,
    /** How many were there already. */
    found: () => found,
    add<T extends Document>(collection: Collection<T, any>, value: NoInfer<T>): void {
      pending.push({ collection, value })
    },
    record(entry: AuditEntry): void {
      entries.push(entry)
    },
    /** Writes when there is enough for it. */
    async settle(): Promise<void> {
      if (pending.length + entries.length >= batchSize) await flush()
    },
  }
}

export type Writer = ReturnType<typeof createWriter>
