import {
  type Collection,
  type Document,
  type Key,
  type Stored,
  VersionMismatch,
} from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { retryOnConflict } from './retry-on-conflict.ts'

/**
 * Reads, changes and writes one document, again when somebody else wrote in between. `change` sees null when there is
 * none; what it answers is stored, null removes it, and the very value it was given stays as it is.
 */
export const createPutDocument =
  ({ documents }: Needs<'documents'>) =>
  <T extends Document>(
    collection: Collection<T, any>,
    key: Key,
    change: (value: T | null) => T | null,
  ): Promise<Stored<T> | null> =>
    retryOnConflict(async () => {
      const stored = await documents.read(collection, key)
      const value = stored?.value ?? null
      const next = change(value)
      if (next === value) return stored
      if (next !== null)
        return stored
          ? documents.replace(collection, next, stored.version)
          : documents.insert(collection, next)
      if (!(await documents.remove(collection, key, stored?.version)))
        throw new VersionMismatch(collection.name)
      return null
    })

export type PutDocument = ReturnType<typeof createPutDocument>
