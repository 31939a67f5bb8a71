import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import initialize, {
  type BindableValue,
  type Database,
  type PreparedStatement,
} from '@sqlite.org/sqlite-wasm'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import type { SqliteStatement } from '../../src/adapters/sqlite/driver.ts'

/*
 * SQLite as WebAssembly, which tells what Node's does not: how many steps its virtual machine takes for a statement. A
 * row that is looked at takes about 5 to 20 of them, a look-up in an index a few, however large the index is. It is the
 * same version of SQLite as Node's, so that its plans are the same (a test compares). What a full-text index does inside
 * is not among the steps; each row that it yields is.
 */

export interface Work {
  /** Without the beginnings and ends of transactions: how many there are depends on the turns of the event loop. */
  readonly statements: number
  /** That were answered. */
  readonly rows: number
  readonly steps: number
}

const sqlite = await initialize()
const { capi, oo1 } = sqlite
export const countedVersion = capi.sqlite3_libversion()

const isTransactionControl = (sql: string) => /^\s*(begin|commit|rollback|savepoint|release)\b/i.test(sql)

/** A database of Node's SQLite in memory, which is faster to fill, and its bytes once it is full. */
export function openSqliteToFill() {
  let driver: DatabaseSync | undefined
  const database = openSqlite(':memory:', {
    open(path) {
      driver = new DatabaseSync(path)
      return driver
    },
  })
  return {
    database,
    async bytes(): Promise<Uint8Array> {
      // Until the reads of this turn have ended.
      await setImmediate()
      const bytes = driver?.serialize() ?? new Uint8Array()
      database.close()
      return bytes
    },
  }
}

let files = 0

/** A database of these bytes, and what has been done in it since the last time it was asked. */
export function openCountedSqlite(bytes?: Uint8Array) {
  let [statements, rows, steps] = [0, 0, 0]
  let opened: Database | undefined

  function prepare(database: Database, sql: string): SqliteStatement {
    const statement: PreparedStatement = database.prepare(sql)
    const isCounted = !isTransactionControl(sql)
    let isArray = false

    function execute(values: readonly unknown[], take: (statement: PreparedStatement) => boolean): void {
      try {
        if (values.length > 0) statement.bind(values as BindableValue[])
        while (statement.step()) {
          if (isCounted) rows++
          if (!take(statement)) break
        }
      } finally {
        statement.reset()
        if (values.length > 0) statement.clearBindings()
        if (isCounted) {
          statements++
          steps += capi.sqlite3_stmt_status(statement.pointer ?? 0, capi.SQLITE_STMTSTATUS_VM_STEP, 1)
        }
      }
    }
    const rowOf = (from: PreparedStatement): any => (isArray ? from.get([]) : from.get({}))

    return {
      setReturnArrays(enabled) {
        isArray = enabled
      },
      get(...values) {
        let row: any
        execute(values, (from) => {
          row = rowOf(from)
          return false
        })
        return row
      },
      all(...values) {
        const all: any[] = []
        execute(values, (from) => {
          all.push(rowOf(from))
          return true
        })
        return all
      },
      run(...values) {
        execute(values, () => true)
        return { changes: database.changes(), lastInsertRowid: 0 }
      },
    }
  }

  const path = bytes ? `/${files++}.db` : ':memory:'
  if (bytes) capi.sqlite3_js_posix_create_file(path, bytes)
  const database = openSqlite(':memory:', {
    open() {
      const inMemory = new oo1.DB(path, 'c')
      opened = inMemory
      return {
        exec: (sql) => void inMemory.exec(sql),
        prepare: (sql) => prepare(inMemory, sql),
        close: () => inMemory.close(),
        get isTransaction() {
          return capi.sqlite3_get_autocommit(inMemory.pointer ?? 0) === 0
        },
      }
    },
  })

  return {
    database,
    take(): Work {
      const work = { statements, rows, steps }
      ;[statements, rows, steps] = [0, 0, 0]
      return work
    },
    async close(): Promise<void> {
      await setImmediate()
      opened?.close()
    },
  }
}
