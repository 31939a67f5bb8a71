import { createHash } from 'node:crypto'
import {
  type AuditEntry,
  type AuditLog,
  type AuditPage,
  type AuditRecord,
  auditChainText,
  auditPartition,
  genesisHash,
} from '../../ports/audit.ts'
import { decodeCursor, encodeCursor } from '../../ports/cursor.ts'
import { limitedTo, type SqliteDatabase, type SqlRow } from './database.ts'

const port = 'audit'

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

const load = (row: SqlRow): AuditRecord =>
  ({
    partition: row['partition'],
    sequence: row['sequence'],
    id: row['id'],
    eventType: row['event_type'],
    actorId: row['actor_id'],
    onBehalfOf: row['on_behalf_of'],
    resourceType: row['resource_type'],
    resourceId: row['resource_id'],
    outcome: row['outcome'],
    reason: row['reason'],
    requestId: row['request_id'],
    sessionId: row['session_id'],
    ipHmac: row['ip_hmac'],
    userAgentClass: row['user_agent_class'],
    changedFields: JSON.parse(row['changed_fields'] as string),
    createdAt: row['created_at'],
    previousHash: row['previous_hash'],
    hash: row['hash'],
  }) as AuditRecord

/** Inside `write` only. */
export function appendAudit(database: SqliteDatabase, entry: AuditEntry): void {
  const partition = auditPartition(entry)
  const last = database.get(
    port,
    'select sequence, hash from audit_logs where partition = ? order by sequence desc limit 1',
    partition,
  )
  const sequence = Number(last?.['sequence'] ?? 0) + 1
  const previousHash = (last?.['hash'] as string | undefined) ?? genesisHash(partition)
  database.run(
    `insert into audit_logs (partition, sequence, id, event_type, actor_id, on_behalf_of, resource_type,
       resource_id, outcome, reason, request_id, session_id, ip_hmac, user_agent_class, changed_fields,
       created_at, previous_hash, hash)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
    partition,
    sequence,
    entry.id,
    entry.eventType,
    entry.actorId,
    entry.onBehalfOf,
    entry.resourceType,
    entry.resourceId,
    entry.outcome,
    entry.reason,
    entry.requestId,
    entry.sessionId,
    entry.ipHmac,
    entry.userAgentClass,
    JSON.stringify(entry.changedFields),
    entry.createdAt,
    previousHash,
    sha256Hex(auditChainText(entry, sequence, previousHash)),
  )
}

function pageOf(
  database: SqliteDatabase,
  condition: string,
  values: readonly string[],
  { after, limit }: { readonly after?: string; readonly limit: number },
): AuditPage {
  const position = after === undefined ? undefined : decodeCursor(after)
  const rows = database.all(
    port,
    `select * from audit_logs where ${condition} ${position ? 'and (created_at, id) < (?, ?)' : ''}
     order by created_at desc, id desc ${limitedTo}`,
    ...values,
    ...(position ?? []),
    limit + 1,
  )
  const items = rows.slice(0, limit).map(load)
  const last = items.at(-1)
  return last && rows.length > limit ? { items, next: encodeCursor([last.createdAt, last.id]) } : { items }
}

export const createSqliteAudit = ({ database }: { readonly database: SqliteDatabase }): AuditLog => ({
  append(given) {
    const entry = { ...given, changedFields: [...given.changedFields] }
    return database.write(port, [], () => appendAudit(database, entry))
  },
  listByActor: async (actorId, options) => pageOf(database, 'actor_id = ?', [actorId], options),
  listByResource: async ({ type, id }, options) =>
    pageOf(database, 'resource_type = ? and resource_id = ?', [type, id], options),
  async verify() {
    const heads: Record<string, string> = {}
    let records = 0
    const partitions = database.all(port, 'select distinct partition from audit_logs order by partition')
    for (const { partition } of partitions as readonly { partition: string }[]) {
      // Slipped in before the first record, where the walk below would not look.
      if (database.get(port, 'select 1 from audit_logs where partition = ? and sequence < 1', partition))
        return { intact: false, firstBroken: { partition, sequence: 1 } }
      let [sequence, previousHash] = [0, genesisHash(partition)]
      for (;;) {
        const rows = database.all(
          port,
          'select * from audit_logs where partition = ? and sequence > ? order by sequence limit 1000',
          partition,
          sequence,
        )
        for (const record of rows.map(load)) {
          sequence++
          const hash = sha256Hex(auditChainText(record, sequence, previousHash))
          if (record.sequence !== sequence || record.previousHash !== previousHash || record.hash !== hash)
            return { intact: false, firstBroken: { partition, sequence } }
          previousHash = hash
          records++
        }
        if (rows.length < 1000) break
      }
      heads[partition] = previousHash
    }
    return { intact: true, records, heads }
  },
})
