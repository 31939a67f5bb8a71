import type { ContainerDefinition, CosmosClient, Database, IndexingPolicy } from '@azure/cosmos'
import type { AnyCollection } from '../../ports/documents.ts'
import { containerOf } from './containers.ts'

export interface SetupReport {
  /** What was made or brought into line. Empty when there was nothing to do. */
  readonly changes: readonly string[]
  /** What differs and cannot be changed in place. */
  readonly problems: readonly string[]
  readonly advice: readonly string[]
}

export interface SetupOptions {
  readonly client: CosmosClient
  readonly databaseName: string
  readonly collections: readonly AnyCollection[]
  /** Request units per second that all containers share, as the upper end of autoscale. None on a serverless account. */
  readonly maxThroughput?: number
  /** Whether messages get a full-text index, for which the account has to have the feature. */
  readonly hasFullText?: boolean
}

const notFound = 404

/** Brings two policies into one form: the service adds defaults and keeps no order. */
function comparable({
  indexingMode,
  automatic,
  includedPaths,
  excludedPaths,
  compositeIndexes,
  fullTextIndexes,
}: IndexingPolicy) {
  const pathsOf = (paths: IndexingPolicy['includedPaths'] = []) =>
    paths.flatMap(({ path }) => (path === '/"_etag"/?' ? [] : [path])).sort()
  return JSON.stringify({
    mode: (indexingMode ?? 'consistent').toLowerCase(),
    automatic: automatic ?? true,
    included: pathsOf(includedPaths),
    excluded: pathsOf(excludedPaths),
    composite: (compositeIndexes ?? [])
      .map((index) => index.map(({ path, order }) => `${path} ${order ?? 'ascending'}`).join(', '))
      .sort(),
    fullText: (fullTextIndexes ?? []).map(({ path }) => path),
  })
}

type Wanted = ReturnType<typeof containerOf>

/** What about the container cannot be changed without making it anew. */
function problemsOf(wanted: Wanted, existing: ContainerDefinition): readonly string[] {
  const [there, declared] = [existing.partitionKey?.paths ?? [], wanted.partitionKey.paths].map(String)
  return [
    ...(there === declared
      ? []
      : [`${wanted.id}: is partitioned by ${there} and declared to be by ${declared}; copy it to a new one`]),
    ...(existing.uniqueKeyPolicy?.uniqueKeys?.length
      ? [`${wanted.id}: has a unique key policy that nobody declared; copy it to one without`]
      : []),
  ]
}

/** What can. */
function differencesOf(wanted: Wanted, existing: ContainerDefinition): readonly string[] {
  return [
    ...(comparable(wanted.indexingPolicy) === comparable(existing.indexingPolicy ?? {})
      ? []
      : ['index policy']),
    ...((existing.defaultTtl ?? undefined) === ('defaultTtl' in wanted ? wanted.defaultTtl : undefined)
      ? []
      : ['time to live']),
  ]
}

async function setUpContainer(database: Database, wanted: Wanted) {
  const container = database.container(wanted.id)
  const existing = await container.read().then(
    ({ resource }) => resource,
    (error: { code?: number }) => {
      if (error.code === notFound) return undefined
      throw error
    },
  )
  if (!existing) {
    await database.containers.create(wanted)
    return { changes: [`${wanted.id}: made`], problems: [] }
  }
  const problems = problemsOf(wanted, existing)
  const differences = differencesOf(wanted, existing)
  if (problems.length > 0 || differences.length === 0) return { changes: [], problems }
  const { defaultTtl: _, ...kept } = existing
  await container.replace({ ...kept, ...wanted, partitionKey: existing.partitionKey } as ContainerDefinition)
  return { changes: [`${wanted.id}: ${differences.join(' and ')} replaced`], problems }
}

/**
 * Makes the database and a container for each collection, and brings index policies and times to live into line with
 * the declarations. Removes nothing. Safe to run again, and while the app is running.
 */
export async function setUpCosmos(options: SetupOptions): Promise<SetupReport> {
  const { client, databaseName, collections, maxThroughput, hasFullText = false } = options
  const { database, statusCode } = await client.databases.createIfNotExists({
    id: databaseName,
    ...(maxThroughput === undefined ? {} : { maxThroughput }),
  })
  const results: { readonly changes: readonly string[]; readonly problems: readonly string[] }[] = []
  for (const collection of collections)
    results.push(await setUpContainer(database, containerOf(collection, { hasFullText })))

  const { resources } = await database.containers.readAll().fetchAll()
  const declared = new Set(collections.map(({ name }) => name))
  const undeclared = resources.filter(({ id }) => !declared.has(id)).map(({ id }) => id)
  const { resource: account } = await client.getDatabaseAccount()
  const consistency = String(account?.consistencyPolicy ?? '')
  return {
    changes: [
      ...(statusCode === 201 ? [`database ${databaseName}: made`] : []),
      ...results.flatMap(({ changes }) => changes),
    ],
    problems: results.flatMap(({ problems }) => problems),
    advice: [
      ...undeclared.map((id) => `${id}: belongs to no collection and is left alone`),
      ...(consistency === 'Strong'
        ? []
        : [
            `the account's consistency is ${consistency}: only with Strong does every process see at once what another wrote`,
          ]),
    ],
  }
}
