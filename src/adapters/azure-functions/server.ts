import {
  app,
  type HttpHandler,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
  type Timer,
} from '@azure/functions'
import type { Log } from '../../ports/log.ts'
import type { HostLog } from './invocation-lines.ts'
import { parseSetCookie } from './set-cookie.ts'

/** `hostTrace`: the step of the host that this one is part of. */
type Fetch = (request: Request, hostTrace: string | undefined) => Response | Promise<Response>

const methods: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function toRequest({ url, method, headers, body }: HttpRequest): Request {
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== null
  return new Request(url, { method, headers, ...(hasBody ? { body, duplex: 'half' } : {}) } as RequestInit)
}

function toAnswer(response: Response, nowMs: number): HttpResponseInit {
  const headers = new Headers(response.headers)
  const cookies = headers.getSetCookie().map((line) => parseSetCookie(line, nowMs))
  headers.delete('set-cookie')
  return {
    status: response.status,
    headers: headers as HttpResponseInit['headers'] & object,
    cookies,
    ...(response.body ? { body: response.body as HttpResponseInit['body'] & object } : {}),
  }
}

const minuteMs = 60_000
/** What is under way when the host stops this process has so long. */
const drainMs = 5_000

/** When the timer ticked before; a minute ago when it never did, or when that is yet to come by this clock. */
function lastTick({ scheduleStatus }: Timer, nowMs: number): number {
  const at = Date.parse(scheduleStatus?.last ?? '')
  return Number.isNaN(at) || at > nowMs ? nowMs - minuteMs : at
}

/**
 * Registers the whole app as one function that takes every path, a timer that ticks each minute, and what is to be
 * done when the host stops this process.
 */
export function registerFunctions({
  fetch,
  isStreaming,
  onMinute,
  onStopping,
  onTerminate,
  within,
  now,
  log,
}: {
  readonly fetch: Fetch
  /** Bodies pass through as they come. Needs a host of 4.28 or later. */
  readonly isStreaming: boolean
  /** Is told when the tick before this one was. */
  readonly onMinute: (sinceMs: number) => Promise<void>
  /** The host is about to stop this process. What it has handed over goes on. */
  readonly onStopping: () => void
  /** When that has ended, or has taken too long. */
  readonly onTerminate: () => Promise<void>
  /** Runs what is done for one call of the host. */
  readonly within: <T>(host: HostLog, work: () => Promise<T>) => Promise<T>
  readonly now: () => number
  readonly log: Log
}): void {
  const underWay = new Set<Promise<unknown>>()
  function followed<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    const ended = () => underWay.delete(work)
    work.then(ended, ended)
    return work
  }
  /** Stores that close under what is under way would fail it. */
  async function drain(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        log.warn('invocations_cut', { count: underWay.size })
        resolve()
      }, drainMs)
    })
    const allEnded = async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    }
    await Promise.race([allEnded(), late])
    clearTimeout(timer)
  }
  async function answer(
    request: HttpRequest,
    { traceContext }: InvocationContext,
  ): Promise<HttpResponseInit> {
    try {
      return toAnswer(await fetch(toRequest(request), traceContext?.traceParent), now())
    } catch (error) {
      // A handler that throws leaves a streamed request without an answer.
      log.error('invocation_failed', error)
      const requestId = crypto.randomUUID()
      return {
        status: 500,
        headers: { 'Cache-Control': 'private, no-store', 'X-Request-Id': requestId },
        jsonBody: {
          error: { code: 'server_error', message: 'Something went wrong on our side.', requestId },
        },
      }
    }
  }
  const handler: HttpHandler = (request, context) => followed(within(context, () => answer(request, context)))
  app.setup({ enableHttpStream: isStreaming })
  app.http('api', { route: '{*path}', methods, authLevel: 'anonymous', handler })
  app.timer('jobs', {
    schedule: '0 * * * * *',
    handler: (timer, context) => followed(within(context, () => onMinute(lastTick(timer, now())))),
  })
  app.hook.appTerminate(async () => {
    onStopping()
    await drain()
    await onTerminate()
  })
}
