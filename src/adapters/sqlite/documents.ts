import type { SQLInputValue } from 'node:sqlite'
import { inSlices } from '../../dialects/in-slices.ts'
import type { Clock } from '../../ports/clock.ts'
import { decodeCursor, encodeCursor } from '../../ports/cursor.ts'
import {
  type AccessPath,
  type AnyCollection,
  checkSize,
  checkTransaction,
  DocumentExists,
  type DocumentStore,
  type Key,
  type Page,
  type Stored,
  VersionMismatch,
  type Write,
} from '../../ports/documents.ts'
import { limitedTo } from './connection.ts'
import type { SqliteDatabase, SqlTuple } from './database.ts'
import { createMessageIndex, type IndexEntry, indexEntryOf } from './message-index.ts'

/** A value as its row, taken when the caller asks: the work itself runs after the caller has its hands free again. */
interface Row {
  readonly partition: string
  readonly id: string
  readonly expiresAt: number | null
  readonly body: string
  /** What the search finds it by. */
  readonly indexed: IndexEntry | null
}

const port = 'documents'
const refusals = [DocumentExists, VersionMismatch]
/** A statement that finds another state changes nothing, and is refused for that. */
const oneStep = { refusesFirst: true }
const live = '(expires_at is null or expires_at > ?)'

const field = (name: unknown) => `json_extract(body, '$.${String(name)}')`

const load = ([version, body]: SqlTuple): Stored<any> => ({
  value: JSON.parse(body as string),
  version: version as string,
})

/** Parsed when it is looked at: most of those who write do not look at what was written. */
function written(version: string, body: string): Stored<any> {
  let value: unknown
  return {
    get value() {
      value ??= JSON.parse(body)
      return value
    },
    version,
  }
}

/** Written once: a text that is put together at each call is also hashed at each call, to find its statement. */
const readSql = `select version, body from documents where collection = ? and partition = ? and id = ? and ${live}`
const insertSql = `insert into documents (collection, partition, id, version, expires_at, body) values (?, ?, ?, ?, ?, ?)
   on conflict do update set version = excluded.version, expires_at = excluded.expires_at, body = excluded.body
   where not ${live}`
const replaceSql = `update documents set body = ?, version = ?, expires_at = ?
   where collection = ? and partition = ? and id = ? and version = ? and ${live}`
export const removeExpiredSql = `delete from documents where (collection, partition, id) in
  (select collection, partition, id from documents where expires_at <= ? ${limitedTo})`
const removeSql = `delete from documents where collection = ? and partition = ? and id = ? and ${live} and version = ifnull(?, version)`

export type Direction = 'asc' | 'desc'

/**
 * A page of one partition along a declared path. A continued one takes the order of the last row twice, then its id: a row
 * value against an indexed expression is no range for SQLite, which would walk everything in between.
 */
export function pageSql(
  name: string,
  path: AccessPath<any>,
  direction: Direction,
  isContinued: boolean,
): string {
  const order = field(path.order)
  const beyond = direction === 'desc' ? '<' : '>'
  return [
    `select version, body from documents where collection = '${name}' and partition = ? and ${live}`,
    ...path.by.map((by) => `and ${field(by)} = ?`),
    ...(isContinued ? [`and ${order} ${beyond}= ? and (${order} ${beyond} ? or id ${beyond} ?)`] : []),
    `order by ${order} ${direction}, id ${direction} ${limitedTo}`,
  ].join(' ')
}

export const scanSql = (name: string): string => `select version, body, partition, id from documents
   where collection = '${name}' and (partition, id) > (?, ?) and ${live} order by partition, id ${limitedTo}`

/** One partial index per access path, named so that a changed path makes a new index. */
function declareIndexes(database: SqliteDatabase, collections: readonly AnyCollection[]): void {
  const wanted = new Map<string, string>()
  for (const c of collections)
    for (const path of Object.values(c.paths as Record<string, AccessPath<any>>)) {
      const fields = [...path.by, path.order]
      wanted.set(
        `path_${c.name}_${fields.join('_')}`,
        `on documents (${['partition', ...fields.map(field), 'id'].join(', ')}) where collection = '${c.name}'`,
      )
    }
  const existing = database
    .all(port, `select name from sqlite_master where type = 'index' and name like 'path\\_%' escape '\\'`)
    .map(({ name }) => name as string)
  for (const name of existing) if (!wanted.has(name)) database.exec(`drop index if exists "${name}"`)
  for (const [name, definition] of wanted) database.exec(`create index if not exists "${name}" ${definition}`)
}

/** So few that others do not wait for them. */
const rowsAtOnce = 500

