import {
  createDefaultHttpClient,
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline'
import { CosmosClient } from '@azure/cosmos'
import {
  type CosmosAccount,
  CosmosFailure,
  failureIn,
  type StartTimer,
  sendWithin,
  startTimer,
} from './client.ts'

/** A container is made in seconds on some days, in a minute on others. */
const requestTimeoutMs = 60_000
/** The service takes few requests of this kind at a time and refuses the others for a while. */
const patienceMs = 10 * 60_000
const longestPauseMs = 20_000

export interface ControlAccount extends CosmosAccount {
  readonly sleep?: (ms: number) => Promise<void>
}

const isOfDocuments = (url: string): boolean => /\/docs(?:\/|$)/.test(new URL(url).pathname)

/** What a lost answer must have said, by what its repetition is refused with. */
function lostAnswer(request: PipelineRequest, { status }: PipelineResponse): PipelineResponse | undefined {
  const headers = createHttpHeaders()
  if (request.method === 'POST' && status === 409 && typeof request.body === 'string')
    return { request, headers, status: 201, bodyAsText: request.body }
  if (request.method === 'DELETE' && status === 404) return { request, headers, status: 204, bodyAsText: '' }
  return undefined
}

function createPatientHttp(
  http: HttpClient,
  sleep: (ms: number) => Promise<void>,
  start: StartTimer,
): HttpClient {
  const send = (request: PipelineRequest) => sendWithin(http, request, requestTimeoutMs, start)
  return {
    async sendRequest(request) {
      if (request.headers.has('x-ms-cosmos-is-query-plan-request'))
        throw new Error('queries here need no plan')
      let mayHaveHappened = false
      let spentMs = 0
      for (let attempt = 1; ; attempt++) {
        let failure: CosmosFailure
        try {
          const response = await send(request)
          failure = failureIn(response)
          if (!failure.isPassing) return (mayHaveHappened && lostAnswer(request, response)) || response
        } catch (error) {
          if (!(error instanceof CosmosFailure)) throw error
          failure = error
        }
        const pauseMs = failure.retryAfterMs ?? Math.min(longestPauseMs, 500 * 2 ** (attempt - 1))
        spentMs += pauseMs + (failure.isSlow ? requestTimeoutMs : 0)
        // Of documents the store itself knows what may be sent again.
        if (spentMs > patienceMs || isOfDocuments(request.url)) throw failure
        mayHaveHappened ||= failure.isUncertain
        await sleep(pauseMs)
      }
    },
  }
}

/**
 * For making and changing databases and containers: the service takes its time over that, and refuses it when busy. Each
 * request has a minute, what is refused for the time being is asked again for ten, and something that was made or
 * removed although the answer was lost is no failure.
 */
export function createCosmosControlClient({
  endpoint,
  key,
  credential,
  http = createDefaultHttpClient(),
  sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  startTimer: start = startTimer,
}: ControlAccount): CosmosClient {
  return new CosmosClient({
    endpoint,
    ...(key === undefined ? {} : { key }),
    ...(credential ? { aadCredentials: credential } : {}),
    httpClient: createPatientHttp(http, sleep, start),
    connectionPolicy: {
      // Of one request and all its repetitions.
      requestTimeout: patienceMs + 2 * requestTimeoutMs,
      retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 },
      // The endpoint of the account leads to the region that takes writes.
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
      enablePartitionLevelFailover: false,
    },
  })
}
