import { follow, verifyChain } from '../../dialects/audit-chain.ts'
import { type AuditPosition, pageOfAudit } from '../../dialects/audit-list.ts'
import {
  type AuditFilter,
  type AuditHead,
  type AuditLog,
  type AuditRecord,
  auditPartition,
} from '../../ports/audit.ts'
import type { AuditKeys } from '../../ports/audit-keys.ts'

/** `records` is open to tests that tamper with it. */
export function createMemoryAudit({
  keys,
  records = [],
}: {
  readonly keys: AuditKeys
  readonly records?: AuditRecord[]
}): AuditLog {
  let tail: Promise<unknown> = Promise.resolve()

  const isBefore = (record: AuditRecord, { createdAt, id }: AuditPosition): boolean =>
    record.createdAt < createdAt || (record.createdAt === createdAt && record.id < id)

  async function read(
    { from = '', until, ...equals }: AuditFilter,
    after: AuditPosition | undefined,
    limit: number,
  ): Promise<readonly AuditRecord[]> {
    await tail
    const wanted = Object.entries(equals) as [keyof typeof equals, string][]
    return records
      .filter((record) => wanted.every(([field, value]) => record[field] === value))
      .filter(({ createdAt }) => createdAt >= from && (until === undefined || createdAt < until))
      .filter((record) => after === undefined || isBefore(record, after))
      .sort((a, b) => (isBefore(a, b) ? 1 : -1))
      .slice(0, limit)
      .map((record) => structuredClone(record))
  }

  const partitions = () => [...new Set(records.map(({ partition }) => partition))].sort()
  const inOrder = (partition: string) =>
    records.filter((record) => record.partition === partition).toSorted((a, b) => a.sequence - b.sequence)

  const log: AuditLog = {
    append(given) {
      const entry = structuredClone(given)
      const appended = tail.then(async () => {
        if (records.some((record) => record.id === entry.id)) return
        const key = await keys.active()
        const partition = auditPartition(entry)
        records.push(
          follow(
            entry,
            records.findLast((record) => record.partition === partition),
            key,
          ),
        )
      })
      tail = appended
      return appended
    },
    list: (filter, paging) => pageOfAudit(read, filter, paging),
    listByActor: (actorId, paging) => log.list({ actorId }, paging),
    listByResource: ({ type, id }, paging) => log.list({ resourceType: type, resourceId: id }, paging),
    async heads() {
      await tail
      return partitions().flatMap((of): readonly AuditHead[] => {
        const last = inOrder(of).at(-1)
        return last ? [{ partition: of, sequence: last.sequence, hash: last.hash }] : []
      })
    },
    async verify(against) {
      await tail
      return verifyChain(
        {
          partitions: async () => partitions(),
          rows: async (partition, after, limit) =>
            inOrder(partition)
              .filter(({ sequence }) => sequence > after)
              .slice(0, limit)
              .map((record) => ({ sequence: record.sequence, record })),
          hashAt: async (partition, sequence) =>
            inOrder(partition).find((record) => record.sequence === sequence)?.hash ?? null,
          damages: async () => [],
        },
        keys,
        against,
      )
    },
  }
  return log
}
