import type { Container, Database, OperationInput, SqlQuerySpec } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import { decodeCursor, encodeCursor, InvalidCursor } from '../../ports/cursor.ts'
import {
  type AccessPath,
  type AnyCollection,
  checkTransaction,
  DocumentExists,
  type DocumentStore,
  type Key,
  type Stored,
  VersionMismatch,
  type Write,
} from '../../ports/documents.ts'
import type { Log } from '../../ports/log.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { type CosmosAccount, CosmosFailure, createCosmosClient } from './client.ts'
import { orderOf } from './containers.ts'
import {
  addressOf,
  expiryField,
  type Item,
  idField,
  isExpired,
  isStorableId,
  itemIdOf,
  itemOf,
  matchOf,
  type StoredItem,
  storedOf,
} from './items.ts'
import { createLedger } from './ledger.ts'

type Operation = 'read' | 'insert' | 'replace' | 'remove' | 'transact' | 'query' | 'scan'

/** The part of the SDK's answers that they have in common. */
interface Answer {
  readonly statusCode?: number
  readonly substatus?: number
  readonly code?: number | undefined
  readonly requestCharge?: number
}

interface Outcome<A> {
  readonly status: number
  readonly answer: A | undefined
  /** An attempt before this one got no answer and may have been carried out. */
  readonly isRepeated: boolean
}

/** How often a write is begun again because what it met has changed meanwhile. */
const rounds = 10
const longestPauseMs = 1_000
/** A tag nothing has. */
const noTag = '"none"'
const ok = 200
const created = 201
const noContent = 204
const badRequest = 400
const notFound = 404
const conflict = 409
const preconditionFailed = 412
/** What says something about a document. Every other refusal is the store's own trouble. */
const verdicts = [notFound, conflict, preconditionFailed]

const field = (name: string): string => `c[${JSON.stringify(name)}]`
const live = `(NOT IS_DEFINED(${field(expiryField)}) OR ${field(expiryField)} > @now)`
const unavailable = (cause: CosmosFailure): PortUnavailable =>
  new PortUnavailable('documents', {
    cause,
    ...(cause.retryAfterMs === undefined
      ? {}
      : { retryAfterSeconds: Math.max(1, Math.ceil(cause.retryAfterMs / 1000)) }),
  })
/** A write was sent, no answer came, and what is there now does not tell whose it is. */
const unknown = () => unavailable(new CosmosFailure({ status: 0 }))

const etagOf = (answer: { readonly etag?: string } | undefined): string => String(answer?.etag)
const ifMatch = (condition: string) => ({ accessCondition: { type: 'IfMatch', condition } })
/** What was written is known here and need not travel back; the SDK can say so for batches alone. */
const minimal = { contentResponseOnWriteEnabled: false }

/** The SDK wraps what went wrong in a batch, and only there. */
function failureOf(error: unknown): CosmosFailure {
  if (error instanceof CosmosFailure) return error
  const cause = (error as Error | undefined)?.cause
  if (cause instanceof CosmosFailure) return cause
  const { code, substatus, activityId, headers } = ((cause as Error | undefined) ?? error ?? {}) as any
  return typeof code === 'number'
    ? new CosmosFailure({ status: code, substatus, activityId, charge: chargeIn(headers) })
    : new CosmosFailure({ cause: error })
}

const chargeIn = (headers: Readonly<Record<string, any>> | undefined): number =>
  Number(headers?.['x-ms-request-charge'] ?? 0)

/** Pauses grow and differ, so that those who were refused together do not come back together. */
const pauseAfter = (attempt: number): number =>
  Math.min(longestPauseMs, 50 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)

/** A step of a transaction, with its value as it was when asked. */
type Step =
  | { readonly kind: 'insert'; readonly item: Item }
  | { readonly kind: 'replace'; readonly item: Item; readonly match: string }
  | { readonly kind: 'remove'; readonly id: string; readonly match: string | undefined }

export interface CosmosDocumentsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly sleep?: (ms: number) => Promise<void>
  /** How long a request that was refused for the time being is tried again. */
  readonly patienceMs?: number
}

