const damagedDatabase = new Set([11, 26])
const fullDisk = 13
const cannotOpen = new Set([8, 14])

/** What an error of the system, or of SQLite, says; both are undefined for any other. */
interface Coded {
  readonly code?: string
  readonly errcode?: number
  readonly path?: string
  readonly cause?: unknown
  readonly port?: number
}

/** The error that says most: the first with a code, along what caused it. */
function codedIn(error: unknown): Coded | null {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at || 'errcode' in at) return at as Coded
  return null
}

const explained = new Set([
  'AppError',
  'InvalidConfiguration',
  'BackupUnderWay',
  'DamagedBackup',
  'FolderTaken',
  'DamagedSecrets',
  'UnsupportedNode',
  'MigrationFailed',
  'MigrationRefused',
  'RestoreRefused',
  'RestoreUnfinished',
])
const noRight = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR'])

/** What went wrong, and what to do; null where nobody foresaw it. */
function explain(error: unknown): string | null {
  if (error instanceof Error && explained.has(error.name)) return error.message
  const { code, errcode = -1, path, port } = codedIn(error) ?? {}
  if (error instanceof Error && code?.startsWith('ERR_PARSE_ARGS_')) return error.message
  const directory = process.env['DATA_DIR'] ?? './data'
  const primary = errcode % 256
  if (damagedDatabase.has(primary))
    return `The database in ${directory} is damaged, or is none. Restore it from a backup (docs/operations.md#backups), or move it away to begin with an empty one.`
  if (primary === fullDisk || code === 'ENOSPC')
    return `The disk with the data folder ${directory} is full. Make room, then start again.`
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken by another program. Stop that one, or set PORT to another one; 0 picks a free one.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return 'HOST names an address that this machine does not have. Set it to one of its own, or leave it out.'
  if (code !== undefined && noRight.has(code) && port !== undefined)
    return `Port ${port} needs a right that this user does not have. Set PORT to one above 1023.`
  if (cannotOpen.has(primary) || (code !== undefined && noRight.has(code)))
    return `Cannot write to ${path ?? directory}. Give this user the right to, or set DATA_DIR to a folder that it may write to.`
  return null
}

/** Says why a program did not start, in a sentence where that is enough, and lets it end with 1. */
export function reportFailedStart(error: unknown): void {
  console.error(explain(error) ?? error)
  process.exitCode = 1
}
