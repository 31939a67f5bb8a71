import type { MiddlewareHandler } from 'hono'
import { allows } from './allowed-origins.ts'
import type { AppContext, AppEnv, HttpSettings } from './request-context.ts'
import { varyBy } from './vary.ts'

const exposed = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
  'ETag',
  'Link',
  'Content-Disposition',
  'Location',
  'Idempotent-Replayed',
  'X-Session-Idle-Expires',
  'X-Session-Expires',
  'X-Cookies-Dropped',
].join(', ')

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const allowedHeaders =
  'Authorization, X-Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match, X-Background, X-Expected-User, X-Request-Id, X-Receipt-Code, traceparent'

export const strictTransport = 'max-age=31536000; includeSubDomains'

/** What every answer says to a browser, whoever asked for what. */
export const harmlessHeaders = ({ isProduction }: HttpSettings): Readonly<Record<string, string>> => ({
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ...(isProduction ? { 'Strict-Transport-Security': strictTransport } : {}),
})

/** Of what is for one caller: every answer but those of `sharedAnswer`. */
export const forOneCaller = 'private, no-store'

/** The headers of every answer. */
export function setEssentialHeaders(c: AppContext): void {
  const settings = c.get('settings')
  const harmless = harmlessHeaders(settings)
  for (const name in harmless) c.header(name, harmless[name])
  c.header('Cache-Control', forOneCaller)
  varyBy(c, 'Origin')
  const origin = c.req.header('origin')
  if (origin !== undefined && allows(settings.allowedOrigins, origin)) {
    c.header('Access-Control-Allow-Origin', origin)
    c.header('Access-Control-Allow-Credentials', 'true')
    c.header('Access-Control-Expose-Headers', exposed)
    if (c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined) {
      c.header('Access-Control-Allow-Methods', allowedMethods)
      c.header('Access-Control-Allow-Headers', allowedHeaders)
      c.header('Access-Control-Max-Age', '7200')
    }
  }
}

/**
 * Sets them before anything else runs: a header set after `next()` makes Hono build the response a second time. Answers
 * preflights.
 */
export const essentialHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  setEssentialHeaders(c)
  if (c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined)
    return c.body(null, 204)
  return next()
}
