import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { createScanningMessageSearch } from '../../src/adapters/scanning/message-search.ts'
import { messages } from '../../src/core/messaging/chat/entries.model.ts'
import { messageSearchContract } from '../contracts/message-search.contract.ts'
import { openCountedSqlite } from '../cost/counted-sqlite.ts'
import { sqlitePorts } from '../scripts/seed/sqlite-app.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'

messageSearchContract('the other SQLite', async ({ clock }) => {
  const { database, close } = openCountedSqlite()
  return { ...sqlitePorts(database, clock), close }
})

messageSearchContract('scanning Cosmos DB', async ({ clock }) => {
  const { environment, close } = await startProvisionedCosmos()
  const { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key, COSMOS_DATABASE: name } = environment
  const client = createCosmosClient({ endpoint, key })
  const documents = createCosmosDocuments({ database: client.database(name), clock, log: createMemoryLog() })
  return {
    documents,
    messageSearch: createScanningMessageSearch({ documents, messages }),
    async close() {
      client.dispose()
      await close()
    },
  }
})
