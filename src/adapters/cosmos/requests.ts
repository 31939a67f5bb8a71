import type { Container, Database, RequestOptions } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import { type AnyCollection, DocumentTooLarge, type Key, type Stored } from '../../ports/documents.ts'
import type { Log } from '../../ports/log.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { CosmosFailure, fresh, numberIn, type StartTimer, startTimer } from './client.ts'
import { addressOf, type Item, itemOf, keyOf, type StoredItem, storedOf } from './items.ts'
import { type Layout, layout as layoutNow } from './layout.ts'
import { type CosmosEntry, createLedger } from './ledger.ts'

type Operation = 'read' | 'insert' | 'replace' | 'remove' | 'transact' | 'query' | 'scan' | 'search'

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
export const rounds = 10
const longestPauseMs = 1_000
/** A tag nothing has. */
export const noTag = '"none"'
export const ok = 200
const multiStatus = 207
export const badRequest = 400
export const notFound = 404
export const conflict = 409
export const preconditionFailed = 412
const tooLarge = 413
/** What says something about a document. Every other refusal is the store's own trouble. */
export const verdicts = [notFound, conflict, preconditionFailed]

/** Written, removed or found, however the service puts it. A batch of which some steps were refused is not. */
export const isDone = (status: number): boolean => status >= ok && status < 300 && status !== multiStatus

export const unavailable = (cause: CosmosFailure): PortUnavailable =>
  new PortUnavailable('documents', {
    cause,
    ...(cause.retryAfterMs === undefined
      ? {}
      : { retryAfterSeconds: Math.max(1, Math.ceil(cause.retryAfterMs / 1000)) }),
  })
/** A write was sent, no answer came, and what is there now does not tell whose it is. */
export const unknown = () => unavailable(new CosmosFailure({ status: 0 }))

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

export const chargeIn = (headers: Readonly<Record<string, any>> | undefined): number =>
  numberIn(headers?.['x-ms-request-charge']) ?? 0

/** Pauses grow and differ, so that those who were refused together do not come back together. */
const pauseAfter = (attempt: number): number =>
  Math.min(longestPauseMs, 50 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)

export interface RequestsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly sleep: (ms: number) => Promise<void>
  readonly startTimer?: StartTimer
  /** How long a request that was refused for the time being is tried again. */
  readonly patienceMs: number
  readonly layout?: Layout
  readonly onEntry?: ((entry: CosmosEntry) => void) | undefined
}

/** How the containers of one database are asked: until there is an answer, or patience ends. */
export function createRequests({
  database,
  clock,
  log,
  sleep,
  startTimer: start = startTimer,
  patienceMs,
  layout = layoutNow,
  onEntry,
}: RequestsOptions) {
  const ledger = createLedger({ clock, log, ...(onEntry && { onEntry }) })
  const containers = new Map<string, Container>()
  const containerOf = (c: AnyCollection): Container => {
    const { container: id } = layout(c)
    const container = containers.get(id) ?? database.container(id)
    containers.set(id, container)
    return container
  }

  const within = async <A>(ms: number, send: () => Promise<A>): Promise<A> => {
    let stop = () => {}
    const late = new Promise<never>((_, reject) => {
      stop = start(() => reject(new CosmosFailure({ status: 0, isSlow: true })), ms)
    })
    try {
      return await Promise.race([send(), late])
    } finally {
      stop()
    }
  }

  /** Sends until there is an answer, or patience ends. */
  async function ask<A extends Answer>(
    c: AnyCollection,
    operation: Operation,
    send: () => Promise<A>,
  ): Promise<Outcome<A>> {
    const askedAt = clock.now()
    let pausedMs = 0
    const spent = () => Math.max(pausedMs, clock.now() - askedAt)
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
        // A second silence may not outlast patience; the first cannot.
        const answer = await (attempt === 1 ? send() : within(patienceMs - spent(), send))
        const status = answer.statusCode ?? answer.code ?? ok
        enter(status, answer.requestCharge ?? 0)
        if (isDone(status) || status === multiStatus) return { status, answer, isRepeated }
        failure = new CosmosFailure({ status, substatus: answer.substatus })
      } catch (error) {
        failure = failureOf(error)
        enter(failure.status, failure.charge)
      }
      // A 404 with a substatus is about the container, or about what this replica has not seen yet.
      const isVerdict =
        failure.status === notFound ? failure.substatus === 0 : verdicts.includes(failure.status)
      if (isVerdict) return { status: failure.status, answer: undefined, isRepeated }
      if (failure.status === tooLarge) throw new DocumentTooLarge(c.name)
      if (!failure.isPassing) throw unavailable(failure)
      const pauseMs = failure.retryAfterMs ?? pauseAfter(attempt)
      if (spent() + pauseMs > patienceMs) throw unavailable(failure)
      pausedMs += pauseMs
      isRepeated ||= failure.isUncertain
      const { status } = failure
      log.warn('cosmos_request_repeated', { collection: c.name, operation, status, attempt, pauseMs })
      await sleep(pauseMs)
    }
  }

  const addressIn = (c: AnyCollection, key: Key) => addressOf(layout(c), c, key)
  const itemAt = (c: AnyCollection, key: Key) => {
    const { id, partition } = addressIn(c, key)
    return containerOf(c).item(id, partition)
  }
  const readWith =
    (options: RequestOptions) =>
    async (c: AnyCollection, key: Key): Promise<StoredItem | null> => {
      const { answer } = await ask(c, 'read', () => itemAt(c, key).read<StoredItem>(options))
      if (!answer) return null
      const item = answer.resource as StoredItem | undefined
      if (!item) throw unavailable(new CosmosFailure({ status: answer.statusCode }))
      return item
    }
  const look = readWith({})
  /** As the region has it that takes writes: to judge by what was written here or found there. */
  const find = readWith(fresh)
  /** What a write left, by the tag that its answer names. Where it names none the item is read back. */
  const left = async (c: AnyCollection, item: Item, etag: string | undefined): Promise<Stored<any>> => {
    if (etag) return storedOf(item, etag)
    const existing = await find(c, keyOf(c, item))
    return existing?._write === item._write
      ? storedOf(existing, existing._etag)
      : // Somebody has written since: this version was, and is no more.
        storedOf(item, item._write)
  }
  const itemFor = (c: AnyCollection, value: any, write: string): Item =>
    itemOf(layout(c), c, value, clock.now(), write)

  return { layout, containerOf, ask, addressIn, itemAt, itemFor, look, find, left, report: ledger.report }
}

export type Requests = ReturnType<typeof createRequests>
