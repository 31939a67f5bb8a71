import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import type { Health } from '../core/platform/health/health.ts'
import { ReadinessView, viewOfReadiness } from '../core/platform/health/readiness.model.ts'
import type { AppEnv } from '../http/request-context.ts'
import { errors, isPublic, isShared, json, reachedDirectly, unchanged } from '../http/route.ts'
import { sharedJson } from '../http/shared-answer.ts'

const tags = ['Operations']

const Jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'JsonWebKeySet' })

const alive = createRoute({
  method: 'get',
  path: '/api/healthz',
  operationId: 'isAlive',
  tags,
  summary: 'Check that the process is alive',
  ...isPublic,
  ...reachedDirectly,
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'Alive.'), ...errors() },
})

const ready = createRoute({
  method: 'get',
  path: '/api/readyz',
  operationId: 'isReady',
  tags,
  summary: 'Check that the service is ready',
  description:
    'Each dependency with its state and latency in ms. Where there is something to write, a few bytes are written, so that a full disk or a locked file is seen. An answer is kept for a second, and is the same for all who ask meanwhile.',
  ...isPublic,
  responses: {
    200: json(ReadinessView, 'All are up, though there may be concerns.'),
    500: errors()[500],
    503: json(ReadinessView, 'One is down, or the process is stopping: send no requests here.'),
  },
})

const keySet = (path: '/.well-known/jwks.json' | '/api/jwks.json', operationId: string) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    tags,
    summary: 'Get the public keys that verify access tokens',
    ...isShared,
    responses: { 200: json(Jwks, 'A JSON Web Key Set. With an `ETag`.'), 304: unchanged, ...errors() },
  })

/** A key is published well before it signs. */
const keptByVerifiers = { browserSeconds: 300, edgeSeconds: 300 }

export const operationRoutes = (auth: Auth, health: Health) =>
  new OpenAPIHono<AppEnv>()
    .openapi(alive, (c) => c.json({ status: 'ok' as const }, 200))
    .openapi(ready, async (c) => {
      const body = viewOfReadiness(await health.readiness())
      const { status } = body
      return status === 'ready' || status === 'degraded' ? c.json(body, 200) : c.json(body, 503)
    })
    .openapi(keySet('/.well-known/jwks.json', 'readKeys'), async (c) => {
      const { keys } = await auth.publicKeys()
      return sharedJson(c, { keys: [...keys] }, keptByVerifiers)
    })
    .openapi(keySet('/api/jwks.json', 'readKeysUnderApi'), async (c) => {
      const { keys } = await auth.publicKeys()
      return sharedJson(c, { keys: [...keys] }, keptByVerifiers)
    })
