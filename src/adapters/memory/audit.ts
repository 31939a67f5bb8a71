import {
  type AuditLog,
  type AuditPage,
  type AuditRecord,
  auditChainText,
  auditPartition,
  genesisHash,
} from '../../ports/audit.ts'
import { decodeCursor, encodeCursor } from '../../ports/cursor.ts'

const sha256Hex = async (text: string): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')

/** `records` is open to tests that tamper with it. */
export function createMemoryAudit(records: AuditRecord[] = []): AuditLog {
  let tail: Promise<unknown> = Promise.resolve()

  async function pageOf(
    isWanted: (record: AuditRecord) => boolean,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<AuditPage> {
    await tail
    const [before, id] = after === undefined ? [] : decodeCursor(after)
    const matches = records
      .filter(isWanted)
      .filter(
        (record) =>
          before === undefined ||
          record.createdAt < String(before) ||
          (record.createdAt === before && record.id < String(id)),
      )
      .sort((a, b) =>
        a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
      )
    const items = matches.slice(0, limit).map((record) => structuredClone(record))
    const last = items.at(-1)
    return last && matches.length > items.length
      ? { items, next: encodeCursor([last.createdAt, last.id]) }
      : { items }
  }

  return {
    append(given) {
      const entry = structuredClone(given)
      const appended = tail.then(async () => {
        if (records.some((record) => record.id === entry.id)) return
        const partition = auditPartition(entry)
        const last = records.findLast((record) => record.partition === partition)
        const sequence = (last?.sequence ?? 0) + 1
        const previousHash = last?.hash ?? genesisHash(partition)
        const hash = await sha256Hex(auditChainText(entry, sequence, previousHash))
        records.push({ ...entry, partition, sequence, previousHash, hash })
      })
      tail = appended
      return appended
    },
    listByActor: (actorId, options) => pageOf((record) => record.actorId === actorId, options),
    listByResource: ({ type, id }, options) =>
      pageOf((record) => record.resourceType === type && record.resourceId === id, options),
    async verify() {
      await tail
      const heads: Record<string, string> = {}
      const sequences: Record<string, number> = {}
      const ordered = records.toSorted((a, b) =>
        a.partition === b.partition ? a.sequence - b.sequence : a.partition < b.partition ? -1 : 1,
      )
      for (const record of ordered) {
        const { partition } = record
        const sequence = (sequences[partition] ?? 0) + 1
        const previousHash = heads[partition] ?? genesisHash(partition)
        const hash = await sha256Hex(auditChainText(record, sequence, previousHash))
        if (record.sequence !== sequence || record.previousHash !== previousHash || record.hash !== hash)
          return { intact: false, firstBroken: { partition, sequence } }
        heads[partition] = hash
        sequences[partition] = sequence
      }
      return { intact: true, records: records.length, heads }
    },
  }
}
