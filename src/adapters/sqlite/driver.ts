import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** What is used of Node's SQLite. */
export interface SqliteDriver extends Pick<DatabaseSync, 'exec' | 'close' | 'isTransaction'> {
  prepare(sql: string): SqliteStatement
}

export type SqliteStatement = Pick<StatementSync, 'run' | 'get' | 'all' | 'setReturnArrays'>

export const busyTimeoutMs = 5_000

/** Waits for a file that somebody else is writing to. */
export const openNodeSqlite = (path: string): SqliteDriver =>
  new DatabaseSync(path, { timeout: busyTimeoutMs })
