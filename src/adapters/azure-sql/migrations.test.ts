import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AzureSqlStandIn, startAzureSql } from '../../../test/stand-ins/azure-sql.ts'
import { findRefused } from '../../../test/stand-ins/t-sql-judge.ts'
import { findSyntaxError } from '../../../test/stand-ins/t-sql-syntax.ts'
import { migrate as migrateSqlite } from '../sqlite/migrations.ts'
import { openAzureSql } from './database.ts'
import { MigrationRefused, migrate, migrationsOf } from './migrations.ts'
import { columnTypes } from './parameters.ts'

const ledger = ' with (ledger = on (append_only = on))'

let server: AzureSqlStandIn
beforeEach(async () => {
  server = await startAzureSql()
})
afterEach(() => server.stop())

const run = async () => {
  const database = openAzureSql(server.connection)
  return migrate(database).finally(database.close)
}
const created = () => server.statements.filter((statement) => statement.startsWith('create table'))

test('from two processes at once, and again, each migration is applied once', async () => {
  expect(await Promise.all([run(), run()])).toEqual([
    migrationsOf({ ledger }).length,
    migrationsOf({ ledger }).length,
  ])
  const tables = created()
  expect(new Set(tables).size).toBe(tables.length)
  await run()
  expect(created()).toEqual(tables)
})

test('one that breaks off leaves nothing, and is applied by the next', async () => {
  server.fail(/create table form_submissions/, 'drop')
  await expect(run()).rejects.toThrow(/^migration 1, batch \d+ of \d+ \(create table form_submissions\): /)
  expect(server.query('select count(*) as tables from sqlite_schema')).toEqual([{ tables: 0 }])
  await run()
  expect(server.query('select number from schema_migrations')).toEqual(
    migrationsOf({ ledger }).map((_, index) => ({ number: index + 1 })),
  )
})

test('an older program refuses a newer database', async () => {
  await run()
  server.exec('insert into schema_migrations (number) values (99)')
  await expect(run()).rejects.toBeInstanceOf(MigrationRefused)
})

test('the audit log is an append-only ledger where the server has those', async () => {
  await run()
  expect(created().filter((statement) => statement.endsWith(ledger))).toHaveLength(1)
  expect(server.statements.filter((statement) => /trigger|audit_logs_kept/.test(statement))).toEqual([])
  const older = await startAzureSql({ edition: 3 })
  const database = openAzureSql(older.connection)
  await migrate(database)
  expect(older.statements.join()).not.toContain('ledger')
  expect(
    older.statements.filter((statement) => /create trigger|audit_logs_kept/.test(statement)),
  ).toHaveLength(2)
  await database.close()
  await older.stop()
})

test('nobody is granted to change the audit log, and everybody is denied it', () => {
  const permissions = migrationsOf({ ledger })
    .flat()
    .filter((statement) => /^(grant|deny) .* audit_logs /.test(statement))
  expect(permissions).toEqual([
    'grant select, insert on audit_logs to tools_inc_api',
    'deny update, delete on audit_logs to public',
    'grant view definition on audit_logs to tools_inc_api',
  ])
})

test('both dialects have the same columns', async () => {
  await run()
  const sqlite = new DatabaseSync(':memory:')
  migrateSqlite(sqlite)
  for (const table of [
    'audit_logs',
    'mail_outbox',
    'form_submissions',
    'submission_contacts',
    'tracking_numbers',
  ]) {
    const sql = `select name from pragma_table_info('${table}') order by name`
    expect([table, server.query(sql)]).toEqual([table, sqlite.prepare(sql).all()])
  }
})

test('each parameter is declared as the column that the migrations make', async () => {
  await run()
  const typeOf = (declared: string) => {
    const [, length] = /^nvarchar\((\d+)\)$/.exec(declared) ?? []
    if (length !== undefined) return { kind: 'text', length: Number(length) }
    return { kind: { nvarchar: 'longText', int: 'integer', 'datetime2(3)': 'time' }[declared.toLowerCase()] }
  }
  for (const [table, columns] of Object.entries(columnTypes)) {
    const made = server.query(`select name, type from pragma_table_info('${table}')`) as {
      readonly name: string
      readonly type: string
    }[]
    expect([table, Object.fromEntries(made.map(({ name, type }) => [name, typeOf(type)]))]).toEqual([
      table,
      columns,
    ])
  }
})

test('every statement of every migration is T-SQL by its grammar', () => {
  const statements = [{ ledger }, { ledger: '' }].flatMap(migrationsOf).flat()
  expect(
    statements.map((statement) => [statement, findSyntaxError(statement)]).filter(([, error]) => error),
  ).toEqual([])
  expect(findRefused(statements)).toEqual([])
})

test.each([
  'selekt id from audit_logs',
  'select id from audit_logs limit 1',
  'select id from audit_logs where (created_at, id) < (@time, @id)',
  'insert into audit_logs (id) values (@id) on conflict do nothing',
  'update audit_logs set id = @id where id = @id returning id',
  'create table audit_logs (id nvarchar(100) not nul)',
  'grant select on audit_logs too public',
])('the grammar refuses `%s`', (statement) => {
  expect(findSyntaxError(statement)).toMatch(/^line 1, column /)
})
