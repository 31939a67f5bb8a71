import { hostname } from 'node:os'
import { createServerLock } from '../../src/adapters/sqlite/server-lock.ts'
import type { Config } from '../../src/config/config.ts'

/** Whether servers on one folder would know of each other's sessions, limits and events. */
const knowEachOther = ({ cache, realtime }: Config): boolean =>
  cache.kind !== 'memory' && realtime.kind !== 'local'

/**
 * Keeps a second server off the folder of data, unless both share what each would keep for itself. Throws `FolderTaken`.
 * `takesOver`: starts all the same; whoever says so knows that the other one is not running.
 */
export function lockFolder(config: Config, takesOver: boolean): { readonly release: () => void } {
  if (config.documents.kind !== 'sqlite' && config.records.kind !== 'sqlite') return { release: () => {} }
  try {
    return createServerLock({
      directory: config.dataDirectory,
      isShared: knowEachOther(config),
      holder: { pid: process.pid, host: hostname(), since: new Date().toISOString() },
    })
  } catch (error) {
    if (takesOver && error instanceof Error && error.name === 'FolderTaken') return { release: () => {} }
    throw error
  }
}
