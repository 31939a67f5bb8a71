import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** What is used of Node's SQLite. */
export interface SqliteDriver extends Pick<DatabaseSync, 'exec' | 'close' | 'isTransaction'> {
  prepare(sql: string): SqliteStatement
}

export type SqliteStatement = Pick<StatementSync, 'run' | 'get' | 'all' | 'setReturnArrays'>

/** How long the start, and the end, wait for a file that somebody else is writing to. */
export const patienceMs = 5_000

/** Asked for when it is needed: a Node without it can still say that it is too old. */
export const openNodeSqlite = (path: string, timeout = patienceMs): SqliteDriver =>
  new (process.getBuiltinModule('node:sqlite').DatabaseSync)(path, { timeout })

/** Whether somebody else is writing to the file (https://sqlite.org/rescode.html#busy, with its extended codes). */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && ((error as { errcode?: number }).errcode ?? 0) % 256 === 5
