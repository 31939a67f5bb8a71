import { createMiddleware } from 'hono/factory'
import { defineError } from '../core/kernel/errors.ts'
import { setEssentialHeaders } from './headers.ts'
import { type MatchedRoute, matchedRoute } from './matched-route.ts'
import type { AppEnv } from './request-context.ts'

/** Who may come in: what our Front Door has passed on. */
export interface OriginLock {
  readonly isOurFrontDoor: (id: string | undefined) => boolean
}

const forbiddenOrigin = defineError(
  'forbidden',
  'forbidden_origin',
  'This server is not called directly. Use its public address.',
)

/**
 * Refuses whatever came another way, before anything is counted or read: past the Front Door there is no firewall, and no
 * address of a caller that could be believed. `isReachedDirectly`: what others than browsers ask at the address of the server.
 */
export const originLock = (
  { isOurFrontDoor }: OriginLock,
  isReachedDirectly: (route: MatchedRoute) => boolean,
) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (isOurFrontDoor(c.req.header('x-azure-fdid'))) return next()
    const route = matchedRoute(c)
    if (route && isReachedDirectly(route)) return next()
    setEssentialHeaders(c)
    throw forbiddenOrigin()
  })
