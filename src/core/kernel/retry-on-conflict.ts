import { DocumentExists, VersionMismatch } from '../../ports/documents.ts'
import { conflict } from './errors.ts'

/** Each round somebody gets through: enough for this many at once. */
const attempts = 200

/** Runs `attempt` again while others write the same documents in between. */
export async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; count <= attempts; count++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof VersionMismatch || error instanceof DocumentExists)) throw error
    }
  }
  throw conflict()
}
