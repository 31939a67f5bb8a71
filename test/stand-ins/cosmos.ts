import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { elementsWritten, namedByIndex } from './cosmos-lists.ts'
import { addOffers, addThroughput, serverless } from './cosmos-throughput.ts'

/*
 * Cosmos DB for tests: @vercel/cosmosdb-server with what it does not do, or does otherwise than the service, put right.
 * It is exact for what the adapter uses and no more: point reads and writes with ETags, atomic batches, queries inside
 * one partition with composite indexes, scans with continuation, containers with their policies.
 *
 * `npx node test/stand-ins/cosmos.ts` runs one until it is stopped and prints its endpoint and key as JSON.
 */

const require = createRequire(import.meta.url)
const library = '@vercel/cosmosdb-server/lib/'

type Handler = (account: any, request: IncomingMessage, response: ServerResponse, params: any) => any

const partitionHeader = 'x-ms-documentdb-partitionkey'
const maxRequestBytes = 2 * 1024 * 1024
/** The key every Cosmos DB emulator has. It is published and protects nothing. */
const key = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='

const refuse = (statusCode: number, code: string, message = code) => ({ statusCode, body: { code, message } })
const isOn = (request: IncomingMessage, header: string) =>
  /^true$/i.test(String(request.headers[header] ?? ''))

/** Undefined when the request names no partition. */
function partitionOf(request: IncomingMessage): { readonly value: unknown } | undefined {
  const header = request.headers[partitionHeader]
  if (typeof header !== 'string') return undefined
  const [value] = JSON.parse(header) as unknown[]
  return value === undefined || typeof value === 'object' ? undefined : { value }
}

function wrapHandler(name: string, wrap: (handler: Handler) => Handler): void {
  const handler = require(`${library}handler/${name}`)
  handler.default = wrap(handler.default)
}

const operations = require(`${library}handler/_document-operations`)
const documentsOf = require(`${library}account/documents`).default.prototype
const collectionsOf = require(`${library}account/collections`).default.prototype
const queryHelpers = require('@zeit/cosmosdb-query/lib/helpers')

/** The request that is being carried out, and how many documents it had to look at. */
const looking = new AsyncLocalStorage<Look>()
interface Look {
  readonly most: number
  scanned: number
  /** Into the index, for what is asked of lists. */
  lookups: number
  /** Elements of lists that were put into the index, or taken out of it. */
  elements: number
}

const fieldIn = (row: any, path: string): unknown => row[path]
/** Where a page begins in its index and where it ends: by equalities, then by one bound of what it is ordered by. */
function scannedBy(spec: any, rows: readonly any[], found: readonly any[], isFull: boolean): number {
  const text = String(spec.query)
  if (!text.includes(' ORDER BY ')) return found.length
  const parameterOf = (name: string) => spec.parameters?.find((each: any) => each.name === name)?.value
  const [, conditions = ''] = /WHERE (.*?) ORDER BY/.exec(text) ?? []
  const [, order = ''] = /ORDER BY (.*)$/.exec(text) ?? []
  // A bound counts only where it stands by itself: the service is not known to find one in an alternative.
  const alone = conditions.replaceAll(/\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, '')
  const orders = [...order.matchAll(/c\["(\w+)"\] (ASC|DESC)/g)].map(([, name = '', way]) => ({ name, way }))
  const bounds = [...alone.matchAll(/c\["(\w+)"\] (=|<=|>=|<|>) (@\w+)/g)]
  const holds = (row: any, [, name = '', operator, parameter = '']: RegExpExecArray | RegExpMatchArray) => {
    const [is, than] = [fieldIn(row, name) as any, parameterOf(parameter)]
    if (operator === '=') return is === than
    return operator === '<='
      ? is <= than
      : operator === '>='
        ? is >= than
        : operator === '<'
          ? is < than
          : is > than
  }
  const inRange = rows.filter((row) => bounds.every((bound) => holds(row, bound)))
  const sorted = inRange.toSorted((a, b) => {
    for (const { name, way } of orders) {
      const [x, y] = [fieldIn(a, name) as any, fieldIn(b, name) as any]
      if (x !== y) return (x < y ? -1 : 1) * (way === 'DESC' ? -1 : 1)
    }
    return 0
  })
  const last = isFull ? found.at(-1) : undefined
  return last === undefined ? sorted.length : sorted.findIndex((row) => row._rid === last._rid) + 1
}

