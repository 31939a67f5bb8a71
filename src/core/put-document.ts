import {
  type Collection,
  type Document,
  DocumentExists,
  type Key,
  type Stored,
  VersionMismatch,
} from '../ports/documents.ts'
import type { Needs } from '../ports/ports.ts'
import { conflict } from './errors.ts'

const attempts = 10

/**
 * Reads, changes and writes one document, again when somebody else wrote in between. `change` sees null when there is
 * none; what it answers is stored, and null removes it.
 */
export const createPutDocument =
  ({ documents }: Needs<'documents'>) =>
  async <T extends Document>(
    collection: Collection<T, any>,
    key: Key,
    change: (value: T | null) => T | null,
  ): Promise<Stored<T> | null> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await documents.read(collection, key)
      const next = change(stored?.value ?? null)
      try {
        if (next === null) {
          if (!stored || (await documents.remove(collection, key, stored.version))) return null
        } else if (stored) return await documents.replace(collection, next, stored.version)
        else return await documents.insert(collection, next)
      } catch (error) {
        if (!(error instanceof VersionMismatch || error instanceof DocumentExists)) throw error
      }
    }
    throw conflict()
  }

export type PutDocument = ReturnType<typeof createPutDocument>