/**
 * Documents in Cosmos DB, each collection in a container of its name.
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
  patienceMs = 5_000,
}: CosmosDocumentsOptions): DocumentStore & { close(): void } {
  const ledger = createLedger({ clock, log })
  const containers = new Map<string, Container>()
  const containerOf = (c: AnyCollection): Container => {
    const container = containers.get(c.name) ?? database.container(c.name)
    containers.set(c.name, container)
    return container
  }

  /** Sends until there is an answer, or patience ends. */
  async function ask<A extends Answer>(
    c: AnyCollection,
    operation: Operation,
    send: () => Promise<A>,
  ): Promise<Outcome<A>> {
    const askedAt = clock.now()
    let pausedMs = 0
    let isRepeated = false
    for (let attempt = 1; ; attempt++) {
      const startedAt = clock.now()
      const enter = (status: number, charge: number) =>
        ledger.enter({
          collection: c.name,
          operation,
          status,
          charge,
          durationMs: clock.now() - startedAt,
        })
      let failure: CosmosFailure
      try {
        const answer = await send()
        const status = answer.statusCode ?? answer.code ?? ok
        enter(status, answer.requestCharge ?? 0)
        if (status !== notFound) return { status, answer, isRepeated }
        failure = new CosmosFailure({ status, substatus: answer.substatus })
      } catch (error) {
        failure = failureOf(error)
        enter(failure.status, failure.charge)
      }
      // A 404 with a substatus is about the container, or about what this replica has not seen yet.
      const isVerdict =
        failure.status === notFound ? failure.substatus === 0 : verdicts.includes(failure.status)
      if (isVerdict) return { status: failure.status, answer: undefined, isRepeated }
      if (!failure.isPassing) throw unavailable(failure)
      const pauseMs = failure.retryAfterMs ?? pauseAfter(attempt)
      const spentMs = Math.max(pausedMs, clock.now() - askedAt)
      if (spentMs + pauseMs > patienceMs) throw unavailable(failure)
      pausedMs += pauseMs
      isRepeated ||= failure.isUncertain
      const { status } = failure
      log.warn('cosmos_request_repeated', { collection: c.name, operation, status, attempt, pauseMs })
      await sleep(pauseMs)
    }
  }

  const itemAt = (c: AnyCollection, key: Key) => {
    const { id, partition } = addressOf(c, key)
    return containerOf(c).item(id, partition)
  }
  const find = async (c: AnyCollection, key: Key): Promise<StoredItem | null> => {
    const { answer } = await ask(c, 'read', () => itemAt(c, key).read<StoredItem>())
    return (answer?.resource as StoredItem | undefined) ?? null
  }
  const keyOf = (c: AnyCollection, item: Item): Key => ({
    partition: c.partition === 'id' ? item[idField] : String(item[String(c.partition)]),
    id: item[idField],
  })

  const begin = (c: AnyCollection, value: any): Item => itemOf(c, value, clock.now(), crypto.randomUUID())

  async function insert(c: AnyCollection, value: any): Promise<Stored<any>> {
    const item = begin(c, value)
    const key = keyOf(c, item)
    let isRepeated = false
    for (let round = 1; round <= rounds; round++) {
      const outcome = await ask(c, 'insert', () => containerOf(c).items.create(item))
      if (outcome.status === created) return storedOf(item, etagOf(outcome.answer))
      if (outcome.status !== conflict) throw unavailable(new CosmosFailure(outcome))
      isRepeated ||= outcome.isRepeated
      if (c.ttl === undefined && !isRepeated) throw new DocumentExists(c.name)
      const existing = await find(c, key)
      if (!existing) continue
      if (existing._write === item._write) return storedOf(existing, existing._etag)
      if (!isExpired(existing, clock.now())) throw new DocumentExists(c.name)
      const taken = await ask(c, 'insert', () => itemAt(c, key).replace(item, ifMatch(existing._etag)))
      if (taken.status === ok) return storedOf(item, etagOf(taken.answer))
      isRepeated ||= taken.isRepeated
    }
    throw unknown()
  }

  async function replace(c: AnyCollection, value: any, version: string): Promise<Stored<any>> {
    const item = begin(c, value)
    const key = keyOf(c, item)
    const condition = matchOf(version, clock.now()) ?? noTag
    const outcome = await ask(c, 'replace', () => itemAt(c, key).replace(item, ifMatch(condition)))
    if (outcome.status === ok) return storedOf(item, etagOf(outcome.answer))
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
      if (outcome.status === noContent) return true
      if (outcome.isRepeated) throw unknown()
      if (outcome.status === notFound || version !== undefined) return false
    }
    throw unknown()
  }

  async function stepsOf(
    c: AnyCollection,
    partition: string,
    writes: readonly Write<any>[],
    write: string,
  ): Promise<readonly Step[]> {
    const now = clock.now()
    const steps = writes.map((asked): Step | Promise<Step> => {
      if ('insert' in asked) return { kind: 'insert', item: itemOf(c, asked.insert, now, write) }
      if ('replace' in asked)
        return {
          kind: 'replace',
          item: itemOf(c, asked.replace, now, write),
          match: matchOf(asked.version, now) ?? noTag,
        }
      const { remove: id, version } = asked
      return removable(c, { partition, id }, version).then((match) => ({
        kind: 'remove',
        id: itemIdOf(id),
        match: match === null ? noTag : match,
      }))
    })
    return Promise.all(steps)
  }

  const operationOf = (step: Step, takenOver: string | undefined): OperationInput => {
    if (step.kind === 'remove')
      return {
        operationType: 'Delete',
        id: step.id,
        ...(step.match === undefined ? {} : { ifMatch: step.match }),
      }
    const resourceBody = step.item as any
    const match = step.kind === 'replace' ? step.match : takenOver
    return match === undefined
      ? { operationType: 'Create', resourceBody }
      : { operationType: 'Replace', id: step.item.id, resourceBody, ifMatch: match }
  }

  /** What each step left, read back because the answer that said so was lost. */
  const readBack = (c: AnyCollection, steps: readonly Step[]) =>
    Promise.all(
      steps.map(async (step) => {
        if (step.kind === 'remove') return null
        const existing = await find(c, keyOf(c, step.item))
        return existing?._write === step.item._write
          ? storedOf(existing, existing._etag)
          : // Somebody has written since: this version was, and is no more.
            storedOf(step.item, step.item._write)
      }),
    )
  const hasHappened = async (c: AnyCollection, steps: readonly Step[]): Promise<boolean> => {
    const [written] = steps.flatMap((step) => (step.kind === 'remove' ? [] : [step.item]))
    return written !== undefined && (await find(c, keyOf(c, written)))?._write === written._write
  }

  async function transact(
    c: AnyCollection,
    partition: string,
    writes: readonly Write<any>[],
  ): Promise<readonly (Stored<any> | null)[]> {
    checkTransaction(c, partition, writes)
    if (writes.length === 0) return []
    const steps = await stepsOf(c, partition, writes, crypto.randomUUID())
    /** Tags of expired items in whose place an insert goes. */
    const takenOver = new Map<Step, string>()
    const address = addressOf(c, { partition, id: '' })
    let isRepeated = false
    for (let round = 1; round <= rounds; round++) {
      const operations = steps.map((step) => operationOf(step, takenOver.get(step)))
      const { answer, status, ...outcome } = await ask(c, 'transact', async () => {
        const batch = await containerOf(c).items.batch(operations, address.partition, minimal)
        const charge = chargeIn((batch as { headers?: Readonly<Record<string, any>> }).headers)
        for (const { statusCode } of batch.result ?? []) {
          const failure = new CosmosFailure({ status: statusCode, charge })
          if (failure.isPassing) throw failure
        }
        return { code: batch.code, result: batch.result, requestCharge: charge }
      })
      isRepeated ||= outcome.isRepeated
      const results = answer?.result ?? []
      if (status === ok)
        return steps.map((step, i) =>
          step.kind === 'remove' ? null : storedOf(step.item, String(results[i]?.eTag)),
        )
      const index = results.findIndex(({ statusCode }) => verdicts.includes(statusCode))
      const refused = steps[index]
      if (!refused)
        throw unavailable(
          new CosmosFailure({ status: results.find((r) => r.statusCode !== 424)?.statusCode ?? status }),
        )
      if (isRepeated && (await hasHappened(c, steps))) return readBack(c, steps)
      if (refused.kind !== 'insert') {
        if (isRepeated) throw unknown()
        throw new VersionMismatch(c.name)
      }
      takenOver.delete(refused)
      const existing = c.ttl !== undefined || isRepeated ? await find(c, keyOf(c, refused.item)) : undefined
      if (existing === undefined || (existing && !isExpired(existing, clock.now())))
        throw new DocumentExists(c.name)
      if (existing) takenOver.set(refused, existing._etag)
    }
    throw unknown()
  }

  const queryOf = (c: AnyCollection, conditions: readonly string[], order: string): string =>
    ['SELECT * FROM c', [...conditions, ...(c.ttl === undefined ? [] : [live])].join(' AND '), order]
      .map((part, i) => (i === 1 && part ? `WHERE ${part}` : part))
      .filter(Boolean)
      .join(' ')
  const nowOf = (c: AnyCollection) => (c.ttl === undefined ? [] : [{ name: '@now', value: clock.now() }])
  const load = (item: StoredItem): Stored<any> => storedOf(item, item._etag)

  return {
    async read(c, key) {
      if (!isStorableId(key.id)) return null
      const item = await find(c, key)
      return item && !isExpired(item, clock.now()) ? load(item) : null
    },
    insert,
    replace,
    remove,
    transact,
    async query(c, q) {
      const path = c.paths[q.path] as AccessPath<any>
      const order = orderOf(path)
      const [operator, direction] = q.direction === 'desc' ? ['<', 'DESC'] : ['>', 'ASC']
      const after = q.after === undefined ? undefined : decodeCursor(q.after)
      const [by, id] = [field(String(path.order)), field(idField)]
      const spec: SqlQuerySpec = {
        query: queryOf(
          c,
          [
            ...path.by.map((name, i) => `${field(String(name))} = @equal${i}`),
            ...(after ? [`(${by} ${operator} @order OR (${by} = @order AND ${id} ${operator} @id))`] : []),
          ],
          `ORDER BY ${order.map((name) => `${field(name)} ${direction}`).join(', ')}`,
        ),
        parameters: [
          ...path.by.map((name, i) => ({
            name: `@equal${i}`,
            value: (q.equals as Record<string, string | number>)[String(name)] as string | number,
          })),
          ...(after
            ? [
                { name: '@order', value: after[0] },
                { name: '@id', value: after[1] },
              ]
            : []),
          ...nowOf(c),
        ],
      }
      const { partition } = addressOf(c, { partition: q.partition, id: '' })
      const rows: StoredItem[] = []
      let continuationToken: string | undefined
      do {
        const { status, answer } = await ask(c, 'query', () =>
          containerOf(c)
            .items.query<StoredItem>(spec, {
              partitionKey: partition,
              maxItemCount: q.limit + 1 - rows.length,
              ...(continuationToken === undefined ? {} : { continuationToken }),
            })
            .fetchNext(),
        )
        if (!answer) throw unavailable(new CosmosFailure({ status }))
        rows.push(...answer.resources)
        continuationToken = answer.continuationToken
      } while (rows.length <= q.limit && continuationToken)
      const items = rows.slice(0, q.limit).map(load)
      const last = items.at(-1)
      return last && rows.length > q.limit
        ? { items, next: encodeCursor([last.value[path.order], last.value.id]) }
        : { items }
    },
    async scan(c, { after, limit = 100 } = {}) {
      const continuationToken = after === undefined ? undefined : String(decodeCursor(after)[0])
      const { status, answer } = await ask(c, 'scan', () =>
        containerOf(c)
          .items.query<StoredItem>(
            { query: queryOf(c, [], ''), parameters: nowOf(c) },
            { maxItemCount: limit, ...(continuationToken === undefined ? {} : { continuationToken }) },
          )
          .fetchNext(),
      ).catch((error: PortUnavailable) => {
        const isOfToken = after !== undefined && (error.cause as CosmosFailure).status === badRequest
        throw isOfToken ? new InvalidCursor() : error
      })
      if (!answer) throw unavailable(new CosmosFailure({ status }))
      const items = answer.resources.map(load)
      const { continuationToken: next } = answer
      return next ? { items, next: encodeCursor([next, '']) } : { items }
    },
    /** Says what has been charged since it was said last. */
    close: ledger.report,
  }
}

/** Opens the database of an account that `npm run azure:setup` has prepared. Nothing is asked of it yet. */
export function openCosmosDocuments(
  account: CosmosAccount,
  { databaseName, ...options }: Omit<CosmosDocumentsOptions, 'database'> & { readonly databaseName: string },
) {
  const client = createCosmosClient(account)
  const documents = createCosmosDocuments({ ...options, database: client.database(databaseName) })
  return {
    documents,
    close() {
      documents.close()
      client.dispose()
    },
  }
}
