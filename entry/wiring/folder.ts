import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createServerLock } from '../../src/adapters/sqlite/server-lock.ts'
import type { Config } from '../../src/config/config.ts'

/** Whether servers on one folder would know of each other's sessions, limits and events. */
const knowEachOther = ({ cache, realtime }: Config): boolean =>
  cache.kind !== 'memory' && realtime.kind !== 'local'

/** A folder in that of the data, while a backup is put back: what is there is neither the old nor the new. */
export const restoringName = 'restoring'

/** A restore was stopped in the middle. */
export class RestoreUnfinished extends Error {
  override readonly name = 'RestoreUnfinished'
  constructor(directory: string) {
    super(`A restore into ${directory} was stopped in the middle. Run the same npm run restore again.`)
  }
}

const holderNow = () => ({ pid: process.pid, host: hostname(), since: new Date().toISOString() })

/** Keeps every server off the folder. Throws `FolderTaken` while one is running. */
export const lockFolderAlone = (directory: string): { readonly release: () => void } =>
  createServerLock({ directory, isShared: false, holder: holderNow() })

/**
 * Keeps a second server off the folder of data, unless both share what each would keep for itself. Throws `FolderTaken` and
 * `RestoreUnfinished`. `takesOver`: starts all the same; whoever says so knows that the other one is not running.
 */
export function lockFolder(config: Config, takesOver: boolean): { readonly release: () => void } {
  if (config.documents.kind !== 'sqlite' && config.records.kind !== 'sqlite') return { release: () => {} }
  if (existsSync(join(config.dataDirectory, restoringName))) throw new RestoreUnfinished(config.dataDirectory)
  try {
    return createServerLock({
      directory: config.dataDirectory,
      isShared: knowEachOther(config),
      holder: holderNow(),
    })
  } catch (error) {
    if (takesOver && error instanceof Error && error.name === 'FolderTaken') return { release: () => {} }
    throw error
  }
}