export function createSqliteDocuments({
  database,
  collections,
  clock,
  sliceRows = rowsAtOnce,
}: {
  readonly database: SqliteDatabase
  readonly collections: readonly AnyCollection[]
  readonly clock: Clock
  readonly sliceRows?: number
}): DocumentStore & { removeExpired(): Promise<number> } {
  declareIndexes(database, collections)
  const messageIndex = createMessageIndex(database)

  const queries = new Map<string, string>()
  const querySql = (c: AnyCollection, path: string, direction: Direction, isContinued: boolean): string => {
    const key = `${c.name} ${path} ${direction} ${isContinued}`
    let sql = queries.get(key)
    if (sql === undefined) {
      sql = pageSql(c.name, c.paths[path] as AccessPath<any>, direction, isContinued)
      queries.set(key, sql)
    }
    return sql
  }

  function rowOf(c: AnyCollection, value: any): Row {
    const body = JSON.stringify(value)
    checkSize(c, [body])
    const expiresAt = c.ttl === undefined || value[c.ttl] === undefined ? null : Date.parse(value[c.ttl])
    return {
      partition: String(value[c.partition]),
      id: value.id,
      expiresAt,
      body,
      indexed: indexEntryOf(c.name, value, expiresAt),
    }
  }

  const readNow = (c: AnyCollection, { partition, id }: Key): Stored<any> | null => {
    const row = database.getTuple(port, readSql, c.name, partition, id, clock.now())
    return row ? load(row) : null
  }
  const insertNow = (c: AnyCollection, { partition, id, expiresAt, body, indexed }: Row): Stored<any> => {
    const version = crypto.randomUUID()
    const changes = database.run(insertSql, c.name, partition, id, version, expiresAt, body, clock.now())
    if (changes === 0) throw new DocumentExists(c.name)
    if (indexed) messageIndex.put(indexed)
    return written(version, body)
  }
  const replaceNow = (
    c: AnyCollection,
    { partition, id, expiresAt, body, indexed }: Row,
    version: string,
  ): Stored<any> => {
    const next = crypto.randomUUID()
    const hasSameText = indexed !== null && messageIndex.hasText(indexed)
    const changes = database.run(
      replaceSql,
      body,
      next,
      expiresAt,
      c.name,
      partition,
      id,
      version,
      clock.now(),
    )
    if (changes === 0) throw new VersionMismatch(c.name)
    if (indexed) messageIndex.put(indexed, { hasSameText })
    return written(next, body)
  }
  const removeNow = (c: AnyCollection, { partition, id }: Key, version: string | undefined): boolean =>
    database.run(removeSql, c.name, partition, id, clock.now(), version ?? null) > 0

  interface Step {
    /** Absent where it writes nothing. */
    readonly body?: string
    readonly run: () => Stored<any> | null
  }
  const stepOf = (c: AnyCollection, partition: string, write: Write<any>): Step => {
    if ('insert' in write) {
      const row = rowOf(c, write.insert)
      return { body: row.body, run: () => insertNow(c, row) }
    }
    if ('replace' in write) {
      const row = rowOf(c, write.replace)
      const { version } = write
      return { body: row.body, run: () => replaceNow(c, row, version) }
    }
    const { remove: id, version } = write
    return {
      run() {
        if (!removeNow(c, { partition, id }, version)) throw new VersionMismatch(c.name)
        return null
      },
    }
  }

  const pageOf = (
    rows: readonly SqlTuple[],
    limit: number,
    next: (last: Stored<any>, row: SqlTuple) => string,
  ): Page<any> => {
    const kept = rows.slice(0, limit)
    const items = kept.map(load)
    const [last, row] = [items.at(-1), kept.at(-1)]
    return last && row && rows.length > limit ? { items, next: next(last, row) } : { items }
  }

  return {
    read: async (c, key) => readNow(c, key),
    async insert(c, value) {
      const row = rowOf(c, value)
      return database.write(port, refusals, () => insertNow(c, row), oneStep)
    },
    async replace(c, value, version) {
      const row = rowOf(c, value)
      return database.write(port, refusals, () => replaceNow(c, row, version), oneStep)
    },
    remove: (c, key, version) => database.write(port, [], () => removeNow(c, key, version)),
    async transact(c, partition, writes) {
      checkTransaction(c, partition, writes)
      const steps = writes.map((write) => stepOf(c, partition, write))
      checkSize(
        c,
        steps.flatMap(({ body }) => body ?? []),
      )
      return database.write(port, refusals, () => steps.map(({ run }) => run()), {
        refusesFirst: steps.length === 1,
      })
    },
    async query(c, q) {
      const path = c.paths[q.path] as AccessPath<any>
      const after = q.after === undefined ? undefined : decodeCursor(q.after)
      const sql = querySql(c, String(q.path), q.direction ?? 'asc', after !== undefined)
      const equals = path.by.map((name) => (q.equals as Record<string, SQLInputValue>)[String(name)] ?? null)
      const rows = database.allTuples(
        port,
        sql,
        q.partition,
        clock.now(),
        ...equals,
        ...(after ? [after[0], ...after] : []),
        q.limit + 1,
      )
      return pageOf(rows, q.limit, ({ value }) => encodeCursor([value[path.order], value.id]))
    },
    async scan(c, { after, limit = 100 } = {}) {
      const [partition, id] = after === undefined ? ['', ''] : decodeCursor(after)
      const rows = database.allTuples(port, scanSql(c.name), partition, id, clock.now(), limit + 1)
      return pageOf(rows, limit, (_last, [, , partition, id]) =>
        encodeCursor([partition as string, id as string]),
      )
    },
    /** Frees the space of documents past their time; reading has ignored them since. */
    removeExpired: () =>
      inSlices(sliceRows, (rows) =>
        database.write(port, [], () => database.run(removeExpiredSql, clock.now(), rows)),
      ),
  }
}
