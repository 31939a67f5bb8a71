import type { Database } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import {
  type AnyCollection,
  DocumentExists,
  type DocumentStore,
  type Key,
  type Stored,
  VersionMismatch,
} from '../../ports/documents.ts'
import type { Log } from '../../ports/log.ts'
import type { MessageSearch } from '../../ports/message-search.ts'
import { type CosmosAccount, CosmosFailure, createCosmosClient, type StartTimer } from './client.ts'
import { fence } from './fence.ts'
import { type Item, isExpired, isStorableId, keyOf, matchOf, storedOf } from './items.ts'
import type { Layout } from './layout.ts'
import type { CosmosEntry } from './ledger.ts'
import { listWords } from './list-words.ts'
import { createCosmosMessageSearch } from './message-search.ts'
import { createQueries } from './queries.ts'
import {
  conflict,
  createRequests,
  isDone,
  noTag,
  notFound,
  rounds,
  unavailable,
  unknown,
} from './requests.ts'
import { createTransact } from './transaction.ts'

const ifMatch = (condition: string) => ({ accessCondition: { type: 'IfMatch', condition } })

export interface CosmosDocumentsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly sleep?: (ms: number) => Promise<void>
  readonly startTimer?: StartTimer
  /** How long a request that was refused for the time being is tried again. */
  readonly patienceMs?: number
  /** In which container each collection is; as `npm run azure:setup` makes them when absent. */
  readonly layout?: Layout
  /** Is told of each request. */
  readonly onEntry?: (entry: CosmosEntry) => void
}

/**
 * Documents in Cosmos DB, each collection in the container that the layout says.
 *
 * No write is ever blind: an insert creates, everything else is conditional. So a write whose answer was lost is simply
 * sent again, and if the repetition is refused, the item that is there tells by its `_write` whether the first attempt
 * had been carried out.
 */
export function createCosmosDocuments({
  database,
  clock,
  log,
  sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  startTimer,
  patienceMs = 5_000,
  layout,
}: CosmosDocumentsOptions): DocumentStore & {
  close(): void
  createMessageSearch(messages: AnyCollection): MessageSearch
  /** Lists the words of messages that an older program wrote, so that search need not look at them. How many they were. */
  indexMessages(messages: AnyCollection): Promise<number>
} {
  const asked = createRequests({
    database,
    clock,
    log,
    sleep,
    ...(startTimer && { startTimer }),
    patienceMs,
    ...(layout && { layout }),
  })
  const requests = fence(asked, database, log)
  const { ask, containerOf, find, itemAt, itemFor, left, look } = requests

  const begin = (c: AnyCollection, value: any): Item => itemFor(c, value, crypto.randomUUID())

  async function insert(c: AnyCollection, value: any): Promise<Stored<any>> {
    const item = begin(c, value)
    const key = keyOf(c, item)
    let isRepeated = false
    for (let round = 1; round <= rounds; round++) {
      const outcome = await ask(c, 'insert', () => containerOf(c).items.create(item))
      if (isDone(outcome.status)) return left(c, item, outcome.answer?.etag)
      if (outcome.status !== conflict) throw unavailable(new CosmosFailure(outcome))
      isRepeated ||= outcome.isRepeated
      if (c.ttl === undefined && !isRepeated) throw new DocumentExists(c.name)
      const existing = await find(c, key)
      if (!existing) continue
      if (existing._write === item._write) return storedOf(existing, existing._etag)
      if (!isExpired(existing, clock.now())) throw new DocumentExists(c.name)
      const taken = await ask(c, 'insert', () => itemAt(c, key).replace(item, ifMatch(existing._etag)))
      if (isDone(taken.status)) return left(c, item, taken.answer?.etag)
      isRepeated ||= taken.isRepeated
    }
    throw unknown()
  }

  async function replace(c: AnyCollection, value: any, version: string): Promise<Stored<any>> {
    const item = begin(c, value)
    const key = keyOf(c, item)
    const condition = matchOf(version, clock.now()) ?? noTag
    const outcome = await ask(c, 'replace', () => itemAt(c, key).replace(item, ifMatch(condition)))
    if (isDone(outcome.status)) return left(c, item, outcome.answer?.etag)
    if (!outcome.isRepeated) throw new VersionMismatch(c.name)
    const existing = await find(c, key)
    if (existing?._write === item._write) return storedOf(existing, existing._etag)
    throw unknown()
  }

  /** What a removal has to insist on: undefined for whatever is there, null when nothing is. */
  async function removable(
    c: AnyCollection,
    key: Key,
    version: string | undefined,
  ): Promise<string | undefined | null> {
    if (version !== undefined) return matchOf(version, clock.now())
    if (c.ttl === undefined) return undefined
    const existing = await find(c, key)
    return existing && !isExpired(existing, clock.now()) ? existing._etag : null
  }

  async function remove(c: AnyCollection, key: Key, version: string | undefined): Promise<boolean> {
    for (let round = 1; round <= rounds; round++) {
      const match = await removable(c, key, version)
      if (match === null) return false
      const outcome = await ask(c, 'remove', () =>
        itemAt(c, key).delete(match === undefined ? {} : ifMatch(match)),
      )
      if (isDone(outcome.status)) return true
      if (outcome.isRepeated) throw unknown()
      if (outcome.status === notFound || version !== undefined) return false
    }
    throw unknown()
  }

  return {
    ...createQueries(requests, clock),
    async read(c, key) {
      if (!isStorableId(key.id)) return null
      const item = await look(c, key)
      return item && !isExpired(item, clock.now()) ? storedOf(item, item._etag) : null
    },
    insert,
    replace,
    remove,
    transact: createTransact(requests, clock, removable),
    /** Says what has been charged since it was said last. */
    close: requests.report,
    indexMessages: (messages) => listWords(requests, { replace }, messages),
    createMessageSearch: (messages) => createCosmosMessageSearch({ requests, clock, messages }),
  }
}

/** Opens the database of an account that `npm run azure:setup` has prepared. Nothing is asked of it yet. */
export function openCosmosDocuments(
  account: CosmosAccount,
  { databaseName, ...options }: Omit<CosmosDocumentsOptions, 'database'> & { readonly databaseName: string },
) {
  const { clock, startTimer } = options
  const client = createCosmosClient({ clock, ...(startTimer && { startTimer }), ...account })
  const documents = createCosmosDocuments({ ...options, database: client.database(databaseName) })
  return {
    documents,
    close() {
      documents.close()
      client.dispose()
    },
  }
}
