import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { Today } from '../core/staff/today/today.model.ts'
import type { TodayDomain } from '../core/staff/today/today.ts'
import type { AppEnv } from '../http/request-context.ts'
import { errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'

const readToday = createRoute({
  method: 'get',
  path: '/',
  operationId: 'readToday',
  tags: ['Admin'],
  summary: 'Get what waits for staff',
  description:
    'Forms, mail, recoveries, reported messages, files and jobs that somebody has to see to, and the state of the service, in one answer. It costs no more when much waits: nothing is counted beyond 100.',
  ...onlyFor('admin'),
  responses: { 200: json(Today, 'As it is now.'), ...errors(401, 403) },
})

export const todayRoutes = (today: TodayDomain) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid }).openapi(readToday, async (c) =>
    c.json(await today.read(), 200),
  )
