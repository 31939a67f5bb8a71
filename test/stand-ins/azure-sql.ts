import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { AzureSqlConnection } from '../../src/adapters/azure-sql/database.ts'
import { createCertificate } from './certificate.ts'
import { judgeSent } from './t-sql-judge.ts'
import { type Answer, type ColumnType, type LogIn, type Session, startTds, type Table } from './tds.ts'

/*
 * Azure SQL as far as this project uses it: the real protocol over a socket, with SQLite behind it. Each statement is
 * rewritten from T-SQL, and what the rewriting does not know is an error.
 *
 * Transactions see what others have committed, and take one lock for the whole database at the first statement that
 * writes or asks for `updlock`. So work that forgets to lock what it read fails here, too; which rows SQL Server would
 * lock, and whether two would block each other for ever, it does not show.
 */

/** Words of T-SQL that mean nothing to SQLite, or that it has no need of. */
const ignored = [
  / with \((?:(?:updlock|holdlock|rowlock|readpast|readcommittedlock)(?:, )?)+\)/g,
  / with \(ledger = on \(append_only = on\)\)$/g,
]

/** `output` stands in the middle, `returning` at the end. */
function moveOutput(statement: string): string {
  const output = /\s+output ((?:inserted\.\w+(?:, )?)+)/.exec(statement)
  if (!output) return statement
  return `${statement.replace(output[0], ' ')} returning ${output[1]?.replaceAll('inserted.', '')}`
}

/** `top` stands at the beginning, `limit` at the end. */
const moveTop = (statement: string): string =>
  statement.replace(/^select top \((\d+|@\w+)\) ([\s\S]*)$/, 'select $2 limit $1')

function rewrite(tsql: string): string {
  let statement = ignored
    .reduce((text, pattern) => text.replace(pattern, ''), tsql.trim())
    // What differs in blanks at its end alone is the same, in comparisons and in unique keys.
    .replaceAll('collate Latin1_General_100_BIN2', 'collate rtrim')
    .replace(/cast\(value as nvarchar\((\d+)\)\)/g, 'substr(value, 1, $1)')
  const cte =
    /^with (\w+) as \(\s*(select top \(@\w+\) \* from (\w+)\s[\s\S]*?)\s*\)\s*update \1 set ([\s\S]*)$/.exec(
      statement,
    )
  if (cte) {
    const [, , chosen = '', table, rest = ''] = cte
    const [assignments, output] = rest.split(/\s+output /)
    statement = `update ${table} set ${assignments}
      where id in (select id from (${moveTop(chosen)})) returning ${output?.replaceAll('inserted.', '')}`
  }
  const counted = /^with (\w+) as \(\s*(select top \(@\w+\) [\s\S]*?)\s*\)\s*(select [\s\S]*)$/.exec(
    statement,
  )
  if (counted) return `with ${counted[1]} as (${moveTop(counted[2] ?? '')}) ${counted[3]}`
  const trigger =
    /^create trigger (\w+) on (\w+) after update, delete as\s+begin\s+throw \d+, ('[^']+'), 1;?\s+end$/.exec(
      statement,
    )
  if (trigger) {
    const [, name, table, message] = trigger
    return ['update', 'delete']
      .map(
        (change) =>
          `create trigger ${name}_${change} before ${change} on ${table} begin select raise(abort, ${message}); end;`,
      )
      .join('\n')
  }
  const some =
    /^(?:delete top \((@\w+)\) from|update top \((@\w+)\)) (\w+) (set [\s\S]*?)?where ([\s\S]*)$/.exec(
      statement,
    )
  if (some) {
    const [, deleted, updated, table, set = '', condition] = some
    const chosen = `where rowid in (select rowid from ${table} where ${condition} limit ${deleted ?? updated})`
    statement = deleted ? `delete from ${table} ${chosen}` : `update ${table} ${set}${chosen}`
  }
  if (statement.startsWith('create table'))
    statement = statement
      .replace(/(\w+) nvarchar\((\d+)\)/g, '$1 nvarchar($2) check (units($1) <= $2)')
      .replaceAll('nvarchar(max)', 'nvarchar')
      .replace(/isjson\((\w+)\) = 1/g, 'json_valid($1)')
      .replaceAll('default sysutcdatetime()', `default (strftime('%Y-%m-%dT%H:%M:%fZ'))`)
  return moveTop(moveOutput(statement))
    .replace(
      /\((select distinct substr\(value, 1, \d+\) collate rtrim) (from openjson\(@\w+\))\) as \w+ \((\w+)\)/,
      '($1 as $3 $2)',
    )
    .replaceAll('openjson(', 'json_each(')
    .replace(/((?:datediff|dateadd)\w*)\((\w+),/g, "$1('$2',")
    .replace(/^(drop index \w+) on \w+$/, '$1')
    .replace(/^(create index [^)]+\)) include \([^)]+\)/, '$1')
    .replace(/^alter table (\w+) add (?!column)/, 'alter table $1 add column ')
    .replace(
      /from sys\.triggers where name = '(\w+)' and parent_id = object_id\('(\w+)'\)/,
      `from (select 0 as is_disabled where 2 = (select count(*) from sqlite_schema where type = 'trigger'
         and tbl_name = '$2' and name in ('$1_update', '$1_delete') and sql like '%raise(abort,%'))`,
    )
    .replace(
      /from sys\.all_columns where object_id = object_id\('sys.tables'\) and name = 'ledger_type'/,
      `from (select 1 where serverproperty('EngineEdition') = 5)`,
    )
    .replace(
      /select ledger_type from sys\.tables where object_id = object_id\('(\w+)'\)/,
      `select case when exists (select 1 from sqlite_schema where name = 'ledger_of_$1_update') then 3 else 0 end as ledger_type`,
    )
    .replaceAll(
      'information_schema.tables',
      `(select 'dbo' as table_schema, name as table_name from sqlite_schema)`,
    )
}

