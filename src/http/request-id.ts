import type { MiddlewareHandler } from 'hono'
import type { Auth } from '../core/accounts/auth/auth.ts'
import type { ReadClientAddress } from './client-address.ts'
import type { Compressor } from './content-coding.ts'
import { acceptedLanguage } from './language.ts'
import { matchedRoute } from './matched-route.ts'
import { keepPlainHeaders } from './plain-headers.ts'
import type { AppEnv, HttpSettings } from './request-context.ts'

/** What becomes of one request, for the log. */
export type Served = {
  readonly requestId: string
  /** Of our own trace, named as in every other line. */
  readonly trace_id: string
  /** The trace that the caller says it is part of: to look for, not to believe. Anybody can write any. */
  readonly linkedTraceId: string | undefined
  readonly method: string
  /** The route's pattern, never the path: a path may hold an id. */
  readonly route: string
  readonly status: number
  /** Who was refused what they may not do. */
  readonly userId: string | undefined
  readonly durationMs: number
}

const acceptable = /^[\w.-]{8,128}$/
const maxUserAgentLength = 400

/** Names the request, finds out who is calling from where, and reports how it ended. */
export const beginRequest =
  ({
    settings,
    compressor,
    auth,
    readClientAddress,
    noteDropped,
    traceId,
    traceIdIn,
    now,
    report,
  }: {
    readonly settings: HttpSettings
    readonly compressor: Compressor
    readonly auth: Auth
    readonly readClientAddress: ReadClientAddress
    readonly noteDropped: AppEnv['Variables']['noteDropped']
    /** Of the trace that is under way; null where there are none. */
    readonly traceId: () => string | null
    /** The one that a `traceparent` names; undefined where it is none. */
    readonly traceIdIn: (traceparent: string | undefined) => string | undefined
    readonly now: () => number
    readonly report: (event: 'request' | 'request_aborted', served: Served) => void
  }): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const startedAt = now()
    keepPlainHeaders(c)
    const given = c.req.header('x-request-id')
    const own = crypto.randomUUID()
    const requestId = given !== undefined && acceptable.test(given) ? given : own
    const client = readClientAddress({
      remoteAddress: c.env?.remoteAddress,
      header: (name) => c.req.header(name),
    })
    c.set('settings', settings)
    c.set('compressor', compressor)
    c.set('auth', auth)
    c.set('noteDropped', noteDropped)
    c.set('caller', {
      requestId,
      address: client.address,
      site: client.site?.name ?? null,
      userAgent: c.req.header('user-agent')?.slice(0, maxUserAgentLength) ?? null,
      language: acceptedLanguage(c.req.header('accept-language')),
    })
    if (client.unknown) c.set('unknownCaller', client.unknown)
    c.header('X-Request-Id', requestId)
    await next()
    const hasLeft = c.res.status === 499 || c.get('isBodyCutOff') === true
    report(hasLeft ? 'request_aborted' : 'request', {
      requestId,
      trace_id: traceId() ?? own.replaceAll('-', ''),
      linkedTraceId: traceIdIn(c.req.header('traceparent')),
      method: c.req.method,
      route: matchedRoute(c)?.path ?? 'unmatched',
      status: c.res.status,
      userId: c.res.status === 403 ? c.get('session')?.actor.userId : undefined,
      durationMs: now() - startedAt,
    })
  }
