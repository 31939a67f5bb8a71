import type { Connection } from './connection.ts'

/** A second connection, which goes on seeing what was stored when it was told to, however far the first one is. */
export interface Snapshot {
  readonly connection: Connection
  take(): void
  release(): void
  isTaken(): boolean
}

export function createSnapshot(connection: Connection): Snapshot {
  const { driver, prepare } = connection
  let isTaken = false
  return {
    connection,
    take() {
      prepare('begin').run()
      // Beginning alone takes nothing yet.
      prepare('pragma schema_version').get()
      isTaken = true
    },
    release() {
      isTaken = false
      try {
        if (driver.isTransaction) prepare('commit').run()
      } catch {
        // Whoever takes the next one is told: a transaction is open.
      }
    },
    isTaken: () => isTaken,
  }
}
