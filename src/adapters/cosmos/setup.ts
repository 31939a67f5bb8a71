import type { ContainerDefinition, CosmosClient, Database, IndexingPolicy } from '@azure/cosmos'
import type { AnyCollection } from '../../ports/documents.ts'
import { type PlannedContainer, planOf } from './containers.ts'
import { type Layout, mostThatShare } from './layout.ts'
import { moveIn, type StoredMove } from './moves.ts'

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
  readonly throughput?: PlannedThroughput
  readonly layout?: Layout
  /** Where too many containers share already, as before a move: one that would share gets throughput of its own. */
  readonly isMoving?: boolean
}

/** In request units per second, as the upper end of autoscale. None on a serverless account. */
export interface PlannedThroughput {
  /** Of the database: what most containers share. */
  readonly shared: number
  /** Of each container that has its own. */
  readonly own: number
}

const notFound = 404
const conflict = 409
const forbidden = 403
const leastAutoscale = 1000
/** Of a 400: the database has as many containers that share its throughput as it can have. */
const tooManyShare = 1019

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

type Wanted = PlannedContainer['definition']

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

interface Change {
  readonly changes?: readonly string[]
  readonly problems?: readonly string[]
  readonly advice?: readonly string[]
}

async function makeContainer(
  database: Database,
  { definition, hasOwnThroughput }: PlannedContainer,
  { throughput, isMoving = false }: Pick<SetupOptions, 'throughput' | 'isMoving'>,
): Promise<Change> {
  // The SDK takes the throughput out of what it is given.
  const make = (maxThroughput: number | undefined) =>
    database.containers.create({ ...definition, ...(maxThroughput === undefined ? {} : { maxThroughput }) })
  try {
    await make(hasOwnThroughput ? throughput?.own : undefined)
    return { changes: [`${definition.id}: made`] }
  } catch (error) {
    const { code, substatus } = error as { code?: number; substatus?: number }
    if (code === conflict) return {}
    if (Number(substatus) !== tooManyShare) throw error
    if (isMoving) {
      const own = throughput?.own ?? leastAutoscale
      await make(own)
      return {
        changes: [
          `${definition.id}: made with throughput of its own, at most ${own} RU/s, because ${mostThatShare} containers share already`,
        ],
      }
    }
    const problem = `${definition.id}: cannot be made, because ${mostThatShare} containers share the throughput of the database already`
    return { problems: [problem] }
  }
}

/** What was given to the database or a container before is not taken away: that is for who pays. */
async function adviceOn(
  { id, instead }: { readonly id: string; readonly instead: string },
  offerOf: () => Promise<{ readonly resource?: { readonly content?: any } | undefined }>,
  wanted: number | undefined,
): Promise<readonly string[]> {
  if (wanted === undefined) return []
  const offer = await offerOf().catch((error: { code?: number }) => {
    // An identity may not see what is paid for.
    if (error.code === forbidden) return undefined
    throw error
  })
  if (!offer) return []
  const { resource } = offer
  if (!resource) return [`${id}: ${instead}`]
  const max: unknown = resource.content?.offerAutopilotSettings?.maxThroughput
  return max === wanted
    ? []
    : [
        `${id}: has ${max === undefined ? 'no autoscale' : `at most ${max} RU/s`}, and the settings say ${wanted}`,
      ]
}

async function setUpContainer(
  database: Database,
  planned: PlannedContainer,
  options: Pick<SetupOptions, 'throughput' | 'isMoving'>,
): Promise<Change> {
  const { definition: wanted, hasOwnThroughput } = planned
  const container = database.container(wanted.id)
  const existing = await container.read().then(
    ({ resource }) => resource,
    (error: { code?: number }) => {
      if (error.code === notFound) return undefined
      throw error
    },
  )
  if (!existing) {
    const made = await makeContainer(database, planned, options)
    // Somebody else has made it, perhaps otherwise.
    return made.changes || made.problems ? made : setUpContainer(database, planned, options)
  }
  const problems = problemsOf(wanted, existing)
  const differences = differencesOf(wanted, existing)
  const own = hasOwnThroughput ? options.throughput?.own : undefined
  const advice = await adviceOn(
    {
      id: wanted.id,
      instead:
        'shares the throughput of the database, and is meant to have its own; only a new container can',
    },
    () => container.readOffer(),
    own,
  )
  if (problems.length > 0 || differences.length === 0) return { problems, advice }
  const { defaultTtl: _, ...kept } = existing
  await container.replace({ ...kept, ...wanted, partitionKey: existing.partitionKey } as ContainerDefinition)
  return { changes: [`${wanted.id}: ${differences.join(' and ')} replaced`], problems, advice }
}

/** Containers that no document is looked for in: of the layout before, or nobody knows of what. */
async function leftOver(database: Database, plan: readonly PlannedContainer[]): Promise<Change> {
  const placeOf = new Map(
    plan.flatMap(({ definition, collections }) => collections.map((name) => [name, definition.id])),
  )
  const wanted = new Set(plan.map(({ definition }) => definition.id))
  const { resources } = await database.containers.readAll().fetchAll()
  const others = resources.map(({ id }) => id).filter((id) => !wanted.has(id))
  const [advice, problems]: [string[], string[]] = [[], []]
  for (const id of others) {
    const place = placeOf.get(id)
    if (place === undefined) {
      advice.push(`${id}: belongs to no collection and is left alone`)
      continue
    }
    const { resource } = await moveIn(database.container(place), id).read<StoredMove>()
    if (resource?.state === 'moved')
      advice.push(`${id}: has been moved to ${place}; until --remove-moved it keeps what people erase`)
    else problems.push(`${id}: its documents belong in ${place} now; --move brings them there`)
  }
  return { problems, advice }
}

/**
 * Makes the database and the containers of the collections, and brings index policies and times to live into line with
 * the declarations. Removes nothing. Safe to run again, and while the app is running.
 */
export async function setUpCosmos(options: SetupOptions): Promise<SetupReport> {
  const { client, databaseName, collections, throughput, layout } = options
  const plan = planOf(collections, { ...(layout && { layout }) })
  const makeDatabase = () =>
    client.databases.createIfNotExists({
      id: databaseName,
      ...(throughput && { maxThroughput: throughput.shared }),
    })
  const { database, statusCode } = await makeDatabase().catch((error: { code?: number }) => {
    // Somebody else was faster.
    if (error.code === conflict) return makeDatabase()
    throw error
  })
  const isNew = statusCode === 201
  const ofDatabase = isNew
    ? []
    : await adviceOn(
        {
          id: `database ${databaseName}`,
          instead:
            'was made without throughput to share, so each container has its own; only a new database can',
        },
        () => database.readOffer(),
        throughput?.shared,
      )
  const results: Change[] = []
  for (const planned of plan) results.push(await setUpContainer(database, planned, options))
  // A move says itself what it has left.
  if (!options.isMoving) results.push(await leftOver(database, plan))
  const { resource: account } = await client.getDatabaseAccount()
  const consistency = String(account?.consistencyPolicy ?? '')
  return {
    changes: [
      ...(isNew ? [`database ${databaseName}: made`] : []),
      ...results.flatMap(({ changes = [] }) => changes),
    ],
    problems: results.flatMap(({ problems = [] }) => problems),
    advice: [
      ...ofDatabase,
      ...results.flatMap(({ advice = [] }) => advice),
      ...(consistency === 'Strong'
        ? []
        : [
            `the account's consistency is ${consistency}: only with Strong does every process see at once what another wrote`,
          ]),
    ],
  }
}
