import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import type { Health } from '../core/platform/health/health.ts'
import type { AppEnv } from '../http/request-context.ts'
import { errors, isPublic, isShared, json, reachedDirectly, unchanged } from '../http/route.ts'
import { sharedJson } from '../http/shared-answer.ts'

const tags = ['Operations']

const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded', 'not_ready', 'stopping']).meta({
      description:
        '`degraded`: it serves, and somebody has to look at its `concerns`. `not_ready`: a dependency is down. `stopping`: the process ends.',
    }),
    concerns: z.array(z.string()).meta({
      description:
        'What is wrong and keeps nobody from being served. `mail_stands_still`: mail has waited for 15 minutes. `jobs_stand_still`: see `jobs`. `clock_behind_keys`: the clock says that no key may be used yet, so the oldest is. `client_address_unknown`: in the last five minutes there were requests of which nobody said who sent them, so that no limit counted them.',
    }),
    jobs: z
      .object({ standingStill: z.array(z.string()) })
      .nullable()
      .meta({
        description:
          'Jobs that run for an hour, failed three times in a row, or did not end well for two of their turns; `all` where what begins them has been silent for five minutes.',
      }),
    dependencies: z.record(z.string(), z.object({ state: z.enum(['up', 'down']), latencyMs: z.number() })),
    mail: z
      .object({ waiting: z.number().int(), dead: z.number().int(), oldestWaitingMs: z.number() })
      .nullable()
      .meta({
        description:
          'Mail on its way out. `oldestWaitingMs` is since it was first due, however often it has been tried. Alert on `dead`, and on an `oldestWaitingMs` of minutes.',
      }),
    forms: z
      .object({
        waiting: z.number().int(),
        overdue: z.number().int(),
        quarantined: z.number().int(),
        oldestQuarantinedMs: z.number(),
      })
      .nullable()
      .meta({
        description:
          'Forms that nobody has looked at, with those that were put aside as spam (`quarantined`). 1,000 stands for that many or more. Alert on `overdue`, and on an `oldestQuarantinedMs` of a day.',
      }),
  })
  .meta({ id: 'Readiness' })

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
    200: json(Readiness, 'All are up, though there may be concerns.'),
    500: errors()[500],
    503: json(Readiness, 'One is down, or the process is stopping: send no requests here.'),
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
      const readiness = await health.readiness()
      const { status, dependencies, concerns, jobs } = readiness
      const body = {
        ...readiness,
        dependencies: { ...dependencies },
        concerns: [...concerns],
        jobs: jobs && { standingStill: [...jobs.standingStill] },
      }
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
