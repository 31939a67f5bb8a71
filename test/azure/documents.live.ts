import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosControlClient } from '../../src/adapters/cosmos/control-client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { layout, layoutBefore } from '../../src/adapters/cosmos/layout.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { documentsContract } from '../contracts/documents.contract.ts'
import { onRealService } from './real-service.ts'

/** By key: an identity may not create databases through the data plane. */
onRealService('Azure Cosmos DB', ['COSMOS_ENDPOINT', 'COSMOS_KEY'], (settings) => {
  for (const [where, places] of [
    ['together', layout],
    ['apart', layoutBefore],
  ] as const)
    documentsContract(`cosmos, collections ${where}`, async ({ clock, collections }) => {
      const account = { endpoint: settings.COSMOS_ENDPOINT, key: settings.COSMOS_KEY }
      const [client, control] = [createCosmosClient(account), createCosmosControlClient(account)]
      const databaseName = `contract-${crypto.randomUUID()}`
      await setUpCosmos({ client: control, databaseName, collections, layout: places })
      const database = client.database(databaseName)
      return {
        documents: createCosmosDocuments({ database, clock, log: createMemoryLog(), layout: places }),
        async close() {
          await control.database(databaseName).delete()
          client.dispose()
          control.dispose()
        },
      }
    })
})
