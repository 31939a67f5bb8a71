import { parseArgs } from 'node:util'
import type { Database } from '@azure/cosmos'
import { reportFailedStart } from '../entry/failed-start.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { createStorageClient } from '../src/adapters/azure-blob/client.ts'
import { setUpBlobs } from '../src/adapters/azure-blob/setup.ts'
import { createCosmosControlClient } from '../src/adapters/cosmos/control-client.ts'
import { createCosmosDocuments } from '../src/adapters/cosmos/documents.ts'
import { type MoveReport, moveCosmos, removeMoved } from '../src/adapters/cosmos/move.ts'
import { describePlan } from '../src/adapters/cosmos/plan.ts'
import { setUpCosmos } from '../src/adapters/cosmos/setup.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { collections } from '../src/app/domains.ts'
import { type Config, type GivenSecrets, InvalidConfiguration, readConfig } from '../src/config/config.ts'
import { blobContainers } from '../src/core/files/file-categories.ts'
import { messages } from '../src/core/messaging/chat/entries.model.ts'

/*
 * `npm run azure:setup`: makes what the settings place in Azure: in Cosmos DB what the collections declare, in Blob
 * Storage the containers of files. Says what it changed and what differs; ends with an error when something has to be
 * done by hand.
 *
 * With `--plan` it prints what it would make in Cosmos DB, as JSON, and asks nobody. With `--move` it also brings documents out of the
 * containers that each collection had alone, while the version before may go on running; with `--move --app-is-stopped` it brings the
 * last of them, and the new version may start. `--remove-moved` removes what is left. With `--index-messages`
 * it lists the words of messages that an older program wrote, which it does at its end anyway, and makes nothing.
 */

const isAsked = { type: 'boolean', default: false } as const
const readFlags = () =>
  parseArgs({
    options: {
      plan: isAsked,
      move: isAsked,
      'app-is-stopped': isAsked,
      'remove-moved': isAsked,
      'index-messages': isAsked,
    },
  }).values
type Flags = ReturnType<typeof readFlags>

/** By what the plan depends on alone: the rest of the deployment need not be there yet. */
const settingsOfPlan = ['COSMOS_DATABASE', 'COSMOS_MAX_RU', 'COSMOS_OWN_MAX_RU']

function printPlan(environment: NodeJS.ProcessEnv): void {
  const given = Object.entries(environment).filter(([name]) => settingsOfPlan.includes(name))
  const { config } = readConfig({ ...Object.fromEntries(given), COSMOS_ENDPOINT: 'https://plan.invalid' })
  if (config.documents.kind !== 'cosmos') throw new InvalidConfiguration(['a plan is of Cosmos DB'])
  const { databaseName, throughput } = config.documents
  const plan = describePlan(collections, { databaseName, throughput })
  console.log(JSON.stringify(plan, null, 2))
}

/** A managed identity may read and write documents, not make containers: that takes a key, or Azure Resource Manager. */
const forbidden = 403

async function moveDocuments(database: Database, config: Config, flags: Flags): Promise<MoveReport> {
  const options = {
    database,
    collections,
    clock: systemClock,
    log: createNodeNative(config).log,
    isAppStopped: flags['app-is-stopped'],
  }
  const moved = flags.move ? await moveCosmos(options) : { changes: [], problems: [] }
  if (flags.move && !flags['app-is-stopped'])
    console.log(
      'note     to come to the end: stop every process of the version before, and run it with --move --app-is-stopped',
    )
  const removed = flags['remove-moved'] ? await removeMoved(options) : { changes: [], problems: [] }
  return {
    changes: [...moved.changes, ...removed.changes],
    problems: [...moved.problems, ...removed.problems],
  }
}

type InCosmos = Extract<Config['documents'], { kind: 'cosmos' }>

const open = async (config: Config, { endpoint }: InCosmos, key: string | undefined) =>
  createCosmosControlClient({
    endpoint,
    ...(key ? { key } : { credential: await createNodeNative(config).createAzureCredential() }),
  })

