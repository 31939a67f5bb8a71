import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { type Checkpointer, createThreadedCheckpointer } from './checkpointer.ts'
import { type Checkpoints, createCheckpoints } from './checkpoints.ts'
import { type Connection, createConnection } from './connection.ts'
import { openNodeSqlite, patienceMs, type SqliteDriver } from './driver.ts'
import { createGroupCommit, type DiskFailed, type Flushing, type Refusal } from './group-commit.ts'
import { makeDirectory, openLogFile } from './log-file.ts'
import { migrate } from './migrations.ts'
import { createSnapshot } from './snapshot.ts'

export type SqlRow = Record<string, unknown>
/** The columns of a row in the order they were asked for: half the cost of a row with names. */
export type SqlTuple = readonly SQLOutputValue[]

export interface SqliteDatabase {
  get(port: string, sql: string, ...values: SQLInputValue[]): SqlRow | undefined
  all(port: string, sql: string, ...values: SQLInputValue[]): readonly SqlRow[]
  getTuple(port: string, sql: string, ...values: SQLInputValue[]): SqlTuple | undefined
  allTuples(port: string, sql: string, ...values: SQLInputValue[]): readonly SqlTuple[]
  /** Inside `write` only. The number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  exec(sql: string): void
  /**
   * Runs `work` in a transaction of its own and resolves with its result once that is on the disk; until then nobody reads
   * it. Work that was asked for in the same turn of the event loop, or while the disk was at work, shares one commit, and so
   * one wait for the disk. An error of a class in `refusals` undoes that work alone; any other error undoes the whole group
   * and is `PortUnavailable(port)`, which is also all that there is after the disk has failed once.
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
  emptyLog(port: string): Promise<boolean>
  /** Commits what is waiting, waits for the disk, then closes. */
  close(): void
}

/** SQLite waits with the whole process: so long and no longer. */
const busyTimeoutMs = 10

/** What is read is mapped. Each commit looks through the table of the pages in the cache, which a larger one makes longer. */
const cacheKib = 8_192

const settings = `pragma cache_size = -${cacheKib}; pragma mmap_size = 268435456; pragma trusted_schema = off; pragma secure_delete = on`

export interface OpeningSqlite {
  /** With another driver what it does can be counted. */
  readonly open?: (path: string) => SqliteDriver
  readonly openLog?: typeof openLogFile
  readonly openCheckpointer?: (path: string) => Checkpointer
  /** The log is brought into the database when it has so many. */
  readonly pagesBeforeCheckpoint?: number
  /** Whoever else holds on to what the disk has not taken. Without it the error is one that nobody caught. */
  readonly whenLost?: (error: DiskFailed) => void
}

const throwIt = (error: Error) => {
  setImmediate(() => {
    throw error
  })
}

