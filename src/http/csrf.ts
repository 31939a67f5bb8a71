import { createMiddleware } from 'hono/factory'
import { AppError } from '../core/kernel/errors.ts'
import { credentialOf } from './credential.ts'
import { type MatchedRoute, matchedRoute } from './matched-route.ts'
import type { AppContext, AppEnv } from './request-context.ts'

/** Those that change something. */
export const unsafeMethods = ['POST', 'PUT', 'PATCH', 'DELETE']

export const isUnsafe = (method: string): boolean => unsafeMethods.includes(method)

const csrfFailed = (message: string): AppError => new AppError('forbidden', 'csrf_failed', message)

function isOurs(c: AppContext, origin: string): boolean {
  const { publicOrigin, allowedOrigins } = c.get('settings')
  return origin === publicOrigin || allowedOrigins.has(origin) || origin === new URL(c.req.url).origin
}

/** For requests that a cookie authenticates: a browser always says where they come from. */
export function requireOrigin(c: AppContext): void {
  if (c.req.header('origin') === undefined)
    throw csrfFailed('A request signed in by a cookie must carry an Origin header.')
}

/**
 * For a GET that begins something. A link on another site, or a picture, asks as well; a page of ours says that it is
 * one, by its `Origin` or because its browser says that it is of the same origin. Who shows no cookie is not in the way.
 */
export const refuseForeignPages = createMiddleware<AppEnv>(async (c, next) => {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const isForeign = origin === undefined ? site === 'cross-site' || site === 'same-site' : !isOurs(c, origin)
  if (isForeign && (await credentialOf(c)).from === 'cookie')
    throw csrfFailed('This page may not make that request.')
  return next()
})

/**
 * Refuses unsafe requests that another site made a browser send. It concerns those that carry our cookies or, under
 * `/auth/`, may set them; a bearer token of ours cannot be sent by accident, so it is not in the way.
 */
export const csrf = (leaves: (route: MatchedRoute) => boolean) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const origin = c.req.header('origin')
    const isCrossSite = c.req.header('sec-fetch-site') === 'cross-site'
    const route = origin === 'null' && !isCrossSite ? matchedRoute(c) : undefined
    if (route && leaves(route)) return next()
    if (origin === undefined ? !isCrossSite : isOurs(c, origin)) return next()
    const touchesCookies = c.req.header('cookie') !== undefined || c.req.path.startsWith('/api/v1/auth/')
    if (touchesCookies && (await credentialOf(c)).from !== 'bearer')
      throw csrfFailed('This page is not allowed to make that request.')
    return next()
  })
