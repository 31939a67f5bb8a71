import { createNodeNative } from '../entry/native-node.ts'
import { createStorageClient } from '../src/adapters/azure-blob/client.ts'
import { setUpBlobs } from '../src/adapters/azure-blob/setup.ts'
import { createCosmosClient } from '../src/adapters/cosmos/client.ts'
import { setUpCosmos } from '../src/adapters/cosmos/setup.ts'
import { InvalidConfiguration, readConfig } from '../src/config.ts'
import { collections } from '../src/core/collections.ts'
import { blobContainers } from '../src/core/files/files.model.ts'

/*
 * `npm run azure:setup`: makes in Cosmos DB what the collections declare, and the containers of files where files are in Azure. Says what it changed and what differs; ends
 * with an error when something has to be done by hand.
 */

/** A managed identity may read and write documents, not make containers: that takes a key, or Azure Resource Manager. */
const forbidden = 403

try {
  const { config, secrets } = readConfig({ ...process.env, DOCUMENTS: 'cosmos' })
  if (config.documents.kind !== 'cosmos') throw new Error('unreachable: cosmos was asked for')
  const { endpoint, databaseName, maxThroughput } = config.documents
  const { cosmosKey: key } = secrets
  const client = createCosmosClient({
    endpoint,
    ...(key ? { key } : { credential: await createNodeNative(config).createAzureCredential() }),
  })
  const {
    changes: made,
    problems,
    advice,
  } = await setUpCosmos({
    client,
    databaseName,
    collections,
    ...(maxThroughput === undefined ? {} : { maxThroughput }),
  })
  client.dispose()
  const changes = [...made]
  if (config.blobs.kind === 'azure') {
    const { storageConnectionString: connectionString } = secrets
    const { service } = createStorageClient(
      connectionString
        ? { connectionString }
        : { url: config.blobs.url ?? '', credential: await createNodeNative(config).createAzureCredential() },
    )
    const origins = [config.app.http.publicOrigin, ...config.app.http.allowedOrigins]
    changes.push(...(await setUpBlobs({ service, containers: blobContainers, origins })))
  }
  for (const change of changes) console.log(`changed  ${change}`)
  for (const line of advice) console.log(`note     ${line}`)
  for (const problem of problems) console.error(`problem  ${problem}`)
  console.log(`${collections.length} collections, ${changes.length} changes, ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
} catch (error) {
  const isForbidden = (error as { code?: number }).code === forbidden
  console.error(error instanceof InvalidConfiguration ? error.message : error)
  if (isForbidden)
    console.error('Set COSMOS_KEY for this command: a managed identity may not make containers.')
  process.exitCode = 1
}