/** One file (or `:memory:`), write-ahead log, every commit flushed to the disk before it is acknowledged. */
export function openSqlite(
  path: string,
  {
    open = openNodeSqlite,
    openLog = openLogFile,
    openCheckpointer = createThreadedCheckpointer,
    pagesBeforeCheckpoint = 4_000,
    whenLost = throwIt,
  }: OpeningSqlite = {},
): SqliteDatabase {
  if (path !== ':memory:' && !existsSync(path)) {
    makeDirectory(dirname(path))
    // Made before SQLite does, whose files copy its mode: what is in it concerns nobody else on the machine.
    closeSync(openSync(path, 'a', 0o600))
  }
  const main = createConnection(open(path))
  const database = main.driver
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  // `secure_delete`: what is deleted is overwritten, an erased person is in no free page of the file.
  database.exec(settings)
  migrate(database)
  // From here on it is this process that waits, between its turns.
  database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
  const flushing = openFlushing()
  let checkpoints: Checkpoints | undefined

  /** Null without a write-ahead log: in memory, or on a file system that cannot have one. */
  function openFlushing(): (Flushing & { readonly file: string }) | null {
    if (database.prepare('pragma journal_mode').get()?.['journal_mode'] !== 'wal') return null
    const { file } = database.prepare('pragma database_list').get() as { file: string }
    const { page_size: pageBytes } = database.prepare('pragma page_size').get() as { page_size: number }
    // A process that died may have left pages that the disk never took and that nobody would flush again.
    database.exec('pragma wal_checkpoint(truncate)')
    database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0')
    const reading = open(path)
    // Without `mmap_size`, which makes each snapshot several times as dear.
    reading.exec(
      `pragma cache_size = -4096; pragma trusted_schema = off; pragma busy_timeout = ${busyTimeoutMs}`,
    )
    return { file, log: openLog(file, pageBytes), snapshot: createSnapshot(createConnection(reading)) }
  }

  const guarded = <T>(port: string, read: () => T): T => {
    try {
      return read()
    } catch (cause) {
      throw new PortUnavailable(port, { cause })
    }
  }

  /** Where this turn of the event loop reads; undefined before its first read. */
  let source: Connection | undefined
  /** Also before a write: it must see, and be seen by, everything since. */
  const endReading = () => {
    const ended = source
    source = undefined
    // An error of the disk may have ended it already.
    if (ended === main && database.isTransaction) main.prepare('commit').run()
  }
  /** Nothing was read that anybody still waits for: what asks next meets the same error, and is told. */
  const endReadingAlone = () => {
    try {
      endReading()
    } catch {
      if (database.isTransaction) source = main
    }
  }
  const commits = createGroupCommit({
    main,
    flushing,
    endReading,
    leaveSnapshot() {
      if (source !== main) source = undefined
    },
    whenLanded: () => checkpoints?.look(),
    whenLost,
  })
  if (flushing) {
    const { log, file } = flushing
    const { between } = commits
    checkpoints = createCheckpoints({
      log,
      checkpointer: openCheckpointer(file),
      between,
      pagesBeforeCheckpoint,
    })
  }
  /**
   * Reads of one turn of the event loop share a snapshot, and so the locks it takes. It is younger than whatever the
   * turn began with: no request sees less than what was stored before it came. What is on its way to the disk is in no answer.
   */
  const reading = <T>(port: string, read: (from: Connection) => T): T =>
    guarded(port, () => {
      if (commits.isWorking()) return read(main)
      if (source) return read(source)
      const stored = commits.storedSnapshot()
      if (stored) source = stored.connection
      else {
        main.prepare('begin').run()
        source = main
      }
      setImmediate(endReadingAlone)
      return read(source)
    })

  function emptyHere(): boolean {
    endReading()
    database.exec('pragma busy_timeout = 0')
    try {
      const [{ busy } = { busy: 1 }] = database.prepare('pragma wal_checkpoint(truncate)').all()
      return busy === 0
    } finally {
      database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
    }
  }

  return {
    get: (port, sql, ...values) => reading(port, ({ prepare }) => prepare(sql).get(...values)),
    all: (port, sql, ...values) => reading(port, ({ prepare }) => prepare(sql).all(...values)),
    getTuple: (port, sql, ...values) =>
      reading(
        port,
        ({ prepareTuples }) => prepareTuples(sql).get(...values) as unknown as SqlTuple | undefined,
      ),
    allTuples: (port, sql, ...values) =>
      reading(port, ({ prepareTuples }) => prepareTuples(sql).all(...values) as unknown as SqlTuple[]),
    run: (sql, ...values) => Number(main.prepare(sql).run(...values).changes),
    exec(sql) {
      endReading()
      database.exec(sql)
    },
    write: commits.write,
    async emptyLog(port) {
      try {
        const isEmpty = (await checkpoints?.empty()) ?? null
        if (isEmpty !== null) return isEmpty
        await commits.landed()
        return emptyHere()
      } catch (cause) {
        throw new PortUnavailable(port, { cause })
      }
    },
    close() {
      database.exec(`pragma busy_timeout = ${patienceMs}`)
      commits.close()
      endReadingAlone()
      checkpoints?.close()
      // Last the one that brings the log into the database, where it can.
      flushing?.snapshot.connection.driver.close()
      database.close()
      flushing?.log.close()
    },
  }
}
