import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline'
import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos'

/** Longer than anything this project asks takes, and short enough to be asked again while somebody waits. */
const requestTimeoutMs = 3_000

/** Of a 404: not the document is missing but what it should be in. */
const noContainer = 1003

interface Refusal {
  /** 0 when there was no answer; absent when nothing was sent. */
  readonly status?: number
  readonly substatus?: string | number | undefined
  readonly activityId?: string | undefined
  readonly charge?: number
  readonly retryAfterMs?: number
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
  /** Whether the same request may go through a little later. */
  readonly isPassing: boolean
  /** Whether it may have been carried out all the same. */
  readonly isUncertain: boolean

  constructor({ status = -1, substatus, activityId, charge = 0, retryAfterMs, cause }: Refusal) {
    super(
      status <= 0
        ? `no ${status === 0 ? 'answer from' : 'request to'} Cosmos DB`
        : `${status} from Cosmos DB, substatus ${substatus ?? 0}, activity ${activityId ?? 'unknown'}${
            Number(substatus) === noContainer ? ': run `npm run azure:setup`' : ''
          }`,
      { cause },
    )
    this.status = status
    this.substatus = Number(substatus ?? 0)
    this.charge = charge
    this.retryAfterMs = retryAfterMs
    this.isUncertain = status === 0 || status === 408 || status === 410 || status >= 500
    this.isPassing = this.isUncertain || status === 429 || status === 449
  }
}

/**
 * One request, sent once. The SDK would send some of them again by itself: after a second of its own clock, reads alone,
 * or a write of which nobody knows whether it was carried out. What may be sent again leaves here as a `CosmosFailure`,
 * which the SDK does not know.
 */
const sendOnce = (http: HttpClient): HttpClient => ({
  async sendRequest(request) {
    // The SDK asks for a plan beside each query, and needs one only for what no query here does.
    if (request.headers.has('x-ms-cosmos-is-query-plan-request')) throw new Error('queries here need no plan')
    const response = await http.sendRequest(request).catch((cause: unknown) => {
      throw new CosmosFailure({ status: 0, cause })
    })
    const header = (name: string) => response.headers.get(name)
    const retryAfter = header('x-ms-retry-after-ms')
    const failure = new CosmosFailure({
      status: response.status,
      substatus: header('x-ms-substatus'),
      activityId: header('x-ms-activity-id'),
      charge: Number(header('x-ms-request-charge') ?? 0),
      ...(retryAfter === undefined ? {} : { retryAfterMs: Number(retryAfter) }),
    })
    if (failure.isPassing) throw failure
    return response
  },
})

export interface CosmosAccount {
  readonly endpoint: string
  /** Without a key the credential signs in. */
  readonly key?: string
  readonly credential?: NonNullable<CosmosClientOptions['aadCredentials']>
  readonly http?: HttpClient
}

export function createCosmosClient({ endpoint, key, credential, http }: CosmosAccount): CosmosClient {
  return new CosmosClient({
    endpoint,
    ...(key === undefined ? {} : { key }),
    ...(credential ? { aadCredentials: credential } : {}),
    httpClient: sendOnce(http ?? createDefaultHttpClient()),
    connectionPolicy: {
      requestTimeout: requestTimeoutMs,
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
      // No timers: a refused write says soon enough that another region has taken over.
      enableBackgroundEndpointRefreshing: false,
      enablePartitionLevelFailover: false,
      // An ETag that another region may still undo is no ETag.
      useMultipleWriteLocations: false,
    },
  })
}
