import { createMemoryDocuments } from '../../src/adapters/memory/documents.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { DocumentStore } from '../../src/ports/documents.ts'
import type { Native } from './native.ts'

/** Documents in `sqlite` when they are kept there, which is open already. */
export async function openDocuments(
  { documents }: Config,
  { cosmosKey: key }: GivenSecrets,
  native: Native,
  clock: Clock,
  sqlite: ReturnType<Native['openSqlite']> | undefined,
): Promise<{ readonly documents: DocumentStore; readonly close: () => void }> {
  const close = () => {}
  switch (documents.kind) {
    case 'memory':
      return { documents: createMemoryDocuments({ clock }), close }
    case 'sqlite':
      return { documents: (sqlite ?? native.openSqlite(clock)).documents, close }
    case 'cosmos': {
      const { openCosmosDocuments } = await import('../../src/adapters/cosmos/documents.ts')
      const { endpoint, databaseName } = documents
      const account = key ? { endpoint, key } : { endpoint, credential: await native.createAzureCredential() }
      return openCosmosDocuments(account, { databaseName, clock, log: native.log })
    }
  }
}
