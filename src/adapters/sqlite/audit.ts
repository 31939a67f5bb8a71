import { type AuditRow, follow, verifyChain } from '../../dialects/audit-chain.ts'
import { auditColumns, auditFields, createAuditReader } from '../../dialects/audit-columns.ts'
import { type AuditPosition, pageOfAudit } from '../../dialects/audit-list.ts'
import type {
  AuditDamageKind,
  AuditEntry,
  AuditFilter,
  AuditHead,
  AuditLog,
  AuditRecord,
} from '../../ports/audit.ts'
import { auditPartition } from '../../ports/audit.ts'
import type { AuditKey, AuditKeys } from '../../ports/audit-keys.ts'
import { limitedTo } from './connection.ts'
import type { SqliteDatabase, SqlRow } from './database.ts'

const port = 'audit'

const { load, loadStrictly } = createAuditReader((value) => value)
const insertSql = `insert into audit_logs (${Object.values(auditColumns).join(', ')})
  values (${auditFields.map(() => '?').join(', ')}) on conflict (id) do nothing`

const headOf = (row: SqlRow | undefined): AuditHead | undefined => row as AuditHead | undefined

/** Inside `write` only. */
export function appendAudit(database: SqliteDatabase, entry: AuditEntry, key: AuditKey): void {
  const last = database.get(
    port,
    'select partition, sequence, hash from audit_logs where partition = ? order by sequence desc limit 1',
    auditPartition(entry),
  )
  const record = follow(entry, headOf(last), key)
  const values = { ...record, changedFields: JSON.stringify(record.changedFields) }
  database.run(insertSql, ...auditFields.map((field) => values[field]))
}

const isTime = { from: 'created_at >= ?', until: 'created_at < ?' } as const

export function createSqliteAudit({
  database,
  keys,
}: {
  readonly database: SqliteDatabase
  readonly keys: AuditKeys
}): AuditLog {
  function read(
    filter: AuditFilter,
    after: AuditPosition | undefined,
    limit: number,
  ): readonly AuditRecord[] {
    const given = Object.entries(filter) as [keyof AuditFilter, string][]
    const conditions = given.map(([field]) =>
      field === 'from' || field === 'until' ? isTime[field] : `${auditColumns[field]} = ?`,
    )
    // Said in so many words, it leads to the index of what did not succeed.
    if (filter.outcome !== undefined) conditions.push(`outcome <> 'success'`)
    if (after) conditions.push('(created_at, id) < (?, ?)')
    const rows = database.all(
      port,
      `select * from audit_logs ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
       order by created_at desc, id desc ${limitedTo}`,
      ...given.map(([, value]) => value),
      ...(after ? [after.createdAt, after.id] : []),
      limit,
    )
    return rows.map(load)
  }

  function partitions(): readonly string[] {
    const found: string[] = []
    for (;;) {
      const row = database.get(
        port,
        'select partition from audit_logs where partition > ? order by partition limit 1',
        found.at(-1) ?? '',
      )
      if (!row) return found
      found.push(row['partition'] as string)
    }
  }

  /** Nothing but the two triggers that refuse, as they were made. */
  function isProtected(): boolean {
    const triggers = database.all(
      port,
      `select sql from sqlite_schema where type = 'trigger' and tbl_name = 'audit_logs'`,
    )
    const refusing = ['update', 'delete'].map(
      (change) =>
        `create trigger audit_logs_no_${change} before ${change} on audit_logs begin select raise(abort, 'audit_logs is append only'); end`,
    )
    const found = triggers.map(({ sql }) => String(sql).replace('CREATE TRIGGER', 'create trigger'))
    return (
      found.length === refusing.length &&
      refusing.every((sql) => found.some((each) => each.replaceAll(/\s+/g, ' ') === sql))
    )
  }

  function damages(): readonly AuditDamageKind[] {
    const [check] = database.all(port, `pragma integrity_check('audit_logs')`)
    return [
      ...(isProtected() ? [] : (['unprotected'] as const)),
      ...(check?.['integrity_check'] === 'ok' ? [] : (['index'] as const)),
    ]
  }

  const log: AuditLog = {
    async append(given) {
      const entry = { ...given, changedFields: [...given.changedFields] }
      const key = await keys.active()
      return database.write(port, [], () => appendAudit(database, entry, key))
    },
    list: (filter, paging) => pageOfAudit(read, filter, paging),
    listByActor: (actorId, paging) => log.list({ actorId }, paging),
    listByResource: ({ type, id }, paging) => log.list({ resourceType: type, resourceId: id }, paging),
    heads: async () =>
      partitions().flatMap(
        (partition) =>
          headOf(
            database.get(
              port,
              'select partition, sequence, hash from audit_logs where partition = ? order by sequence desc limit 1',
              partition,
            ),
          ) ?? [],
      ),
    verify: (against) =>
      verifyChain(
        {
          partitions: async () => partitions(),
          async rows(partition, after, limit) {
            const rows = database.all(
              port,
              `select * from audit_logs where partition = ? and sequence > ? order by sequence ${limitedTo}`,
              partition,
              after,
              limit,
            )
            return rows.map(
              (row): AuditRow => ({ sequence: row['sequence'] as number, record: loadStrictly(row) }),
            )
          },
          async hashAt(partition, sequence) {
            const row = database.get(
              port,
              'select hash from audit_logs where partition = ? and sequence = ?',
              partition,
              sequence,
            )
            return (row?.['hash'] as string | undefined) ?? null
          },
          damages: async () => damages(),
        },
        keys,
        against,
      ),
  }
  return log
}
