import { closeSync, fdatasync, fdatasyncSync, fsyncSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** The write-ahead log of a database beside SQLite, which writes it: what flushes it, and tells how long it is. */
export interface LogFile {
  /** Resolves when all that was in the log when this was called is on the disk. It is waited for in another thread. */
  flush(): Promise<void>
  /** The same, and everything waits. */
  flushNow(): void
  /** Whether so many pages have been written since it last began anew. */
  hasPages(count: number): boolean
  close(): void
}

const headerBytes = 32
const pageHeaderBytes = 24
/** What tells pages of this log from those of an older one that lie behind them (https://sqlite.org/fileformat2.html#walformat). */
const saltBytes = 8
const saltAt = { inHeader: 16, inPageHeader: 8 }

/**
 * `path`: of the database, without symbolic links, open. The log is there as long as the database is open, and is the same file:
 * SQLite makes a new one only for who opens the database first.
 */
export function openLogFile(path: string, pageBytes: number): LogFile {
  const file = openSync(`${path}-wal`, 'r+')
  // The names of both files. After that there is only their content.
  syncDirectory(dirname(path))
  const [first, later] = [new Uint8Array(saltBytes), new Uint8Array(saltBytes)]
  const readSalt = (salt: Uint8Array, position: number) =>
    readSync(file, salt, { length: saltBytes, position }) === saltBytes
  return {
    flush: () =>
      new Promise((resolve, reject) => fdatasync(file, (error) => (error ? reject(error) : resolve()))),
    flushNow: () => fdatasyncSync(file),
    hasPages: (count) =>
      readSalt(later, headerBytes + (count - 1) * (pageHeaderBytes + pageBytes) + saltAt.inPageHeader) &&
      readSalt(first, saltAt.inHeader) &&
      later.every((byte, i) => byte === first[i]),
    close: () => closeSync(file),
  }
}

/** A folder for a file, whose name lasts. */
export function makeDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  const top = dirname(resolve(first))
  for (let made = resolve(directory); made !== top; made = dirname(made)) syncDirectory(dirname(made))
}

function syncDirectory(directory: string): void {
  // Windows lets nobody flush one, and keeps a journal of the names in it.
  if (process.platform === 'win32') return
  const opened = openSync(directory, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
