import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Chat } from '../core/messaging/chat/chat.ts'
import { PinnedMessages } from '../core/messaging/chat/messages.model.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { errors, json, reachesOthers, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['MackChat']
const ConversationId = z.object({ id: z.uuid().meta({ example: examples.conversationId }) })
const Pinned = ConversationId.extend({
  messageId: z.string().max(100).meta({ example: examples.messageId }),
})

const listPins = createRoute({
  method: 'get',
  path: '/{id}/pins',
  operationId: 'listPins',
  tags,
  summary: 'List the pinned messages of a conversation',
  description: 'The one pinned last comes first. None from before I joined.',
  ...signedInOrGuest,
  request: { params: ConversationId },
  responses: { 200: json(PinnedMessages, 'All of them, 50 at most.'), ...errors(400, 401, 403, 404) },
})

const pinMessage = createRoute({
  method: 'put',
  path: '/{id}/pins/{messageId}',
  operationId: 'pinMessage',
  tags,
  summary: 'Pin a message',
  description:
    'In a group for its admins and moderators, in a direct conversation for both. 409 for a deleted one, and when 50 are pinned.',
  ...reachesOthers,
  request: { params: Pinned },
  responses: {
    204: { description: 'Pinned, even if that was so before.' },
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const unpinMessage = createRoute({
  method: 'delete',
  path: '/{id}/pins/{messageId}',
  operationId: 'unpinMessage',
  tags,
  summary: 'Unpin a message',
  ...signedInOrGuest,
  request: { params: Pinned },
  responses: {
    204: { description: 'Not pinned, even if it never was.' },
    ...errors(400, 401, 403, 404, 409),
  },
})

export const pinRoutes = (chat: Chat) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listPins, async (c) => c.json(await chat.listPins(actorOf(c), c.req.valid('param').id), 200))
    .openapi(pinMessage, async (c) => {
      const { id, messageId } = c.req.valid('param')
      await chat.pinMessage(actorOf(c), id, messageId)
      return c.body(null, 204)
    })
    .openapi(unpinMessage, async (c) => {
      const { id, messageId } = c.req.valid('param')
      await chat.unpinMessage(actorOf(c), id, messageId)
      return c.body(null, 204)
    })
