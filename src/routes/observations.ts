import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { Hono } from 'hono'
import type { ServiceTokens } from '../core/accounts/service-tokens/service-tokens.ts'
import type { ObservationsDomain } from '../core/platform/observations/observations.ts'
import type { AppEnv } from '../http/request-context.ts'
import { errors, onlyFor } from '../http/route.ts'
import { requireRoleOrScope } from '../http/service.ts'

/** Counts of this process, for programs that fetch them. */
export const metricsRoutes = (
  { prometheus }: Pick<ObservationsDomain, 'prometheus'>,
  { authenticate }: Pick<ServiceTokens, 'authenticate'>,
) => {
  const middleware = requireRoleOrScope(authenticate, ['admin'], ['metrics:read'])
  const readMetrics = createRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'readMetrics',
    tags: ['Operations'],
    summary: 'Get the metrics of this process',
    description:
      'In the text format of Prometheus. For administrators, and for programs with a service token of the scope `metrics:read`. Where there are several processes, each answers for itself: whoever asks through a load balancer meets one after the other. Nothing is in it where `TELEMETRY` is off.',
    ...onlyFor('admin'),
    middleware: [middleware] as [typeof middleware],
    responses: {
      200: {
        description: 'All that has something to say.',
        content: { 'text/plain': { schema: z.string() } },
      },
      ...errors(401, 403),
    },
  })
  return new OpenAPIHono<AppEnv>().openapi(readMetrics, (c) => {
    const { text, type } = prometheus()
    return c.text(text, 200, { 'Content-Type': type })
  })
}

/** What a page of developers asks for again and again: `after` is the number of the last trace that it has. */
export const seenRoutes = (seenAfter: NonNullable<ObservationsDomain['seenAfter']>) =>
  new Hono<AppEnv>().get('/seen/:after', (c) => c.json(seenAfter(Number(c.req.param('after')) || 0)))
