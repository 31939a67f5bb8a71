import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBusy, openNodeSqlite } from './driver.ts'

export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** When it started. */
  readonly since: string
}

/** Another server works on this folder. `holder` is null where it cannot be told which. */
export class FolderTaken extends Error {
  override readonly name = 'FolderTaken'
  readonly holder: LockHolder | null
  constructor(directory: string, holder: LockHolder | null) {
    const which = holder
      ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
      : 'another process'
    super(
      `A server is running on ${directory} already: ${which}. Stop it, choose another DATA_DIR, or let several share a Redis and npm run realtime (docs/deployment.md#several-processes). Where you know better: --take-over.`,
    )
    this.holder = holder
  }
}

/**
 * Holds a folder of data for a server: alone, or beside others that share what each would keep for itself. The lock is that of a
 * file by the operating system, as SQLite takes it, and ends with the process, however it ends. Throws `FolderTaken`.
 */
export function createServerLock({
  directory,
  isShared,
  holder,
}: {
  readonly directory: string
  readonly isShared: boolean
  readonly holder: LockHolder
}): { readonly release: () => void } {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const nameFile = join(directory, 'server.json')
  const lock = openNodeSqlite(join(directory, 'server.lock'), 0)
  try {
    // Nothing is written: a lock of one, or one of many readers, for as long as the transaction lasts.
    lock.exec(isShared ? 'begin; select count(*) from sqlite_schema' : 'begin exclusive')
  } catch (error) {
    lock.close()
    if (isBusy(error)) throw new FolderTaken(directory, readHolder(nameFile))
    throw error
  }
  writeFileSync(nameFile, JSON.stringify(holder), { mode: 0o600 })
  return { release: () => lock.close() }
}

function readHolder(path: string): LockHolder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
