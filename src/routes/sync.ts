import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Chat } from '../core/messaging/chat/chat.ts'
import { SyncAnswer, SyncRequest } from '../core/messaging/chat/events.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, signedInOrGuestQuietly } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const sync = createRoute({
  method: 'post',
  path: '/sync',
  operationId: 'sync',
  tags: ['MackChat'],
  summary: 'Catch up on my conversations',
  description:
    'What happened in them since the numbers I have. Up to 200 conversations, 500 events of each and 2,000 in all. Each conversation is answered without a gap, or with `resync`: then load it anew.',
  ...signedInOrGuestQuietly,
  request: body(SyncRequest, { streams: { [examples.conversationId]: 42 } }),
  responses: {
    200: json(SyncAnswer, 'For each conversation asked about.'),
    ...errors(400, 401, 403, 413, 415),
  },
})

export const syncRoutes = (chat: Chat) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid }).openapi(sync, async (c) =>
    c.json(await chat.sync(actorOf(c), c.req.valid('json')), 200),
  )
