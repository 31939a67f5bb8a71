import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline'
import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import { createRegions, type Purpose, type Regions } from './regions.ts'

/** Longer than anything this project asks takes, and short enough to be asked again while somebody waits. */
const requestTimeoutMs = 3_000

/** Of a 404: not the document is missing but what it should be in. */
const noContainer = 1003
/** Of a 404: this replica has not seen yet what the session has. */
const notYetHere = 1002
/** Of a 403: the region takes no writes, or has no such account (any more). */
const readOnly = 3
const noAccount = 1008

interface Refusal {
  /** 0 when there was no answer; absent when nothing was sent. */
  readonly status?: number
  readonly substatus?: string | number | undefined
  readonly activityId?: string | undefined
  readonly charge?: number
  readonly retryAfterMs?: number
  /** There was no answer until time was up. */
  readonly isSlow?: boolean
  readonly cause?: unknown
}

/**
 * What Cosmos DB answered, or that it did not. Without the service's own text, which may quote an id: the activity id
 * finds it in the service's logs.
 */
export class CosmosFailure extends Error {
  override readonly name = 'CosmosFailure'
  readonly status: number
  readonly substatus: number
  readonly charge: number
  readonly retryAfterMs: number | undefined
  readonly isSlow: boolean
  /** Whether it may have been carried out all the same. */
  readonly isUncertain: boolean
  /** The region takes no writes. */
  readonly isReadOnly: boolean
  /** It is the region that does not answer, and another one may. */
  readonly isOfRegion: boolean
  /** This replica has not seen yet what others have. */
  readonly isBehind: boolean
  /** Whether the same request may go through a little later. */
  readonly isPassing: boolean
  readonly #refusal: Refusal

  constructor(refusal: Refusal) {
    const { status = -1, activityId, charge = 0, retryAfterMs, isSlow = false, cause } = refusal
    const substatus = Number(refusal.substatus ?? 0)
    super(
      status <= 0
        ? `no ${status === 0 ? 'answer from' : 'request to'} Cosmos DB`
        : `${status} from Cosmos DB, substatus ${substatus}, activity ${activityId ?? 'unknown'}${
            substatus === noContainer ? ': run `npm run azure:setup`' : ''
          }`,
      { cause },
    )
    this.#refusal = refusal
    this.status = status
    this.substatus = substatus
    this.charge = charge
    this.retryAfterMs = retryAfterMs
    this.isSlow = isSlow
    this.isUncertain = status === 0 || status === 408 || status === 410 || status >= 500
    this.isReadOnly = status === 403 && substatus === readOnly
    // What is not from the service itself, which names each of its answers, is from something on the way: workerd has a
    // 500 for a connection that was refused, and edges have numbers of their own.
    const isOnTheWay = status >= 500 && activityId === undefined
    this.isOfRegion =
      status === 0 || status === 503 || isOnTheWay || (status === 403 && substatus === noAccount)
    this.isBehind = status === 404 && substatus === notYetHere
    this.isPassing =
      this.isUncertain ||
      this.isReadOnly ||
      this.isOfRegion ||
      this.isBehind ||
      status === 429 ||
      status === 449
  }

