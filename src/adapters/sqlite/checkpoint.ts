import { openNodeSqlite } from './driver.ts'

/** `passive` waits for nobody. `truncate` also empties the log, where nobody reads from it. */
export type CheckpointMode = 'passive' | 'truncate'

/** Reads of the same process last a turn of its event loop. */
const busyTimeoutMs = 20

/**
 * Brings the write-ahead log of the database at `path` into it, over a connection of its own, and waits for the disk. False where some
 * of it is left: somebody reads from it, or is doing the same. Throws what SQLite says; nothing is lost then, it is in the log still.
 */
export function checkpoint(path: string, mode: CheckpointMode, open = openNodeSqlite): boolean {
  const connection = open(path, busyTimeoutMs)
  const run = (what: CheckpointMode) => {
    const { busy, log, checkpointed } = connection.prepare(`pragma wal_checkpoint(${what})`).get() ?? {}
    return busy === 0 && log === checkpointed
  }
  try {
    // Whoever begins to read after the first one reads from the database.
    return run('passive') && (mode === 'passive' || run('truncate'))
  } finally {
    connection.close()
  }
}