async function indexMessages(config: Config, database: Database): Promise<void> {
  const { log } = createNodeNative(config)
  const documents = createCosmosDocuments({ database, clock: systemClock, log })
  console.log(`${await documents.indexMessages(messages)} older messages indexed`)
}

/** What was found that has to be done by hand. */
async function setUpDocuments(
  flags: Flags,
  config: Config,
  documents: InCosmos,
  { cosmosKey: key }: GivenSecrets,
): Promise<readonly string[]> {
  const { databaseName, throughput } = documents
  const client = await open(config, documents, key)
  const database = client.database(databaseName)
  const made = await setUpCosmos({
    client,
    databaseName,
    collections,
    ...(throughput && { throughput }),
    isMoving: flags.move || flags['remove-moved'],
  })
  // What could not be made as it should be is no place for documents.
  const moved =
    made.problems.length === 0 ? await moveDocuments(database, config, flags) : { changes: [], problems: [] }
  const [changes, problems] = [
    [...made.changes, ...moved.changes],
    [...made.problems, ...moved.problems],
  ]
  for (const change of changes) console.log(`changed  ${change}`)
  for (const line of made.advice) console.log(`note     ${line}`)
  for (const problem of problems) console.error(`problem  ${problem}`)
  console.log(`${collections.length} collections, ${changes.length} changes, ${problems.length} problems`)
  await indexMessages(config, database)
  client.dispose()
  return problems
}

async function setUpFiles(
  config: Config,
  { storageConnectionString: connectionString }: GivenSecrets,
): Promise<void> {
  const { service } = createStorageClient(
    connectionString
      ? { connectionString }
      : { url: config.blobs.url ?? '', credential: await createNodeNative(config).createAzureCredential() },
  )
  const { publicOrigin, allowedOrigins } = config.app.http
  const origins = [publicOrigin, ...allowedOrigins.listed]
  const anchors = config.auditAnchors?.kind === 'azure-blob' ? [config.auditAnchors.container] : []
  const changes = await setUpBlobs({ service, containers: [...blobContainers, ...anchors], origins })
  for (const change of changes) console.log(`changed  ${change}`)
  console.log(`${blobContainers.length} containers of files, ${changes.length} changes`)
}

/** A managed identity may: where the containers were made otherwise, this is left to do. */
async function onlyIndex(): Promise<void> {
  const { config, secrets } = readConfig(process.env)
  const { documents } = config
  if (documents.kind !== 'cosmos')
    throw new InvalidConfiguration(['messages are indexed in Cosmos DB alone: set COSMOS_ENDPOINT'])
  const client = await open(config, documents, secrets.cosmosKey)
  await indexMessages(config, client.database(documents.databaseName))
  client.dispose()
}

async function setUp(flags: Flags): Promise<void> {
  const { config, secrets } = readConfig(process.env)
  const { documents, blobs } = config
  if (documents.kind !== 'cosmos' && blobs.kind !== 'azure')
    throw new InvalidConfiguration([
      'nothing is configured to be in Azure: set COSMOS_ENDPOINT for documents, AZURE_STORAGE_ACCOUNT_NAME or AZURE_STORAGE_CONNECTION_STRING for files',
    ])
  const problems = documents.kind === 'cosmos' ? await setUpDocuments(flags, config, documents, secrets) : []
  if (blobs.kind === 'azure') await setUpFiles(config, secrets)
  if (problems.length > 0) process.exitCode = 1
}

try {
  const flags = readFlags()
  if (flags['app-is-stopped'] && !flags.move)
    throw new InvalidConfiguration(['--app-is-stopped goes with --move'])
  if (flags.plan) printPlan(process.env)
  else if (flags['index-messages']) await onlyIndex()
  else await setUp(flags)
} catch (error) {
  const isForbidden = (error as { code?: number }).code === forbidden
  reportFailedStart(error)
  if (isForbidden)
    console.error(
      'Set COSMOS_KEY for this command, or deploy infra/: a managed identity is not allowed to create containers.',
    )
}
