import { createMiddleware } from 'hono/factory'
import { AppError, type ErrorDetail } from '../core/kernel/errors.ts'
import type { Said } from '../core/kernel/messages/said.ts'
import { allows } from './allowed-origins.ts'
import { credentialOf } from './credential.ts'
import { type MatchedRoute, matchedRoute } from './matched-route.ts'
import type { AppContext, AppEnv } from './request-context.ts'

/** Those that change something. */
export const unsafeMethods = ['POST', 'PUT', 'PATCH', 'DELETE']

export const isUnsafe = (method: string): boolean => unsafeMethods.includes(method)

const csrfFailed = (message: Said, details?: readonly ErrorDetail[]): AppError =>
  new AppError('forbidden', 'csrf_failed', message, details ? { details } : {})

/** For whoever sets a front end up. */
const notListed: ErrorDetail = {
  path: '',
  code: 'origin_not_listed',
  message: 'Pages of another origin have to be named in CORS_ORIGINS, exactly as the browser writes it.',
}

function isOurs(c: AppContext, origin: string): boolean {
  const { publicOrigin, allowedOrigins } = c.get('settings')
  return origin === publicOrigin || allows(allowedOrigins, origin) || origin === new URL(c.req.url).origin
}

/**
 * Where a request says it is from. A browser names the origin of the page, or writes `null` (or nothing) where the page wants
 * nobody to know: `Referrer-Policy: no-referrer` does that to beacons and forms, in some engines. What is left then is
 * `Sec-Fetch-Site`, which no page can write, and which is `cross-site` for whatever runs in a sandbox. `unsaid`: no browser,
 * or somebody who typed the address.
 */
export function whereFrom(c: AppContext): 'ours' | 'foreign' | 'unsaid' {
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== 'null') return isOurs(c, origin) ? 'ours' : 'foreign'
  switch (c.req.header('sec-fetch-site')) {
    case 'same-origin':
      return 'ours'
    // Whose sub-domain it is nobody knows.
    case 'same-site':
    case 'cross-site':
      return 'foreign'
    default:
      return origin === undefined ? 'unsaid' : 'foreign'
  }
}

/** For requests that a cookie authenticates: a browser says where they come from. */
export function requireOrigin(c: AppContext): void {
  if (whereFrom(c) === 'unsaid')
    throw csrfFailed('A request signed in by a cookie must carry an Origin header.')
}

/**
 * For a GET that begins something. A link on another site, or a picture, asks as well; a page of ours says that it is
 * one. Who shows no cookie is not in the way.
 */
export const refuseForeignPages = createMiddleware<AppEnv>(async (c, next) => {
  if (whereFrom(c) === 'foreign' && (await credentialOf(c)).from === 'cookie')
    throw csrfFailed('This page may not make that request.')
  return next()
})

/**
 * Leaving works also for a page that hides where it is from, whatever page that is: the worst that comes of it is that
 * somebody is signed out. Another site has no cookies to send unless they are `SameSite=None`, which says that pages of ours
 * live there; then it works from there as well. A page that does say where it is from, and is none of ours, is refused.
 */
function mayLeave(c: AppContext): boolean {
  const origin = c.req.header('origin')
  if (origin !== undefined && origin !== 'null') return isOurs(c, origin)
  return c.req.header('sec-fetch-site') !== 'cross-site' || c.get('settings').cookies.sameSite === 'None'
}

/**
 * Refuses unsafe requests that another site made a browser send. It concerns those that carry our cookies or, under
 * `/auth/`, may set them; a bearer token of ours cannot be sent by accident, so it is not in the way.
 */
export const csrf = (leaves: (route: MatchedRoute) => boolean) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const route = matchedRoute(c)
    const isForeign = route && leaves(route) ? !mayLeave(c) : whereFrom(c) === 'foreign'
    if (!isForeign) return next()
    const touchesCookies = c.req.header('cookie') !== undefined || c.req.path.startsWith('/api/v1/auth/')
    if (touchesCookies && (await credentialOf(c)).from !== 'bearer')
      throw csrfFailed(
        'This page is not allowed to make that request.',
        c.get('settings').isProduction ? undefined : [notListed],
      )
    return next()
  })
