import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosControlClient } from '../../src/adapters/cosmos/control-client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { messages } from '../../src/core/messaging/chat/entries.model.ts'
import { messageSearchContract } from '../contracts/message-search.contract.ts'
import { onRealService } from './real-service.ts'

onRealService('search in messages in Azure Cosmos DB', ['COSMOS_ENDPOINT', 'COSMOS_KEY'], (settings) =>
  messageSearchContract('cosmos', async ({ clock }) => {
    const account = { endpoint: settings.COSMOS_ENDPOINT, key: settings.COSMOS_KEY }
    const [client, control] = [createCosmosClient(account), createCosmosControlClient(account)]
    const databaseName = `contract-${crypto.randomUUID()}`
    await setUpCosmos({ client: control, databaseName, collections: [messages] })
    const database = control.database(databaseName)
    const documents = createCosmosDocuments({
      database: client.database(database.id),
      clock,
      log: createMemoryLog(),
    })
    return {
      documents,
      messageSearch: documents.createMessageSearch(messages),
      async close() {
        await database.delete()
        client.dispose()
        control.dispose()
      },
    }
  }),
)
