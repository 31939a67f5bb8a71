import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { isBusy, openNodeSqlite, patienceMs, type SqliteDriver, type SqliteStatement } from './driver.ts'
import { migrate } from './migrations.ts'

export type SqlRow = Record<string, unknown>
/** The columns of a row in the order they were asked for: half the cost of a row with names. */
export type SqlTuple = readonly SQLOutputValue[]

/** Thrown by work inside `write` to refuse it: its own changes are undone, its neighbours' are kept. */
export type Refusal = new (...values: any[]) => Error

export interface SqliteDatabase {
  get(port: string, sql: string, ...values: SQLInputValue[]): SqlRow | undefined
  all(port: string, sql: string, ...values: SQLInputValue[]): readonly SqlRow[]
  getTuple(port: string, sql: string, ...values: SQLInputValue[]): SqlTuple | undefined
  allTuples(port: string, sql: string, ...values: SQLInputValue[]): readonly SqlTuple[]
  /** Inside `write` only. The number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  exec(sql: string): void
  /**
   * Runs `work` in a transaction of its own and resolves with its result once that is on the disk. Work that was
   * asked for in the same turn of the event loop shares one commit, and so one wait for the disk. An error of a class
   * in `refusals` undoes that work alone; any other error undoes the whole group and is `PortUnavailable(port)`.
   * Work that refuses before it changes anything says so (`refusesFirst`): there is nothing to undo then, and no need
   * for a savepoint, which copies every page that is changed after it.
   */
  write<T>(
    port: string,
    refusals: readonly Refusal[],
    work: () => T,
    options?: { readonly refusesFirst?: boolean },
  ): Promise<T>
  /**
   * Empties the write-ahead log into the database, so that what was deleted is in no file of it. False when another
   * connection still reads from the log; it is not waited for.
   */
  emptyLog(port: string): boolean
  /** Commits what is waiting, then closes. */
  close(): void
}

/**
 * The end of a query that takes the number of its rows as a parameter. The planner looks at the value of a bare `limit ?`,
 * so SQLite would compile such a statement anew for every value it is given, which costs more than running it.
 */
export const limitedTo = 'limit (? + 0)'

/** SQLite waits with the whole process: so long and no longer. */
const busyTimeoutMs = 10
/** When a file that somebody else writes to is tried again. */
const tryAgainMs = 40

interface Waiting {
  readonly since: number
  readonly port: string
  readonly refusals: readonly Refusal[]
  readonly work: () => unknown
  readonly mayBeUndone: boolean
  readonly resolve: (value: any) => void
  readonly reject: (error: unknown) => void
}

/**
 * One file (or `:memory:`), write-ahead log, every commit flushed to the disk before it is acknowledged. With another
 * driver what it does can be counted.
 */
