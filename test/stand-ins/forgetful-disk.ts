import { existsSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Random } from '../../scripts/seed/random.ts'
import { checkpoint } from '../../src/adapters/sqlite/checkpoint.ts'
import type { Checkpointer } from '../../src/adapters/sqlite/checkpointer.ts'
import { openNodeSqlite, type SqliteDriver, type SqliteStatement } from '../../src/adapters/sqlite/driver.ts'
import { type LogFile, openLogFile } from '../../src/adapters/sqlite/log-file.ts'

/** The two files of a database, as a machine finds them that was without power. */
export interface Remains {
  readonly database: Uint8Array
  readonly log: Uint8Array
}

const sectorBytes = 512
const headerBytes = 32

/** What is left where some of what was written has reached the disk, in whatever order, cut anywhere. */
function mixOf(stored: Uint8Array, written: Uint8Array, random: Random): Uint8Array {
  const longest = Math.max(stored.length, written.length)
  const shortest = Math.min(stored.length, written.length)
  const length = random.pick([stored.length, written.length, random.between(shortest, longest + 1)])
  const likely = random.pick([0, 0.1, 0.5, 0.9, 1])
  const mixed = new Uint8Array(length)
  mixed.set(stored.subarray(0, length))
  for (let from = 0; from < Math.min(length, written.length); from += sectorBytes)
    if (random.chance(likely)) mixed.set(written.subarray(from, Math.min(from + sectorBytes, length)), from)
  return mixed
}

/**
 * A disk beneath a database of SQLite that takes what was written when it is flushed, or whenever it likes. What this process
 * flushes is seen here. What SQLite flushes is known (https://sqlite.org/wal.html, and seen with strace): around a checkpoint
 * first the log and then the database, and the header of a log that begins anew before its first page.
 */
export function createForgetfulDisk(path: string, random: Random) {
  const read = (ending: string) =>
    existsSync(path + ending) ? new Uint8Array(readFileSync(path + ending)) : new Uint8Array()
  let stored: Remains = { database: new Uint8Array(), log: new Uint8Array() }
  /** When the newest was seen of what is known to be stored of the log. */
  let [seen, seenOfLog] = [0, 0]
  /** A log that was cut to nothing: that may reach the disk later. */
  let cutLog = new Uint8Array()
  let whenCheckpointed = (_halfway: Remains) => {}

  function logNow(): Uint8Array {
    const written = read('-wal')
    if (written.length === 0) return random.pick([written, cutLog])
    const header = written.subarray(0, headerBytes)
    const before = stored.log.slice()
    if (before.length < headerBytes) return mixOf(header, written, random)
    before.set(header)
    return mixOf(before, written, random)
  }

  function checkpointing<T>(work: () => T): T {
    const [database, log] = [read(''), read('-wal')]
    const result = work()
    const written = read('')
    for (let cut = 0; cut < 3; cut++) whenCheckpointed({ database: mixOf(database, written, random), log })
    const left = read('-wal')
    if (left.length === 0) cutLog = log as Uint8Array<ArrayBuffer>
    // Where nothing is brought into the database SQLite flushes nothing.
    if (left.length === 0 || Buffer.compare(database, written) !== 0) {
      seenOfLog = ++seen
      stored = { database: written, log: left }
    }
    return result
  }
  const watched = (sql: string) => /wal_checkpoint\(/.test(sql)

  function open(file: string, timeoutMs?: number): SqliteDriver {
    const driver = openNodeSqlite(file, timeoutMs)
    const statementOf = (sql: string): SqliteStatement => {
      const statement = driver.prepare(sql)
      if (!watched(sql)) return statement
      return {
        run: (...values: any[]) => checkpointing(() => statement.run(...values)),
        get: (...values: any[]) => checkpointing(() => statement.get(...values)),
        all: (...values: any[]) => checkpointing(() => statement.all(...values)),
        setReturnArrays: (enabled) => statement.setReturnArrays(enabled),
      } as SqliteStatement
    }
    return {
      exec: (sql) => (watched(sql) ? checkpointing(() => driver.exec(sql)) : driver.exec(sql)),
      prepare: statementOf,
      close: () => driver.close(),
      get isTransaction() {
        return driver.isTransaction
      },
    }
  }

  return {
    /** From now on called with what would be left in the middle of each checkpoint, at its end. */
    onCheckpoint(hear: (halfway: Remains) => void): void {
      whenCheckpointed = hear
    },
    /** What is left if the power fails now. */
    cut: (): Remains => ({ database: stored.database, log: logNow() }),

    open,

    /** Between two turns, whatever else is under way. */
    openCheckpointer(file: string): Checkpointer {
      return {
        async run(mode) {
          for (let turns = random.int(6); turns > 0; turns--) await setImmediate()
          const isAll = checkpoint(file, mode, open)
          for (let turns = random.int(6); turns > 0; turns--) await setImmediate()
          return isAll
        },
        rest() {},
        close() {},
      }
    },

    openLog(file: string, pageBytes: number): LogFile {
      const log = openLogFile(file, pageBytes)
      return {
        ...log,
        async flush() {
          const written = read('-wal')
          const own = ++seen
          for (let turns = random.int(6); turns > 0; turns--) await setImmediate()
          await log.flush()
          if (own < seenOfLog) return
          seenOfLog = own
          stored = { ...stored, log: written }
        },
        flushNow() {
          const written = read('-wal')
          log.flushNow()
          seenOfLog = ++seen
          stored = { ...stored, log: written }
        },
      }
    },
  }
}
