import { createMiddleware } from 'hono/factory'
import type { Deletions } from '../core/platform/idempotency/deletions.ts'
import type { AppEnv } from './request-context.ts'

/**
 * Deleting twice is 204 on every DELETE: what is not there because the same person has deleted it is answered as the first
 * time. What never was, and what is somebody else's, stays 404.
 */
export const deletingTwice = ({ remember, isRemembered }: Deletions) =>
  createMiddleware<AppEnv>(async (c, next) => {
    await next()
    const { status, headers } = c.res
    if (status !== 204 && status !== 404) return
    // Whoever has no account shows what they were given for it.
    const scope = c.get('session')?.actor.userId ?? c.req.header('x-receipt-code')
    if (scope === undefined) return
    const { pathname, search } = new URL(c.req.url)
    if (status === 204) return remember(scope, pathname + search)
    if (!(await isRemembered(scope, pathname + search))) return
    const kept = new Headers(headers)
    for (const name of ['content-type', 'content-length']) kept.delete(name)
    c.res = undefined
    c.res = new Response(null, { status: 204, headers: kept })
  })