function correctDocuments(): void {
  const mayNotBeInIds = /[/\\?#]/
  for (const method of ['create', 'replace']) {
    const original = documentsOf[method]
    documentsOf[method] = function (document: any, ...more: unknown[]) {
      if (mayNotBeInIds.test(document.id) || Buffer.byteLength(document.id) > 1023)
        throw Object.assign(new Error('The id is not valid.'), { badRequest: true })
      const look = looking.getStore()
      const { indexingPolicy } = this._parent.read()
      const before = method === 'replace' ? more[0] : undefined
      if (look) look.elements += elementsWritten(indexingPolicy, before, document)
      const stored = original.call(this, document, ...more)
      // The service's ETags have their quotes inside.
      stored._etag = `"${stored._etag}"`
      return stored
    }
  }
  documentsOf.removeExpired = function () {
    const defaultTtl = this._parent.read()?.defaultTtl
    if (defaultTtl === undefined || defaultTtl === null) return
    const now = Math.floor(Date.now() / 1000)
    for (const [rid, item] of this._data) {
      const document = item.read()
      const ttl = document.ttl ?? defaultTtl
      if (ttl < 0 || now < document._ts + ttl) continue
      this._index.delete(this._getId('/id', document.id, this._getPartition(document)))
      this._data.delete(rid)
    }
  }
  for (const method of ['_item', 'query', 'read']) {
    const original = Object.getPrototypeOf(documentsOf)[method]
    documentsOf[method] = function (...values: unknown[]) {
      this.removeExpired()
      const answer = original.apply(this, values)
      const request = looking.getStore()
      if (method === 'query' && request) {
        const rows = [...this._data.values()].map((item: any) => item.read())
        const { named, lookups } = namedByIndex(values[0], rows, this._parent.read()?.indexingPolicy)
        request.lookups += lookups
        request.scanned += scannedBy(values[0], named, answer.result, Boolean(answer.continuation))
      }
      return answer
    }
  }
  const create = operations.createOperation
  operations.createOperation = (collection: any, input: any) => {
    try {
      return create(collection, input)
    } catch (error) {
      if ((error as any).badRequest) return refuse(400, 'BadRequest', (error as Error).message)
      throw error
    }
  }
}

/** The library makes a new, empty collection of one whose policy is replaced. */
function correctCollections(): void {
  const replace = collectionsOf.replace
  collectionsOf.replace = function (declared: any, original: any) {
    const { documents } = this._item('/id', declared.id)
    const replaced = replace.call(this, declared, original)
    const collection = this._item('/id', declared.id)
    documents._parent = collection
    collection.documents = documents
    return replaced
  }
}

/** Strings order by code point; a composite index serves its own direction and the opposite. */
function correctOrder(): void {
  const types = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object']
  const typeOf = (value: unknown) =>
    value === null ? 'null' : Array.isArray(value) ? 'array' : (typeof value as string)
  const compare = (a: unknown, b: unknown): number => {
    if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
    if (typeof a === 'number' && typeof b === 'number') return a - b
    return types.indexOf(typeOf(a)) - types.indexOf(typeOf(b))
  }
  const original = queryHelpers.compare
  queryHelpers.compare = (operator: string, a: unknown, b: unknown) =>
    typeof a === 'string' && typeof b === 'string'
      ? original(operator, compare(a, b), 0)
      : original(operator, a, b)

  type Order = readonly [keys: readonly string[], isDescending: boolean]
  queryHelpers.sort = (
    rows: readonly any[],
    ridOf: (row: any) => string,
    compositeIndexes: readonly { path: string; order: string }[][],
    ...orders: readonly Order[]
  ) => {
    const pathOf = ([keys]: Order) => `/${keys.slice(1).join('/')}`
    const isServed = (index: { path: string; order: string }[]) =>
      index.length === orders.length &&
      index.every(({ path }, i) => path === pathOf(orders[i]!)) &&
      new Set(index.map(({ order }, i) => (order === 'descending') === Boolean(orders[i]![1]))).size === 1
    if (orders.length > 1 && !compositeIndexes.some(isServed))
      throw new Error('The order by query does not have a corresponding composite index.')
    const fieldOf = (row: any, keys: readonly string[]) => keys.reduce((value, name) => value?.[name], row)
    return rows.toSorted((a, b) => {
      for (const [keys, isDescending] of orders) {
        const result = compare(fieldOf(a, keys), fieldOf(b, keys))
        if (result !== 0) return isDescending ? -result : result
      }
      return compare(ridOf(a), ridOf(b))
    })
  }
}

/** The library looks at all partitions whatever the request names. */
function correctQueries(): void {
  const inPartition = (documents: any, partition: unknown) => {
    const rows = [...documents._data].filter(
      ([, item]: any) => documents._getPartition(item.read()) === partition,
    )
    return Object.create(documents, { _data: { value: new Map(rows as any) } })
  }
  const seenFrom = (account: any, request: IncomingMessage) => {
    const partition = partitionOf(request)
    if (!partition) return account
    return {
      database: (database: string) => ({
        collection(name: string) {
          const collection = account.database(database).collection(name)
          const documents = inPartition(collection.documents, partition.value)
          return Object.create(collection, { documents: { value: documents } })
        },
      }),
    }
  }
  for (const name of ['query-documents', 'read-documents'])
    wrapHandler(
      name,
      (handler) => (account, request, response, params) =>
        handler(seenFrom(account, request), request, response, params),
    )
}

/** The library carries out a batch step by step and keeps what came before a failure. */
function correctBatches(): void {
  const readJson = require(`${library}json`).default
  wrapHandler('batch-documents', () => async (account, request, response, { dbId, collId }) => {
    const steps = (await readJson(request)) as any[]
    const collection = account.database(dbId).collection(collId)
    const { documents } = collection
    const partition = partitionOf(request)
    const before = [new Map(documents._data), new Map(documents._index)]
    const results: any[] = []
    for (const step of steps) {
      const carryOut = operations[`${step.operationType.toLowerCase()}Operation`]
      const isElsewhere = step.resourceBody && documents._getPartition(step.resourceBody) !== partition?.value
      const result = isElsewhere
        ? refuse(400, 'BadRequest', 'The partition key differs.')
        : carryOut(collection, { ...step, partitionKey: request.headers[partitionHeader] })
      const isDone = result.statusCode < 400
      results.push({
        statusCode: result.statusCode,
        requestCharge: isDone ? 1 : 0,
        ...(isDone ? { eTag: result.body?._etag, resourceBody: result.body } : {}),
      })
      if (isDone) continue
      ;[documents._data, documents._index] = before as any
      response.statusCode = 207
      return steps.map((_, i) =>
        i === results.length - 1 ? results[i] : { statusCode: 424, requestCharge: 0 },
      )
    }
    return results
  })
}

function correctAnswers(): void {
  for (const name of [
    'batch-documents',
    'create-document',
    'delete-document',
    'query-documents',
    'read-document',
    'read-documents',
    'replace-document',
  ])
    wrapHandler(name, (handler) => (account, request, response, params) => {
      if (account.database(params.dbId).collection(params.collId).read())
        return handler(account, request, response, params)
      response.statusCode = 404
      response.setHeader('x-ms-substatus', '1003')
      return { code: 'NotFound', message: 'Owner resource does not exist' }
    })
  wrapHandler('read-document', (handler) => async (account, request, response, params) => {
    const document = await handler(account, request, response, params)
    if (response.statusCode !== 200 || request.headers['if-none-match'] !== document._etag) return document
    response.statusCode = 304
    return undefined
  })
  wrapHandler('read-meta', (handler) => (account, request, response, params) => {
    const scheme = request.headers['x-forwarded-proto'] ?? 'http'
    const locations = [{ name: 'here', databaseAccountEndpoint: `${scheme}://${request.headers.host}/` }]
    return {
      ...handler(account, request, response, params),
      userConsistencyPolicy: { defaultConsistencyLevel: consistencyNow.getStore() },
      writableLocations: locations,
      readableLocations: locations,
    }
  })
}

/** From the strongest to the weakest. */
const consistencies = ['Strong', 'BoundedStaleness', 'Session', 'ConsistentPrefix', 'Eventual'] as const
export type Consistency = (typeof consistencies)[number]

/** Of the account of a request. */
const consistencyNow = new AsyncLocalStorage<Consistency>()

/** What holds for one request: it may ask for less than its account promises, never for more. */
function consistencyOf(request: IncomingMessage, ofAccount: Consistency): Consistency {
  const asked = consistencies.indexOf(request.headers['x-ms-consistency-level'] as Consistency)
  return consistencies[Math.max(asked, consistencies.indexOf(ofAccount))] ?? ofAccount
}

correctDocuments()
addThroughput()
correctCollections()
correctOrder()
correctQueries()
correctBatches()
correctAnswers()
addOffers()
/** Builds its table of routes when it is loaded: after the corrections. */
const createLibraryServer = require('@vercel/cosmosdb-server').createHttpServer

export type CosmosOperation =
  | 'read'
  | 'create'
  | 'replace'
  | 'delete'
  | 'batch'
  | 'query'
  /** Making a container, which takes the service seconds and sometimes a minute. */
  | 'make container'
  /** The account, databases, containers and their partitions. */
  | 'metadata'

export interface CosmosRequest {
  readonly method: string
  readonly operation: CosmosOperation
  /** The container. */
  readonly collection: string | undefined
  /** The partition it names: several collections may be in one container. */
  readonly partition?: string | undefined
}

export interface AnsweredRequest extends CosmosRequest {
  readonly status: number
  /** How many documents a query looked at to find its page. */
  readonly scanned: number
  /** Request units, estimated: see `chargeOf`. */
  readonly charge: number
}

export interface Fault {
  /** Which requests it befalls; all that are about documents when absent. */
  readonly when?: (request: CosmosRequest) => boolean
  /** How many of them; 1 when absent. */
  readonly times?: number
  readonly what:
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
    /** The connection breaks before the request was carried out, or after. */
    | 'drop before'
    | 'drop after'
    | { readonly delayMs: number }
    /** It is not carried out before this, or carried out and not answered before this. */
    | { readonly until: Promise<void> }
    /** It is carried out, and its answer is changed before it leaves: headers and status in place, the body as returned. */
    | { readonly altered: (response: ServerResponse, body: string) => string }
    | { readonly afterwards: Promise<void> }
}

export interface CosmosStandIn {
  readonly endpoint: string
  readonly key: string
  /** Every request so far that was answered, in order. */
  readonly answered: readonly AnsweredRequest[]
  fail(fault: Fault): void
  /** Once such a request has been carried out, from now on, answered or not. */
  heard(which: (request: CosmosRequest) => boolean): Promise<void>
  close(): Promise<void>
}

function describe(request: IncomingMessage): CosmosRequest {
  const [, , , resource, collection, kind, id] = (request.url ?? '').replace(/^\/+/, '/').split(/[/?]/)
  const named = collection === undefined ? undefined : decodeURIComponent(collection)
  const method = request.method ?? ''
  if (kind !== 'docs') {
    const isMade = method === 'POST' && resource === 'colls' && !named
    return { method, operation: isMade ? 'make container' : 'metadata', collection: named }
  }
  const operationOf = (): CosmosOperation => {
    if (isOn(request, 'x-ms-cosmos-is-batch-request')) return 'batch'
    if (isOn(request, 'x-ms-documentdb-isquery') || !(id || request.method === 'POST')) return 'query'
    const byMethod = { POST: 'create', PUT: 'replace', DELETE: 'delete' } as const
    return byMethod[request.method as keyof typeof byMethod] ?? 'read'
  }
  const partition = partitionOf(request)
  return {
    method,
    operation: operationOf(),
    collection: named,
    partition: partition && String(partition.value),
  }
}

/**
 * What the service would charge, roughly: 1 RU to read 1 KB, about 5.5 to write it with few indexes, twice that to
 * replace it, and a tenth of it more for every further KB; a query 2.3 and its documents, and a little for each that
 * it passes; nothing for metadata. With Strong and BoundedStaleness two replicas are read: reads and queries cost twice.
 */
function chargeOf(
  { operation }: CosmosRequest,
  status: number,
  bytes: number,
  steps: number,
  passed: number,
  consistency: Consistency,
): number {
  const size = 1 + Math.max(0, bytes / 1024 - 1) / 10
  const charges: Record<CosmosOperation, number> = {
    read: size,
    create: 5.5 * size,
    replace: 10.5 * size,
    delete: 5.5,
    batch: steps * 7 * size,
    query: 2.3 + 0.3 * size + 0.02 * passed,
    'make container': 0,
    metadata: 0,
  }
  const isRefused = status >= 400
  const replicas = operation === 'read' || operation === 'query' ? replicasRead(consistency) : 1
  const charge = isRefused ? Math.min(1.2, charges[operation]) : charges[operation]
  return Math.round(charge * replicas * 100) / 100
}

const replicasRead = (consistency: Consistency): number =>
  consistency === 'Strong' || consistency === 'BoundedStaleness' ? 2 : 1

/** How much of it each takes is not published: what is known of containers with many indexes says a fifth for each value. */
const chargeOfLists = ({ lookups, elements }: Look, consistency: Consistency): number =>
  Math.round((0.25 * lookups * replicasRead(consistency) + 0.2 * elements) * 100) / 100

const continuation = 'x-ms-continuation'
const padding = '#{"min":"05C1","max":"FF"}'
/** A token grows with the partitions it has to name, to as much as the request lets it. */
function pad(request: IncomingMessage, response: ServerResponse): void {
  const token = response.getHeader(continuation)
  if (typeof token !== 'string' || token === '') return
  const limit = Number(request.headers['x-ms-documentdb-responsecontinuationtokenlimitinkb'] ?? 8) * 1024
  const room = Math.max(0, limit - token.length)
  response.setHeader(continuation, token + padding.repeat(Math.floor(room / padding.length)))
}
function unpad(request: IncomingMessage): void {
  const token = request.headers[continuation]
  if (typeof token === 'string') request.headers[continuation] = token.replaceAll(padding, '')
}

export async function startCosmosStandIn({
  port = 0,
  isServerless = false,
  consistency = 'Strong',
}: {
  readonly port?: number
  /** Of the account, by default. */
  readonly consistency?: Consistency
  readonly isServerless?: boolean
} = {}): Promise<CosmosStandIn> {
  const library = createLibraryServer({ keepAlive: true })
  const [carryOut] = library.listeners('request')
  const answered: AnsweredRequest[] = []
  const listeners = new Set<(request: CosmosRequest) => void>()
  const faults: { fault: Fault; left: number }[] = []

  const takeFault = (asked: CosmosRequest): Fault['what'] | undefined => {
    const index = faults.findIndex(({ fault }) =>
      fault.when ? fault.when(asked) : !['metadata', 'make container'].includes(asked.operation),
    )
    const found = faults[index]
    if (!found) return undefined
    if (--found.left === 0) faults.splice(index, 1)
    return found.fault.what
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const asked = describe(request)
    unpad(request)
    const fault = takeFault(asked)
    const most = Number(request.headers['x-ms-max-item-count'] ?? Number.POSITIVE_INFINITY)
    const look: Look = {
      most: most > 0 ? most : Number.POSITIVE_INFINITY,
      scanned: 0,
      lookups: 0,
      elements: 0,
    }
    const end = response.end.bind(response) as (body?: string) => ServerResponse
    response.end = ((body?: string) => {
      const bytes = Math.max(Number(request.headers['content-length'] ?? 0), body?.length ?? 0)
      const steps = asked.operation === 'batch' ? (JSON.parse(body ?? '[]').length ?? 1) : 1
      const { scanned, most } = look
      const level = consistencyOf(request, consistency)
      const passed = Math.max(0, scanned - most)
      const plain = chargeOf(asked, response.statusCode, bytes, steps, passed, level)
      const charge = response.statusCode < 400 ? plain + chargeOfLists(look, level) : plain
      answered.push({ ...asked, status: response.statusCode, scanned, charge })
      for (const listener of listeners) listener(asked)
      if (fault === 'drop after') {
        request.socket.destroy()
        return response
      }
      response.setHeader('x-ms-request-charge', String(charge))
      pad(request, response)
      if (typeof fault === 'object' && 'altered' in fault) return end(fault.altered(response, body ?? ''))
      if (typeof fault !== 'object' || !('afterwards' in fault)) return end(body)
      fault.afterwards.then(() => end(body))
      return response
    }) as ServerResponse['end']

    const refuseWith = (status: number, headers: Readonly<Record<string, string>> = {}) => {
      request.resume()
      response.statusCode = status
      for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...headers }))
        response.setHeader(name, value)
      response.end(JSON.stringify({ code: String(status), message: 'refused by the stand-in' }))
    }
    if (fault === 'drop before') request.socket.destroy()
    else if (typeof fault === 'object' && 'status' in fault) refuseWith(fault.status, fault.headers)
    else if (Number(request.headers['content-length'] ?? 0) > maxRequestBytes) refuseWith(413)
    else {
      if (typeof fault === 'object' && 'delayMs' in fault) await delay(fault.delayMs)
      if (typeof fault === 'object' && 'until' in fault) await fault.until
      const carry = () => carryOut(request, response)
      const carryOn = () => serverless.run(isServerless, carry)
      looking.run(look, () => consistencyNow.run(consistency, carryOn))
    }
  }

  library.removeAllListeners('request')
  library.on('request', serve)
  library.listen(port, '127.0.0.1')
  await once(library, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(library.address() as AddressInfo).port}`,
    key,
    answered,
    heard: (which) =>
      new Promise((resolve) => {
        const listen = (request: CosmosRequest) => {
          if (!which(request)) return
          listeners.delete(listen)
          resolve()
        }
        listeners.add(listen)
      }),
    fail: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    async close() {
      library.closeAllConnections()
      library.close()
      await once(library, 'close')
    },
  }
}

if (import.meta.main) {
  const { endpoint, close } = await startCosmosStandIn({ port: Number(process.env['PORT'] ?? 0) })
  console.log(JSON.stringify({ endpoint, key }))
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close)
}