  /** The same, and no reason to wait. */
  withoutPause(): CosmosFailure {
    return new CosmosFailure({ ...this.#refusal, retryAfterMs: 0 })
  }
}

/** Starts to count and answers what stops it. */
export type StartTimer = (run: () => void, ms: number) => () => void

export const startTimer: StartTimer = (run, ms) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

/** Sends, and gives up after `ms`. */
export async function sendWithin(
  http: HttpClient,
  request: PipelineRequest,
  ms: number,
  start: StartTimer,
): Promise<PipelineResponse> {
  const given = request.abortSignal
  const controller = new AbortController()
  const abort = () => controller.abort()
  if (given?.aborted) abort()
  given?.addEventListener('abort', abort)
  request.abortSignal = controller.signal
  const stop = start(abort, ms)
  try {
    return await http.sendRequest(request)
  } catch (cause) {
    throw new CosmosFailure({ status: 0, isSlow: controller.signal.aborted, cause })
  } finally {
    stop()
    given?.removeEventListener('abort', abort)
    if (given) request.abortSignal = given
    else delete request.abortSignal
  }
}

/** On a read whose answer must not be older than what was written here: it goes where writes go, and stays here. */
const freshHeader = 'x-tools-inc-fresh'
export const fresh = { initialHeaders: { [freshHeader]: 'true' } }

function purposeOf({ method, url, headers }: PipelineRequest): Purpose {
  if (method === 'GET' && new URL(url).pathname === '/') return 'account'
  if (headers.has(freshHeader)) return 'fresh read'
  return method === 'GET' || headers.has('x-ms-documentdb-isquery') ? 'read' : 'write'
}

/** Of a header, when it is one: pauses and sums are made of it. */
export function numberIn(header: unknown): number | undefined {
  const value = header === undefined || header === '' ? Number.NaN : Number(header)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

export const failureIn = ({ status, headers }: PipelineResponse): CosmosFailure => {
  const retryAfterMs = numberIn(headers.get('x-ms-retry-after-ms'))
  return new CosmosFailure({
    status,
    substatus: headers.get('x-ms-substatus'),
    activityId: headers.get('x-ms-activity-id'),
    charge: numberIn(headers.get('x-ms-request-charge')) ?? 0,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** The SDK stumbles over an answer without a body, or takes it for nothing there. */
function inFull(
  { method, headers }: PipelineRequest,
  purpose: Purpose,
  response: PipelineResponse,
): PipelineResponse {
  const { status, bodyAsText } = response
  const isEmpty = status < 400 && (status === 204 || status === 304 || !bodyAsText)
  if (!isEmpty || method === 'DELETE') return response
  if (purpose !== 'write') throw new CosmosFailure({ status })
  return {
    ...response,
    status: 200,
    bodyAsText: headers.has('x-ms-cosmos-is-batch-request') ? '[]' : '{}',
  }
}

/**
 * One request, sent once, to the region whose turn it is. The SDK would send some of them again by itself: after a second
 * of its own clock, reads alone, or a write of which nobody knows whether it was carried out. What may be sent again
 * leaves here as a `CosmosFailure`, which the SDK does not know.
 */
function createSendOnce(http: HttpClient, regions: Regions, start: StartTimer) {
  const note = (origin: string, purpose: Purpose, failure: CosmosFailure): CosmosFailure => {
    if (failure.isReadOnly) regions.refusedWrite(origin)
    else if (failure.isOfRegion) regions.failed(origin, failure)
    else regions.answered(origin, purpose)
    // Somebody else has time now.
    const isElsewhere = (failure.isReadOnly || failure.isOfRegion) && regions.hasOther(purpose)
    return isElsewhere ? failure.withoutPause() : failure
  }
  async function send(request: PipelineRequest, purpose: Purpose): Promise<PipelineResponse> {
    const origin = regions.choose(purpose)
    request.url = request.url.replace(/^https?:\/\/[^/]+/, origin)
    let response: PipelineResponse
    try {
      response = await sendWithin(http, request, requestTimeoutMs, start)
    } catch (error) {
      throw note(origin, purpose, error as CosmosFailure)
    }
    const failure = note(origin, purpose, failureIn(response))
    if (failure.isBehind && purpose === 'read') return send(request, 'fresh read')
    if (failure.isPassing) throw failure
    if (purpose === 'account') regions.learn(response.bodyAsText)
    return inFull(request, purpose, response)
  }
  return (request: PipelineRequest): Promise<PipelineResponse> => {
    // The SDK asks for a plan beside each query, and needs one only for what no query here does.
    if (request.headers.has('x-ms-cosmos-is-query-plan-request')) throw new Error('queries here need no plan')
    const purpose = purposeOf(request)
    request.headers.delete(freshHeader)
    return send(request, purpose)
  }
}

export interface CosmosAccount {
  readonly endpoint: string
  /** Without a key the credential signs in. */
  readonly key?: string
  readonly credential?: NonNullable<CosmosClientOptions['aadCredentials']>
  readonly http?: HttpClient
  /** Names of regions, nearest first: where reads go. The region that takes writes when absent. */
  readonly preferredRegions?: readonly string[]
  readonly clock?: Clock
  readonly startTimer?: StartTimer
}

export function createCosmosClient({
  endpoint,
  key,
  credential,
  http = createDefaultHttpClient(),
  preferredRegions: preferred,
  clock = { now: () => Date.now() },
  startTimer: start = startTimer,
}: CosmosAccount): CosmosClient {
  const regions = createRegions({ endpoint, preferred, clock })
  const sendOnce = createSendOnce(http, regions, start)
  const client: CosmosClient = new CosmosClient({
    endpoint,
    ...(key === undefined ? {} : { key }),
    ...(credential ? { aadCredentials: credential } : {}),
    httpClient: {
      async sendRequest(request) {
        if (purposeOf(request) === 'account' || !regions.mustLearn()) return sendOnce(request)
        // Beside the request and within its life: workerd ends what outlives it. Whoever comes meanwhile does not wait.
        const learning = client.getDatabaseAccount().catch(() => {})
        const [answered] = await Promise.allSettled([sendOnce(request), learning])
        if (answered.status === 'rejected') throw answered.reason
        return answered.value
      },
    },
    connectionPolicy: {
      // Of each request of ours; whoever waits longer is the SDK itself.
      requestTimeout: 2 * requestTimeoutMs,
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
      enablePartitionLevelFailover: false,
      useMultipleWriteLocations: false,
    },
  })
  return client
}
