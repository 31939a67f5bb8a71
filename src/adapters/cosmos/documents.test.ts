import { documentsContract } from '../../../test/contracts/documents.contract.ts'
import { startCosmosStandIn } from '../../../test/stand-ins/cosmos.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createCosmosClient } from './client.ts'
import { containerOf } from './containers.ts'
import { createCosmosDocuments } from './documents.ts'

documentsContract('cosmos', async ({ clock, collections }) => {
  const standIn = await startCosmosStandIn()
  const client = createCosmosClient(standIn)
  const { database } = await client.databases.create({ id: 'contract' })
  for (const collection of collections) await database.containers.create(containerOf(collection))
  return {
    documents: createCosmosDocuments({ database, clock, log: createMemoryLog() }),
    async close() {
      client.dispose()
      await standIn.close()
    },
  }
})
