import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { collections } from '../../src/app/domains.ts'
import { startCosmosStandIn } from './cosmos.ts'

const databaseName = 'scenario'

/** The stand-in with every container that `npm run azure:setup` makes, and the environment that leads an app to it. */
export async function startProvisionedCosmos() {
  const standIn = await startCosmosStandIn()
  const { endpoint, key } = standIn
  const client = createCosmosClient({ endpoint, key })
  try {
    await setUpCosmos({
      client,
      databaseName,
      collections,
      throughput: { shared: 1000, own: 1000 },
    })
  } catch (error) {
    await standIn.close()
    throw error
  } finally {
    client.dispose()
  }
  const environment = {
    DOCUMENTS: 'cosmos',
    COSMOS_ENDPOINT: endpoint,
    COSMOS_KEY: key,
    COSMOS_DATABASE: databaseName,
  }
  return { ...standIn, environment }
}
