import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { containerOf } from '../../src/adapters/cosmos/containers.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { documentsContract } from '../contracts/documents.contract.ts'
import { onRealService } from './real-service.ts'

/** By key: an identity may not create databases through the data plane. */
onRealService('Azure Cosmos DB', ['COSMOS_ENDPOINT', 'COSMOS_KEY'], (settings) =>
  documentsContract('cosmos', async ({ clock, collections }) => {
    const client = createCosmosClient({ endpoint: settings.COSMOS_ENDPOINT, key: settings.COSMOS_KEY })
    const { database } = await client.databases.create({ id: `contract-${crypto.randomUUID()}` })
    for (const collection of collections) await database.containers.create(containerOf(collection))
    return {
      documents: createCosmosDocuments({ database, clock, log: createMemoryLog() }),
      async close() {
        await database.delete()
        client.dispose()
      },
    }
  }),
)
