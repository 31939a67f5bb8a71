import { createMemoryDocuments } from '../../src/adapters/memory/documents.ts'
import { createScanningMessageSearch } from '../../src/adapters/scanning/message-search.ts'
import { collections } from '../../src/app/domains.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import { messages } from '../../src/core/messaging/chat/entries.model.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { DocumentStore } from '../../src/ports/documents.ts'
import type { MessageSearch } from '../../src/ports/message-search.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import { closedSet } from '../../src/ports/telemetry-facts.ts'
import type { Native } from './native.ts'

const collectionName = closedSet(() => collections.map(({ name }) => name))

const scanning = (documents: DocumentStore) => createScanningMessageSearch({ documents, messages })

/** `openSqlite` opens the file once, for documents and records. */
export async function openDocuments(
  { documents }: Config,
  { cosmosKey: key }: GivenSecrets,
  native: Native,
  clock: Clock,
  openSqlite: () => ReturnType<Native['openSqlite']>,
  telemetry: Telemetry,
): Promise<{
  readonly documents: DocumentStore
  readonly messageSearch: MessageSearch
  readonly close: () => void
}> {
  const close = () => {}
  switch (documents.kind) {
    case 'memory': {
      const inMemory = createMemoryDocuments({ clock })
      return { documents: inMemory, messageSearch: scanning(inMemory), close }
    }
    case 'sqlite': {
      const { documents: inSqlite, messageSearch } = openSqlite()
      return { documents: inSqlite, messageSearch, close }
    }
    case 'cosmos': {
      const { openCosmosDocuments } = await import('../../src/adapters/cosmos/documents.ts')
      const { endpoint, preferredRegions, databaseName } = documents
      const account = {
        endpoint,
        ...(key ? { key } : { credential: await native.createAzureCredential() }),
        ...(preferredRegions && { preferredRegions }),
      }
      const opened = openCosmosDocuments(account, {
        databaseName,
        clock,
        log: native.log,
        onEntry: ({ collection, status, charge }) => {
          const facts = { 'db.collection.name': collectionName(collection) }
          telemetry.measure('cosmos.request_charge', charge, facts)
          if (status === 429) telemetry.count('cosmos.throttled', facts)
        },
      })
      return { ...opened, messageSearch: opened.documents.createMessageSearch(messages) }
    }
  }
}
