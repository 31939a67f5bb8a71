import type { SqliteDriver, SqliteStatement } from './driver.ts'

/**
 * The end of a query that takes the number of its rows as a parameter. The planner looks at the value of a bare `limit ?`,
 * so SQLite would compile such a statement anew for every value it is given, which costs more than running it.
 */
export const limitedTo = 'limit (? + 0)'

/** A connection with the statements it was asked for, each compiled once. */
export interface Connection {
  readonly driver: SqliteDriver
  readonly prepare: (sql: string) => SqliteStatement
  /** Its rows are lists. */
  readonly prepareTuples: (sql: string) => SqliteStatement
}

export function createConnection(driver: SqliteDriver): Connection {
  const preparing = (asTuples: boolean) => {
    const statements = new Map<string, SqliteStatement>()
    return (sql: string): SqliteStatement => {
      const known = statements.get(sql)
      if (known) return known
      if (sql.includes('limit ?')) throw new Error(`write \`${limitedTo}\`: ${sql}`)
      const statement = driver.prepare(sql)
      statement.setReturnArrays(asTuples)
      statements.set(sql, statement)
      return statement
    }
  }
  return { driver, prepare: preparing(false), prepareTuples: preparing(true) }
}
