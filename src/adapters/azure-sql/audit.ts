import { type AuditRow, follow, verifyChain } from '../../dialects/audit-chain.ts'
import { auditColumns, auditFields, createAuditReader } from '../../dialects/audit-columns.ts'
import { type AuditPosition, pageOfAudit } from '../../dialects/audit-list.ts'
import {
  type AuditDamageKind,
  type AuditEntry,
  type AuditFilter,
  type AuditHead,
  type AuditLog,
  type AuditRecord,
  auditPartition,
} from '../../ports/audit.ts'
import type { AuditKey, AuditKeys } from '../../ports/audit-keys.ts'
import { type AzureSqlDatabase, fromSql, type Run, toTime } from './database.ts'

const port = 'audit'

const { load, loadStrictly } = createAuditReader(fromSql)
const selected = Object.values(auditColumns).join(', ')

/** The chain's head is locked when it is read, so it is still the head when this row follows it. */
const headSql = `select top (1) partition, sequence, hash from audit_logs with (updlock, holdlock)
  where partition = @partition order by sequence desc`
const insertSql = `insert into audit_logs (${selected})
  select ${auditFields.map((field) => `@${field}`).join(', ')}
  where not exists (select 1 from audit_logs where id = @id)`

/** Inside `write`, and last in it: others wait for the head of the chain from here to the commit. */
export async function appendAudit(run: Run, entry: AuditEntry, key: AuditKey): Promise<void> {
  const [head] = (await run(headSql, { partition: auditPartition(entry) })).rows
  const record = follow(entry, head as unknown as AuditHead | undefined, key)
  await run(insertSql, {
    ...record,
    changedFields: JSON.stringify(record.changedFields),
    createdAt: toTime(record.createdAt),
  })
}

const appendOnlyLedger = 3

const isTime = { from: 'created_at >= @from', until: 'created_at < @until' } as const

export function createAzureSqlAudit({
  database,
  keys,
}: {
  readonly database: AzureSqlDatabase
  readonly keys: AuditKeys
}): AuditLog {
  async function read(
    filter: AuditFilter,
    after: AuditPosition | undefined,
    limit: number,
  ): Promise<readonly AuditRecord[]> {
    const { from, until, ...equals } = filter
    const conditions = (Object.keys(filter) as (keyof AuditFilter)[]).map((field) =>
      field === 'from' || field === 'until' ? isTime[field] : `${auditColumns[field]} = @${field}`,
    )
    // Said in so many words, it leads to the index of what did not succeed.
    if (filter.outcome !== undefined) conditions.push(`outcome <> 'success'`)
    if (after) conditions.push('created_at <= @time and (created_at < @time or id < @lastId)')
    const { rows } = await database.run(
      port,
      `select top (@limit) ${selected} from audit_logs ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
       order by created_at desc, id desc`,
      {
        limit,
        ...equals,
        ...(from === undefined ? {} : { from: toTime(from) }),
        ...(until === undefined ? {} : { until: toTime(until) }),
        ...(after ? { time: toTime(after.createdAt), lastId: after.id } : {}),
      },
    )
    return rows.map(load)
  }

  async function partitions(): Promise<readonly string[]> {
    const found: string[] = []
    for (;;) {
      const { rows } = await database.run(
        port,
        'select top (1) partition from audit_logs where partition > @afterPartition order by partition',
        { afterPartition: found.at(-1) ?? '' },
      )
      if (!rows[0]) return found
      found.push(rows[0]['partition'] as string)
    }
  }

  const firstOf = async (statement: string): Promise<unknown> => {
    const [row] = (await database.run(port, statement, {})).rows
    return row && Object.values(row)[0]
  }

  /** By its trigger, or since it is an append-only ledger: an older server does not know of those. */
  async function isProtected(): Promise<boolean> {
    const isDisabled = await firstOf(
      `select is_disabled from sys.triggers where name = 'audit_logs_append_only' and parent_id = object_id('audit_logs')`,
    )
    if (isDisabled !== undefined && Number(isDisabled) === 0) return true
    const knowsLedgers = await firstOf(
      `select count(*) as found from sys.all_columns where object_id = object_id('sys.tables') and name = 'ledger_type'`,
    )
    if (Number(knowsLedgers) === 0) return false
    const kind = await firstOf(`select ledger_type from sys.tables where object_id = object_id('audit_logs')`)
    return Number(kind) === appendOnlyLedger
  }

  const damages = async (): Promise<readonly AuditDamageKind[]> =>
    (await isProtected()) ? [] : ['unprotected']

  const log: AuditLog = {
    async append(given) {
      const entry = structuredClone(given)
      const key = await keys.active()
      return database.write(port, [], (run) => appendAudit(run, entry, key))
    },
    list: (filter, paging) => pageOfAudit(read, filter, paging),
    listByActor: (actorId, paging) => log.list({ actorId }, paging),
    listByResource: ({ type, id }, paging) => log.list({ resourceType: type, resourceId: id }, paging),
    async heads() {
      const found: AuditHead[] = []
      for (const partition of await partitions()) {
        const { rows } = await database.run(
          port,
          `select top (1) partition, sequence, hash from audit_logs
           where partition = @partition order by sequence desc`,
          { partition },
        )
        found.push(...(rows as unknown as AuditHead[]))
      }
      return found
    },
    verify: (against) =>
      verifyChain(
        {
          partitions,
          async rows(partition, after, limit) {
            const { rows } = await database.run(
              port,
              `select top (@limit) ${selected} from audit_logs
               where partition = @partition and sequence > @afterSequence order by sequence`,
              { limit, partition, afterSequence: after },
            )
            return rows.map(
              (row): AuditRow => ({ sequence: Number(row['sequence']), record: loadStrictly(row) }),
            )
          },
          async hashAt(partition, sequence) {
            const { rows } = await database.run(
              port,
              'select hash from audit_logs where partition = @partition and sequence = @sequence',
              { partition, sequence },
            )
            return (rows[0]?.['hash'] as string | undefined) ?? null
          },
          damages,
        },
        keys,
        against,
      ),
  }
  return log
}
