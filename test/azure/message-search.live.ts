import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { messages } from '../../src/core/messaging/chat/entries.model.ts'
import { messageSearchContract } from '../contracts/message-search.contract.ts'
import { onRealService } from './real-service.ts'

/** The account has to have full-text search. */
onRealService('the full-text index of Azure Cosmos DB', ['COSMOS_ENDPOINT', 'COSMOS_KEY'], (settings) =>
  messageSearchContract('cosmos', async ({ clock }) => {
    const client = createCosmosClient({ endpoint: settings.COSMOS_ENDPOINT, key: settings.COSMOS_KEY })
    const databaseName = `contract-${crypto.randomUUID()}`
    await setUpCosmos({ client, databaseName, collections: [messages], hasFullText: true })
    const database = client.database(databaseName)
    const documents = createCosmosDocuments({ database, clock, log: createMemoryLog(), hasFullText: true })
    return {
      documents,
      messageSearch: documents.createMessageSearch(messages),
      async close() {
        await database.delete()
        client.dispose()
      },
    }
  }),
)
