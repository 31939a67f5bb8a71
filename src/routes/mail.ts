import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DeadLetter, RetryDeadLetters } from '../core/platform/mail/mail.model.ts'
import type { Mailing } from '../core/platform/mail/mail.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Admin']

const listDeadLetters = createRoute({
  method: 'get',
  path: '/dead-letters',
  operationId: 'listDeadLetters',
  tags,
  summary: 'List dead letters',
  description: 'Mail that could not be sent, oldest first.',
  ...onlyFor('admin'),
  responses: {
    200: json(z.object({ items: z.array(DeadLetter) }), 'The first 200. `GET /api/readyz` counts them all.'),
    ...errors(401, 403),
  },
})

const retryDeadLetter = createRoute({
  method: 'post',
  path: '/dead-letters/{id}/retry',
  operationId: 'retryDeadLetter',
  tags,
  summary: 'Retry a dead letter',
  description: 'Once its cause is fixed.',
  ...onlyFor('admin'),
  request: { params: z.object({ id: z.uuid().meta({ example: examples.deadLetterId }) }) },
  responses: { 204: { description: 'It waits to be sent.' }, ...errors(400, 401, 403, 404) },
})

const retryDeadLetters = createRoute({
  method: 'post',
  path: '/dead-letters/retry',
  operationId: 'retryDeadLetters',
  tags,
  summary: 'Retry all dead letters of a kind',
  description: 'Once their cause is fixed. Asked again, it finds none of them any more.',
  ...onlyFor('admin'),
  request: body(RetryDeadLetters, { reason: 'gave_up' as const }),
  responses: {
    200: json(z.object({ retried: z.number().int() }), 'So many wait to be sent.'),
    ...errors(400, 401, 403, 413, 415),
  },
})

export const mailRoutes = (mail: Mailing) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listDeadLetters, async (c) => c.json({ items: [...(await mail.listDead())] }, 200))
    .openapi(retryDeadLetters, async (c) =>
      c.json({ retried: await mail.reviveAll(c.get('caller'), actorOf(c), c.req.valid('json')) }, 200),
    )
    .openapi(retryDeadLetter, async (c) => {
      await mail.revive(c.get('caller'), actorOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