const unitMs: Record<string, number> = { day: 86_400_000, minute: 60_000, millisecond: 1 }

/** Functions of SQL Server. */
function addFunctions(database: DatabaseSync, properties: Readonly<Record<string, number>>): void {
  const difference = (unit: string, from: string, until: string) => {
    const index = (time: string) => Math.floor(Date.parse(time) / (unitMs[unit] ?? Number.NaN))
    return BigInt(index(until) - index(from))
  }
  const sum = (unit: string, count: number, from: string) =>
    new Date(Date.parse(from) + Number(count) * (unitMs[unit] ?? Number.NaN)).toISOString()
  database.function('dateadd', sum as never)
  database.function('datediff', difference as never)
  database.function('datediff_big', difference as never)
  database.function('json_value', ((text: string, path: string) => {
    const value = path
      .split('.')
      .slice(1)
      .reduce((part, name) => part?.[name], JSON.parse(text))
    return value === undefined || typeof value === 'object' ? null : String(value)
  }) as never)
  /** Of UTF-16, as lengths are counted. */
  database.function(
    'units',
    { deterministic: true },
    ((text: string | null) => text?.length ?? null) as never,
  )
  database.function('schema_name', () => 'dbo')
  database.function('serverproperty', ((name: string) => properties[name] ?? null) as never)
}

/** What an append-only ledger table does by itself; no trigger of T-SQL is among those. */
const ledgerOf = (table: string): string =>
  ['update', 'delete']
    .map(
      (change) => `create trigger ledger_of_${table}_${change} before ${change} on ${table}
        begin select raise(abort, 'Updates are not allowed for the append only Ledger table'); end;`,
    )
    .join('\n')

/** What row locks may be asked for, and where they may be passed over: elsewhere the server answers 650. */
function isReadpastRefused(tsql: string, isolation: string): boolean {
  const hints = [...tsql.matchAll(/ with \(([a-z, ]+)\)/g)].map(([, names = '']) => names.split(', '))
  return hints.some(
    (names) =>
      names.includes('readpast') &&
      (isolation !== 'read committed' ||
        names.includes('holdlock') ||
        names.includes('readcommitted') ||
        // Where the database has row versions, as Azure's have.
        !names.includes('readcommittedlock')),
  )
}

/** Of the errors of SQLite, those that SQL Server has a number for. */
const numbers: Record<number, number> = {
  275: 547,
  787: 547,
  1299: 515,
  1555: 2627,
  2067: 2627,
  1811: 51_000,
}

