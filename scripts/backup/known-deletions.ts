import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Deletion, deletions } from '../../src/core/privacy/erasure/erasure.model.ts'
import { databaseName } from './manifest.ts'

export interface YoungerDeletions {
  readonly deletions: readonly Deletion[]
  /** Databases that nothing could be read from. */
  readonly unreadable: readonly string[]
}

/** Who has asked to be erased, by the databases in these folders. */
export function knownDeletions(folders: readonly string[]): YoungerDeletions {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const found = new Map<string, Deletion>()
  const unreadable: string[] = []
  for (const folder of folders) {
    const path = join(folder, databaseName)
    if (!existsSync(path)) continue
    try {
      const database = new DatabaseSync(path)
      try {
        const rows = database.prepare('select body from documents where collection = ?').all(deletions.name)
        for (const { body } of rows) {
          const deletion: Deletion = JSON.parse(String(body))
          found.set(deletion.id, deletion)
        }
      } finally {
        database.close()
      }
    } catch {
      unreadable.push(path)
    }
  }
  return { deletions: [...found.values()], unreadable }
}
