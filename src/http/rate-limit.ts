import type { MiddlewareHandler } from 'hono'
import type { Limit } from '../core/kernel/domain.ts'
import { tooMany } from '../core/kernel/errors.ts'
import type { Standing, TakeFromLimits } from '../core/platform/limits/limits.ts'
import { askAhead, credentialOf } from './credential.ts'
import { type MatchedRoute, matchedRoute } from './matched-route.ts'
import type { AppContext, AppEnv } from './request-context.ts'

/**
 * Probes are not counted: an orchestrator that is refused stops the process, and a count would make them depend on the cache and the
 * keys that readiness tells about. They come past the proxies, and say nothing about them. See docs/adr/0064-probes-depend-on-nothing.md.
 */
export const notCounted = new Set(['/api/healthz', '/api/readyz'])

/** What else a caller is known by; null for one without an account. */
async function personOf(c: AppContext): Promise<string | null> {
  const credential = await credentialOf(c)
  const userId = credential.from === 'none' ? undefined : credential.claims?.sub
  return userId === undefined ? null : `user ${userId}`
}

/**
 * Counts the request against the general limit and the one its route declares, in one round trip, and tells the
 * caller where it stands.
 */
export const rateLimit =
  ({
    take,
    general,
    limitOf,
    isNeverRefused,
    scaleOf,
    noteUnknown,
    now,
  }: {
    readonly take: TakeFromLimits
    /** Is told why nobody is known. */
    readonly noteUnknown: (why: string) => void
    readonly general: Limit
    /** The limit a route declares. */
    readonly limitOf: (route: MatchedRoute) => Limit | undefined
    /** What is counted, and never refused: whoever leaves is not kept for what others did from the same address. */
    readonly isNeverRefused: (route: MatchedRoute) => boolean
    /** How much more the named site may do. */
    readonly scaleOf: (site: string | null) => number
    readonly now: () => number
  }): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    if (notCounted.has(c.req.path)) return next()
    const { address, site } = c.get('caller')
    // In the same round trip to the cache as the counters.
    askAhead(c)
    const route = matchedRoute(c)
    const special = route && limitOf(route)
    const why = c.get('unknownCaller')
    if (why) noteUnknown(why)
    const standing: Standing = await take(
      special ? [general, special] : [general],
      address ?? (await personOf(c)),
      scaleOf(site),
    )
    const { limit, allowed, remaining, resetInSeconds } = standing
    c.header('X-RateLimit-Limit', String(allowed))
    c.header('X-RateLimit-Remaining', String(remaining))
    c.header('X-RateLimit-Reset', String(Math.ceil(now() / 1000) + resetInSeconds))
    c.header('RateLimit-Policy', `"${limit.name}";q=${allowed};w=${limit.windowSeconds}`)
    c.header('RateLimit', `"${limit.name}";r=${remaining};t=${resetInSeconds}`)
    if (standing.isExceeded && !(route && isNeverRefused(route)))
      throw tooMany('Too many requests.', resetInSeconds)
    return next()
  }