function failureOf(error: unknown): Answer {
  const { errcode, message } = error as Error & { errcode?: number }
  const number = message.startsWith('no such table')
    ? 208
    : message.includes('units(')
      ? 2628
      : message.includes('Ledger table')
        ? 37_359
        : (numbers[errcode ?? 0] ?? 50_000)
  return { error: { number, message }, isUndone: false }
}

/** Times are kept as text; a column says which ones are, an expression shows it. */
function typeOf(declared: string | null, values: readonly unknown[]): ColumnType {
  if (declared?.startsWith('datetime2')) return 'datetime2'
  if (declared?.startsWith('nvarchar')) return 'nvarchar'
  if (declared?.toLowerCase() === 'int') return 'int'
  const value = values.find((candidate) => candidate !== null)
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? 'datetime2' : 'nvarchar'
  return Number.isInteger(value ?? 0) ? 'bigint' : 'float'
}

function tableOf(
  statement: StatementSync,
  rows: readonly Record<string, unknown>[],
  types: Map<string, string>,
): Table {
  const columns = statement.columns().map(({ name, type }) => {
    const values = rows.map((row) => row[name])
    return { name, type: typeOf(type ?? types.get(name) ?? null, values) }
  })
  return { columns, rows: rows.map((row) => columns.map(({ name }) => row[name])) }
}

/** One after the other. */
function createLock() {
  let last = Promise.resolve()
  return async (): Promise<() => void> => {
    let release = () => {}
    const before = last
    last = new Promise((resolve) => {
      release = resolve
    })
    await before
    return release
  }
}

/** `refused`: the user has no right to it. */
export type Fault = 'deadlock' | 'refused' | 'endless' | 'freeze' | 'drop'

export interface AzureSqlStandIn {
  readonly connection: AzureSqlConnection
  /** What leads a process to it, and what lets one in that has no identity. */
  readonly environment: Readonly<Record<string, string>>
  readonly signIn: { readonly MSSQL_USER: string; readonly MSSQL_PASSWORD: string }
  /** What has been run, as it was sent. */
  readonly statements: readonly string[]
  /** What the parameters of each text are declared as. */
  readonly declarations: ReadonlyMap<string, string>
  /** The parameters of each of them. */
  readonly parameters: readonly Readonly<Record<string, unknown>>[]
  readonly logIns: readonly LogIn[]
  /** The next statement that matches does not succeed. */
  fail(pattern: RegExp, fault: Fault, times?: number): void
  /** Goes around the protocol. */
  exec(sqliteStatements: string): void
  query(sqliteStatement: string): readonly Readonly<Record<string, unknown>>[]
  dropAll(): void
  stop(): Promise<void>
}

export const standInUser = { user: 'tools-inc-api', password: 'p@ss "w0rd"' }

