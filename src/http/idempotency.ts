import { createMiddleware } from 'hono/factory'
import { validationError } from '../core/kernel/errors.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import type { AppEnv } from './request-context.ts'

const acceptable = /^[\x21-\x7e]{1,255}$/
const keptHeaders = ['content-type', 'location', 'etag']

/**
 * For POSTs that create, after the session: with `Idempotency-Key` the same request gets the first answer again.
 * Refusals and failures are not kept: nothing was made, and what is tried again may be something that was put right.
 */
export const idempotent = (begin: BeginIdempotent) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (key === undefined) return next()
    if (!acceptable.test(key))
      throw validationError([
        { path: 'Idempotency-Key', code: 'invalid_format', message: 'Must be 1 to 255 visible characters.' },
      ])
    const body = await c.req.text()
    // Whoever is not signed in has shown what they know in the body, or by a receipt code.
    const scope =
      c.get('session')?.actor.userId ?? JSON.stringify([c.req.header('x-receipt-code') ?? null, body])
    const begun = await begin({ scope, route: `${c.req.method} ${c.req.path}`, key, body })
    if ('replay' in begun) {
      const { status, headers, body: answer } = begun.replay
      c.header('Idempotent-Replayed', 'true')
      return c.body(answer, status as 200, headers)
    }
    await next()
    if (c.res.status >= 400) return begun.abandon()
    const headers = keptHeaders.flatMap((name) => {
      const value = c.res.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    await begun.finish({
      status: c.res.status,
      headers: Object.fromEntries(headers),
      body: await c.res.clone().text(),
    })
  })
