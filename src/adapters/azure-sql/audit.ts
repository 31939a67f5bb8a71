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
import { encodeCursor } from '../../ports/cursor.ts'
import {
  type AzureSqlDatabase,
  decodeTimeCursor,
  fromSql,
  type Run,
  type SqlRow,
  type SqlValue,
  toTime,
} from './database.ts'

const port = 'audit'
const verifyAtOnce = 1000
const leastInteger = -(2 ** 31)

/** The fields of a record and their columns. */
const columns = {
  partition: 'partition',
  sequence: 'sequence',
  id: 'id',
  eventType: 'event_type',
  actorId: 'actor_id',
  onBehalfOf: 'on_behalf_of',
  resourceType: 'resource_type',
  resourceId: 'resource_id',
  outcome: 'outcome',
  reason: 'reason',
  requestId: 'request_id',
  sessionId: 'session_id',
  ipHmac: 'ip_hmac',
  userAgentClass: 'user_agent_class',
  changedFields: 'changed_fields',
  createdAt: 'created_at',
  previousHash: 'previous_hash',
  hash: 'hash',
} as const satisfies Record<keyof AuditRecord, string>

const fields = Object.keys(columns) as (keyof AuditRecord)[]
const selected = Object.values(columns).join(', ')

/** The chain's head is locked when it is read, so it is still the head when this row follows it. */
const headSql = `select top (1) sequence, hash from audit_logs with (updlock, holdlock)
  where partition = @partition order by sequence desc`
const insertSql = `insert into audit_logs (${selected})
  select ${fields.map((field) => `@${field}`).join(', ')}
  where not exists (select 1 from audit_logs where id = @id)`

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

const load = (row: SqlRow): AuditRecord => ({
  ...(Object.fromEntries(
    fields.map((field) => [field, fromSql(row[columns[field]])]),
  ) as unknown as AuditRecord),
  changedFields: JSON.parse(row['changed_fields'] as string),
})

/** Inside `write`, and last in it: others wait for the head of the chain from here to the commit. */
export async function appendAudit(run: Run, entry: AuditEntry): Promise<void> {
  const partition = auditPartition(entry)
  const [head] = (await run(headSql, { partition })).rows
  const sequence = Number(head?.['sequence'] ?? 0) + 1
  const previousHash = (head?.['hash'] as string | undefined) ?? genesisHash(partition)
  const hash = sha256Hex(auditChainText(entry, sequence, previousHash))
  await run(insertSql, {
    ...entry,
    partition,
    sequence,
    previousHash,
    hash,
    changedFields: JSON.stringify(entry.changedFields),
    createdAt: toTime(entry.createdAt),
  })
}

async function pageOf(
  database: AzureSqlDatabase,
  condition: string,
  values: Readonly<Record<string, SqlValue>>,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<AuditPage> {
  const position = after === undefined ? undefined : decodeTimeCursor(after)
  const { rows } = await database.run(
    port,
    `select top (@limit) ${selected} from audit_logs where ${condition}
     ${position ? 'and (created_at < @time or (created_at = @time and id < @lastId))' : ''}
     order by created_at desc, id desc`,
    { ...values, limit: limit + 1, ...position },
  )
  const items = rows.slice(0, limit).map(load)
  const last = items.at(-1)
  return last && rows.length > limit ? { items, next: encodeCursor([last.createdAt, last.id]) } : { items }
}

export const createAzureSqlAudit = ({ database }: { readonly database: AzureSqlDatabase }): AuditLog => ({
  append(given) {
    const entry = structuredClone(given)
    return database.write(port, [], (run) => appendAudit(run, entry))
  },
  listByActor: (actorId, options) => pageOf(database, 'actor_id = @actorId', { actorId }, options),
  listByResource: ({ type, id }, options) =>
    pageOf(
      database,
      'resource_type = @resourceType and resource_id = @resourceId',
      { resourceType: type, resourceId: id },
      options,
    ),
  async verify() {
    const heads: Record<string, string> = {}
    let records = 0
    const partitions = await database.run(
      port,
      'select distinct partition from audit_logs order by partition',
      {},
    )
    for (const { partition } of partitions.rows as readonly { partition: string }[]) {
      let [sequence, previousHash] = [0, genesisHash(partition)]
      // From before the first record, where something may have been slipped in.
      let after = leastInteger
      for (;;) {
        const { rows } = await database.run(
          port,
          `select top (@limit) ${selected} from audit_logs
           where partition = @partition and sequence > @after order by sequence`,
          { limit: verifyAtOnce, partition, after },
        )
        for (const record of rows.map(load)) {
          sequence++
          const hash = sha256Hex(auditChainText(record, sequence, previousHash))
          if (record.sequence !== sequence || record.previousHash !== previousHash || record.hash !== hash)
            return { intact: false, firstBroken: { partition, sequence } }
          previousHash = hash
          records++
        }
        if (rows.length < verifyAtOnce) break
        after = sequence
      }
      heads[partition] = previousHash
    }
    return { intact: true, records, heads }
  },
})