export async function startAzureSql({
  edition = 5,
  token,
  findSyntaxError = () => undefined,
  port = 0,
  certified = createCertificate(['localhost', '127.0.0.1']),
}: {
  /** 5 is Azure SQL; 3 is a server of one's own, of the version of 2019, without ledger tables. */
  readonly edition?: 3 | 5
  /** Of an identity that may log in. */
  readonly token?: string
  readonly findSyntaxError?: (statement: string) => string | undefined
  readonly port?: number
  readonly certified?: ReturnType<typeof createCertificate>
} = {}): Promise<AzureSqlStandIn> {
  const directory = mkdtempSync(join(tmpdir(), 'azure-sql-'))
  /** Each is a file, and that of new connections this one. */
  let schema = 'dbo'
  const properties = { EngineEdition: edition, ProductMajorVersion: edition === 5 ? 12 : 15 }
  const { certificate, privateKey } = await certified
  const authority = join(directory, 'authority.pem')
  writeFileSync(authority, certificate)
  const acquire = createLock()
  const statements: string[] = []
  const parameters: Readonly<Record<string, unknown>>[] = []
  const logIns: LogIn[] = []
  const declarations = new Map<string, string>()
  let faults: { readonly pattern: RegExp; readonly fault: Fault }[] = []

  const open = () => {
    const database = new DatabaseSync(join(directory, schema))
    database.exec('pragma journal_mode = wal; pragma synchronous = off')
    addFunctions(database, properties)
    return database
  }
  function goAround<T>(work: (database: DatabaseSync) => T): T {
    const database = open()
    try {
      return work(database)
    } finally {
      database.close()
    }
  }

  function openSession(): Session {
    const database = open()
    let isInTransaction = false
    /** As the client has set it; a transaction may have one of its own. */
    let isolation = 'read committed'
    let release: (() => void) | undefined

    const end = (how: 'commit' | 'rollback') => {
      if (release) {
        database.exec(how)
        release()
      }
      release = undefined
      isInTransaction = false
    }
    async function lock(): Promise<void> {
      if (release) return
      const releaseIt = await acquire()
      // Its client may have gone while it waited.
      if (!database.isOpen) return releaseIt()
      release = releaseIt
      database.exec('begin immediate')
    }
    function administrate(tsql: string): boolean {
      const [, name] = /^alter user .* with default_schema = (\w+)$/.exec(tsql) ?? []
      if (name !== undefined) schema = name
      if (tsql === 'drop trigger audit_logs_append_only')
        for (const change of ['update', 'delete']) database.exec(`${tsql}_${change}`)
      const [, granted] = /^(?:grant|deny|revoke) [a-z, ]+ on (\w+) to /.exec(tsql) ?? []
      if (granted !== undefined) database.prepare(`select 1 from ${granted} limit 0`)
      const [, denied] = /^deny insert on (\w+) to public$/.exec(tsql) ?? []
      if (denied !== undefined)
        database.exec(
          `create trigger denied before insert on ${denied} begin select raise(abort, 'permission was denied'); end`,
        )
      return /^(grant|deny|revoke|if database_principal_id|create schema|alter user|drop trigger)\b/.test(
        tsql,
      )
    }
    /** Asks no trigger, but whether somebody else refers to it. */
    function truncate(table: string): Answer {
      const refers = database
        .prepare(
          `select t.name from sqlite_schema as t, pragma_foreign_key_list(t.name) as f where t.type = 'table' and f."table" = ?`,
        )
        .all(table)
      const triggers = database
        .prepare(`select name, sql from sqlite_schema where type = 'trigger' and tbl_name = ?`)
        .all(table) as { readonly name: string; readonly sql: string }[]
      if (refers.length > 0)
        return { error: { number: 4712, message: `Cannot truncate table '${table}'` }, isUndone: false }
      if (triggers.some(({ name }) => name.startsWith('ledger_of_')))
        return {
          error: { number: 37_359, message: 'not allowed for the append only Ledger table' },
          isUndone: false,
        }
      for (const { name } of triggers) database.exec(`drop trigger ${name}`)
      database.exec(`delete from ${table}`)
      for (const { sql } of triggers) database.exec(sql)
      return { table: null, changed: 0 }
    }
    function execute(tsql: string, values: Readonly<Record<string, unknown>>): Answer {
      const nothing = { table: null, changed: 0 }
      if (administrate(tsql)) return nothing
      const [, truncated] = /^truncate table (\w+)$/.exec(tsql) ?? []
      if (truncated !== undefined) return truncate(truncated)
      const sqlite = rewrite(tsql)
      if (sqlite.startsWith('create')) {
        database.exec(sqlite)
        const [, ledger] =
          /^create table (\w+)[\s\S]* with \(ledger = on \(append_only = on\)\)$/.exec(tsql) ?? []
        if (ledger !== undefined) database.exec(ledgerOf(ledger))
        return nothing
      }
      const statement = database.prepare(sqlite)
      statement.setAllowUnknownNamedParameters(true)
      const bound = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          value instanceof Date ? value.toISOString() : value,
        ]),
      ) as Record<string, string | number | null>
      if (statement.columns().length === 0)
        return { table: null, changed: Number(statement.run(bound).changes) }
      const rows = statement.all(bound) as Record<string, unknown>[]
      return { table: tableOf(statement, rows, declaredTypes(database)), changed: rows.length }
    }

    return {
      async run(tsql, values, declaration) {
        statements.push(tsql)
        parameters.push(values)
        const before = declarations.get(tsql) ?? declaration
        declarations.set(tsql, before)
        const faulty = faults.find(({ pattern }) => pattern.test(tsql))
        faults = faults.filter((candidate) => candidate !== faulty)
        if (faulty?.fault === 'deadlock') {
          end('rollback')
          return { error: { number: 1205, message: 'was chosen as the deadlock victim' }, isUndone: true }
        }
        if (faulty?.fault === 'refused')
          return {
            error: tsql.startsWith('select')
              ? { number: 229, message: 'The SELECT permission was denied on the object.' }
              : { number: 262, message: `CREATE TABLE permission denied in database 'toolsinc-reports'.` },
            isUndone: false,
          }
        if (faulty) return faulty.fault
        const syntaxError = findSyntaxError(tsql)
        if (syntaxError !== undefined)
          return { error: { number: 102, message: syntaxError }, isUndone: false }
        if (isReadpastRefused(tsql, isolation))
          return {
            error: { number: 650, message: 'You can only specify the READPAST lock in …' },
            isUndone: false,
          }
        // The server would take it, and keep another plan for it each time.
        if (before !== declaration)
          return {
            error: { number: 50_000, message: `declared as ${before} before: ${declaration}` },
            isUndone: false,
          }
        const undeclared = [...tsql.matchAll(/@(\w+)/g)].find(([, name = '']) => !(name in values))
        if (undeclared && !tsql.startsWith('declare'))
          return {
            error: { number: 137, message: `Must declare the scalar variable ${undeclared[0]}` },
            isUndone: false,
          }
        try {
          const asksForLock = tsql.includes('sp_getapplock')
          if (asksForLock || !tsql.startsWith('select') || tsql.includes('updlock')) await lock()
          if (asksForLock)
            return { table: { columns: [{ name: 'outcome', type: 'int' }], rows: [[0]] }, changed: 1 }
          const answer = execute(tsql, values)
          if (!isInTransaction) end('commit')
          return answer
        } catch (error) {
          if (!isInTransaction) end('rollback')
          return failureOf(error)
        }
      },
      set(batch) {
        isolation = /set transaction isolation level ([a-z ]+)/.exec(batch)?.[1]?.trim() ?? isolation
      },
      async transact(what, level) {
        isolation = level ?? isolation
        if (what === 'begin') isInTransaction = true
        else end(what)
        return { table: null, changed: 0 }
      },
      close() {
        end('rollback')
        database.close()
      },
    }
  }

  const server = await startTds({
    port,
    certificate,
    privateKey,
    logIn(login) {
      logIns.push(login)
      const isKnown =
        login.token === undefined
          ? login.user === standInUser.user && login.password === standInUser.password
          : login.token === token
      return isKnown && login.database === 'toolsinc-reports' ? openSession() : null
    },
  })
  return {
    connection: {
      server: '127.0.0.1',
      port: server.port,
      database: 'toolsinc-reports',
      signIn: standInUser,
      authority: certificate,
    },
    environment: {
      MSSQL_SERVER: '127.0.0.1',
      MSSQL_PORT: String(server.port),
      NODE_EXTRA_CA_CERTS: authority,
    },
    signIn: { MSSQL_USER: standInUser.user, MSSQL_PASSWORD: standInUser.password },
    statements,
    declarations,
    parameters,
    logIns,
    fail(pattern, fault, times = 1) {
      faults.push(...Array.from({ length: times }, () => ({ pattern, fault })))
    },
    exec: (sqliteStatements) => goAround((database) => database.exec(sqliteStatements)),
    query: (sqliteStatement) => goAround((database) => database.prepare(sqliteStatement).all()),
    dropAll: server.dropAll,
    async stop() {
      await server.close()
      rmSync(directory, { recursive: true })
      judgeSent(statements)
    },
  }
}

/** What the columns of all tables are declared as: a `returning` does not say. */
function declaredTypes(database: DatabaseSync): Map<string, string> {
  const columns = database
    .prepare(
      `select c.name as name, c.type as type from sqlite_schema as t, pragma_table_info(t.name) as c where t.type = 'table'`,
    )
    .all() as { name: string; type: string }[]
  return new Map(columns.map(({ name, type }) => [name, type]))
}