export function openSqlite(
  path: string,
  open: (path: string) => SqliteDriver = openNodeSqlite,
): SqliteDatabase {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // Made before SQLite does, whose files copy its mode: what is in it concerns nobody else on the machine.
    closeSync(openSync(path, 'a', 0o600))
  }
  const database = open(path)
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768; pragma wal_autocheckpoint = 4000; pragma mmap_size = 268435456; pragma trusted_schema = off',
  )
  // What is deleted is overwritten: an erased person is in no free page of the file.
  database.exec('pragma secure_delete = on')
  migrate(database)
  // From here on it is this process that waits, between its turns.
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)

  const preparing = (asTuples: boolean) => {
    const statements = new Map<string, SqliteStatement>()
    return (sql: string): SqliteStatement => {
      const known = statements.get(sql)
      if (known) return known
      if (sql.includes('limit ?')) throw new Error(`write \`${limitedTo}\`: ${sql}`)
      const statement = database.prepare(sql)
      statement.setReturnArrays(asTuples)
      statements.set(sql, statement)
      return statement
    }
  }
  const prepare = preparing(false)
  const prepareTuples = preparing(true)
  const guarded = <T>(port: string, read: () => T): T => {
    try {
      return read()
    } catch (cause) {
      throw new PortUnavailable(port, { cause })
    }
  }

  let isReading = false
  /** Also before a write: it must see, and be seen by, everything since. */
  const endReading = () => {
    if (!isReading) return
    isReading = false
    // An error of the disk may have ended it already.
    if (database.isTransaction) prepare('commit').run()
  }
  /** Nothing was read that anybody still waits for: what asks next meets the same error, and is told. */
  const endReadingAlone = () => {
    try {
      endReading()
    } catch {
      isReading = database.isTransaction
    }
  }
  /**
   * Reads of one turn of the event loop share a snapshot, and so the locks it takes. It is younger than whatever the
   * turn began with: no request sees less than what was stored before it came.
   */
  const reading = <T>(port: string, read: () => T): T =>
    guarded(port, () => {
      if (!database.isTransaction) {
        prepare('begin').run()
        isReading = true
        setImmediate(endReadingAlone)
      }
      return read()
    })

  let waiting: Waiting[] = []

  function rollBack() {
    try {
      if (database.isTransaction) database.exec('rollback')
    } catch {
      // Whoever writes next is told: a transaction is open.
    }
  }

  let isClosing = false

  /** False where somebody else is writing: what has waited for long enough is told, the rest goes on waiting. */
  function begin(group: readonly Waiting[]): boolean {
    try {
      endReading()
      prepare('begin immediate').run()
      return true
    } catch (cause) {
      const latest = performance.now() - patienceMs
      const goesOn = (each: Waiting) => isBusy(cause) && !isClosing && each.since > latest
      waiting = [...group.filter(goesOn), ...waiting]
      if (waiting.length > 0) setTimeout(flush, tryAgainMs)
      for (const each of group) if (!goesOn(each)) each.reject(new PortUnavailable(each.port, { cause }))
      return false
    }
  }

  function flush() {
    const group = waiting
    waiting = []
    if (group.length === 0) return endReadingAlone()
    if (!begin(group)) return
    const outcomes: (() => void)[] = []
    const tell = () => {
      for (const outcome of outcomes) outcome()
    }
    try {
      for (const [index, { refusals, work, mayBeUndone, resolve, reject }] of group.entries()) {
        const hasSavepoint = mayBeUndone && index > 0
        if (hasSavepoint) prepare('savepoint work').run()
        try {
          const result = work()
          outcomes.push(() => resolve(result))
        } catch (error) {
          if (!refusals.some((refusal) => error instanceof refusal)) throw error
          outcomes.push(() => reject(error))
          if (hasSavepoint) prepare('rollback to work').run()
          else if (mayBeUndone) {
            // Nothing was done before it: all of the transaction is its own.
            prepare('rollback').run()
            const others = group.slice(index + 1)
            if (others.length === 0 || !begin(others)) return tell()
          }
        }
        if (hasSavepoint) prepare('release work').run()
      }
      prepare('commit').run()
    } catch (cause) {
      rollBack()
      for (const { port, reject } of group) reject(new PortUnavailable(port, { cause }))
      return
    }
    tell()
  }

  return {
    get: (port, sql, ...values) => reading(port, () => prepare(sql).get(...values)),
    all: (port, sql, ...values) => reading(port, () => prepare(sql).all(...values)),
    getTuple: (port, sql, ...values) =>
      reading(port, () => prepareTuples(sql).get(...values) as unknown as SqlTuple | undefined),
    allTuples: (port, sql, ...values) =>
      reading(port, () => prepareTuples(sql).all(...values) as unknown as SqlTuple[]),
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    exec(sql) {
      endReading()
      database.exec(sql)
    },
    write(port, refusals, work, { refusesFirst = false } = {}) {
      if (waiting.length === 0) setImmediate(flush)
      return new Promise((resolve, reject) => {
        const mayBeUndone = refusals.length > 0 && !refusesFirst
        waiting.push({ since: performance.now(), port, refusals, work, mayBeUndone, resolve, reject })
      })
    },
    emptyLog: (port) =>
      guarded(port, () => {
        endReading()
        database.exec('pragma busy_timeout = 0')
        try {
          const [{ busy } = { busy: 1 }] = database.prepare('pragma wal_checkpoint(truncate)').all()
          return busy === 0
        } finally {
          database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
        }
      }),
    close() {
      isClosing = true
      database.exec(`pragma busy_timeout = ${patienceMs}`)
      flush()
      database.close()
    },
  }
}
