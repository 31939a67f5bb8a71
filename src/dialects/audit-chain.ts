import {
  type AuditDamage,
  type AuditDamageKind,
  type AuditEntry,
  type AuditHead,
  type AuditRecord,
  type AuditVerification,
  anchoredEvent,
  auditChainText,
  auditPartition,
  genesisHash,
  type KeptHead,
  readHead,
} from '../ports/audit.ts'
import type { AuditKey, AuditKeys } from '../ports/audit-keys.ts'

/** The record that an entry becomes after `last`, the newest of its partition. */
export function follow(entry: AuditEntry, last: AuditHead | undefined, key: AuditKey): AuditRecord {
  const partition = auditPartition(entry)
  const sequence = (last?.sequence ?? 0) + 1
  const previousHash = last?.hash ?? genesisHash(partition)
  const hash = key.mac(auditChainText(entry, sequence, previousHash))
  return { ...entry, partition, sequence, previousHash, hash, keyId: key.id }
}

/** A row at its place. `record` is null where it cannot be read as one that was ever written. */
export interface AuditRow {
  readonly sequence: number
  readonly record: AuditRecord | null
}

/** What verifying reads of a store. */
export interface StoredChain {
  /** Every partition there is, in order. */
  partitions(): Promise<readonly string[]>
  /** In order, from the first after `after` on. `after` may lie before every place that there can be. */
  rows(partition: string, after: number, limit: number): Promise<readonly AuditRow[]>
  /** The hash of the row at this place; null when there is none. */
  hashAt(partition: string, sequence: number): Promise<string | null>
  /** What only the store itself can see. */
  damages(): Promise<readonly AuditDamageKind[]>
}

const atOnce = 1_000
/** Long logs are not to hold up whoever asks meanwhile. */
const othersTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
const maxDamages = 100
/** Before every place, also one that somebody made up. */
const beforeAll = -(2 ** 31)
/** Older months than this may have gone, as retention says. */
const keptMonths = 7 * 12

const monthsOf = (partition: string): number =>
  Number(partition.slice(0, 4)) * 12 + Number(partition.slice(5, 7)) - 1

/** Walks all records, then all heads that were kept, in the log and by whoever asks. */
export async function verifyChain(
  chain: StoredChain,
  keys: AuditKeys,
  against: readonly KeptHead[] = [],
): Promise<AuditVerification> {
  const damages: AuditDamage[] = []
  const heads: AuditHead[] = []
  let records = 0
  const report = (kind: AuditDamageKind, partition: string | null, sequence: number | null) => {
    if (damages.length < maxDamages) damages.push({ kind, partition, sequence })
  }
  const anchored = new Map<string, AuditHead>()
  const keep = (head: AuditHead) => void anchored.set(`${head.partition} ${head.sequence} ${head.hash}`, head)
  /** Hashes that were kept without their place, until they are met. */
  const unmet = against.filter(({ sequence }) => sequence === null)
  const meet = (partition: string, hash: string) => {
    const met = unmet.findIndex((head) => head.hash === hash && head.partition === partition)
    if (met >= 0) unmet.splice(met, 1)
  }
  const known = new Map<string, AuditKey | null>()
  async function keyOf(id: string): Promise<AuditKey | null> {
    let key = known.get(id)
    if (key === undefined) {
      key = await keys.byId(id)
      known.set(id, key)
    }
    return key
  }
  /** The last record before the first with a key in its month: nothing but an anchor vouches for it. */
  const unkeyed = new Map<string, number>()

  for (const kind of await chain.damages()) report(kind, null, null)
  const partitions = await chain.partitions()
  for (const partition of partitions) {
    let [sequence, previousHash, hasKeys] = [0, genesisHash(partition), false]
    let after = beforeAll
    for (;;) {
      const rows = await chain.rows(partition, after, atOnce)
      for (const row of rows) {
        after = row.sequence
        records++
        if (row.sequence <= sequence || !Number.isInteger(row.sequence)) {
          report('inserted', partition, row.sequence)
          continue
        }
        const isGap = row.sequence !== sequence + 1
        if (isGap) report('missing', partition, sequence + 1)
        sequence = row.sequence
        const { record } = row
        if (!record) {
          report('altered', partition, sequence)
          previousHash = (await chain.hashAt(partition, sequence)) ?? ''
          continue
        }
        const key = record.keyId === null ? null : await keyOf(record.keyId)
        const text = auditChainText(record, sequence, record.previousHash)
        if (record.keyId !== null && !key) report('unknown_key', partition, sequence)
        else if (record.hash !== (key ? key.mac(text) : keys.digest(text)))
          report('altered', partition, sequence)
        else if (record.previousHash !== previousHash && !isGap) report('missing', partition, sequence)
        if (auditPartition(record) !== partition) report('wrong_month', partition, sequence)
        if (key) {
          hasKeys = true
          unkeyed.delete(partition)
          if (record.eventType === anchoredEvent)
            for (const head of record.changedFields.map(readHead)) if (head) keep(head)
        } else if (record.keyId === null) {
          if (hasKeys) report('unkeyed', partition, sequence)
          else unkeyed.set(partition, sequence)
        }
        previousHash = record.hash
        if (unmet.length > 0) meet(partition, record.hash)
      }
      if (rows.length < atOnce) break
      await othersTurn()
    }
    if (sequence > 0) heads.push({ partition, sequence, hash: previousHash })
  }

  const inLog = [...anchored.values()]
  for (const [partition, sequence] of unkeyed)
    if (!inLog.some((head) => head.partition === partition && head.sequence >= sequence))
      report('unkeyed', partition, sequence)
  for (const { partition, sequence, hash } of against)
    if (sequence !== null) keep({ partition, sequence, hash })
  const newest = Math.max(...[...partitions, ...against.map(({ partition }) => partition)].map(monthsOf))
  const gone = new Set<string>()
  for (const { partition, sequence, hash } of anchored.values()) {
    const found = await chain.hashAt(partition, sequence)
    if (found === hash) continue
    const last = heads.find((head) => head.partition === partition)?.sequence
    if (last === undefined) {
      if (newest - monthsOf(partition) < keptMonths && !gone.has(partition))
        report('month_gone', partition, null)
      gone.add(partition)
    } else if (sequence > last) report('cut_off', partition, last + 1)
    else report(found === null ? 'missing' : 'replaced', partition, sequence)
  }
  for (const { partition } of unmet) report('replaced', partition, null)
  return { intact: damages.length === 0, records, heads, damages }
}
