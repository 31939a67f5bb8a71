import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Chat } from '../core/messaging/chat/chat.ts'
import {
  ChatMessage,
  EditMessage,
  Emoji,
  MessageHistory,
  MessagePage,
  MessageQuery,
  SearchQuery,
  SendMessage,
} from '../core/messaging/chat/messages.model.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { idempotent } from '../http/idempotency.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, reachesOthers, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['MackChat']
const ConversationId = z.object({ id: z.uuid().meta({ example: examples.conversationId }) })
const MessageId = z.object({
  id: z.string().max(100).meta({ example: examples.messageId }),
})
const Reaction = MessageId.extend({ emoji: Emoji })

const listMessages = createRoute({
  method: 'get',
  path: '/conversations/{id}/messages',
  operationId: 'listMessages',
  tags,
  summary: 'List the messages of a conversation',
  description: 'Newest first.',
  ...signedInOrGuest,
  request: { params: ConversationId, query: MessageQuery },
  responses: {
    200: json(
      MessageHistory,
      'A page; `nextCursor` goes into `before` for the older ones, `newerCursor` into `after` for the newer ones.',
    ),
    ...errors(400, 401, 403, 404),
  },
})

const sendMessage = (begin: BeginIdempotent) =>
  createRoute({
    method: 'post',
    path: '/conversations/{id}/messages',
    operationId: 'sendMessage',
    tags,
    summary: 'Send a message',
    description:
      'Stored before it is answered. With `clientMessageId` it may be sent again as often as it takes: it stays one message, and 200 answers the original. Ten in 10 seconds and 60 a minute for each person.',
    ...reachesOthers,
    middleware: [...reachesOthers.middleware, idempotent(begin)] as const,
    request: {
      params: ConversationId,
      ...body(SendMessage, {
        text: 'Hello! Shall we meet on Tuesday?',
        attachments: [],
        clientMessageId: '0f9c2b7e-4d1a-4c55-9a3e-2f6b8d7c1e50',
        mentions: [],
      }),
    },
    responses: {
      200: json(ChatMessage, 'It had been sent before.'),
      201: json(ChatMessage, 'Sent.'),
      ...errors(400, 401, 403, 404, 409, 413, 415, 422),
    },
  })

const editMessage = createRoute({
  method: 'patch',
  path: '/messages/{id}',
  operationId: 'editMessage',
  tags,
  summary: 'Edit a message',
  description: 'One of mine.',
  ...reachesOthers,
  request: {
    params: MessageId,
    ...body(EditMessage, { text: 'Hello! Shall we meet on Wednesday?', mentions: [] }),
  },
  responses: { 200: json(ChatMessage, 'As it is now.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const deleteMessage = createRoute({
  method: 'delete',
  path: '/messages/{id}',
  operationId: 'deleteMessage',
  tags,
  summary: 'Delete a message',
  description:
    'One of mine, or anybody’s as an admin of the group. What was in it is gone; that there was a message stays.',
  ...signedInOrGuest,
  request: { params: MessageId },
  responses: {
    204: { description: 'Deleted, even if that was so before.' },
    ...errors(400, 401, 403, 404, 409),
  },
})

const addReaction = createRoute({
  method: 'put',
  path: '/messages/{id}/reactions/{emoji}',
  operationId: 'addReaction',
  tags,
  summary: 'React to a message',
  ...reachesOthers,
  request: { params: Reaction },
  responses: {
    204: { description: 'There, even if that was so before.' },
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const removeReaction = createRoute({
  method: 'delete',
  path: '/messages/{id}/reactions/{emoji}',
  operationId: 'removeReaction',
  tags,
  summary: 'Remove a reaction',
  ...signedInOrGuest,
  request: { params: Reaction },
  responses: {
    204: { description: 'Gone, even if it was never there.' },
    ...errors(400, 401, 403, 404, 409),
  },
})

const searchMessages = createRoute({
  method: 'get',
  path: '/messages/search',
  operationId: 'searchMessages',
  tags,
  summary: 'Search my messages',
  description:
    'Finds messages in my conversations by their words, newest first. Case and accents do not matter. In what was written while I was a member, of my 200 newest conversations. `nextCursor` goes into `before`.',
  ...signedInOrGuest,
  request: { query: SearchQuery },
  responses: { 200: json(MessagePage, 'A page.'), ...errors(400, 401, 403, 404) },
})

export const messageRoutes = (chat: Chat, begin: BeginIdempotent) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listMessages, async (c) =>
      c.json(await chat.listMessages(actorOf(c), c.req.valid('param').id, c.req.valid('query')), 200),
    )
    .openapi(sendMessage(begin), async (c) => {
      const { id } = c.req.valid('param')
      const { message, isNew } = await chat.sendMessage(actorOf(c), id, c.req.valid('json'))
      return isNew ? c.json(message, 201) : c.json(message, 200)
    })
    .openapi(searchMessages, async (c) =>
      c.json(await chat.searchMessages(actorOf(c), c.req.valid('query')), 200),
    )
    .openapi(editMessage, async (c) =>
      c.json(await chat.editMessage(actorOf(c), c.req.valid('param').id, c.req.valid('json')), 200),
    )
    .openapi(deleteMessage, async (c) => {
      await chat.deleteMessage(actorOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
    .openapi(addReaction, async (c) => {
      const { id, emoji } = c.req.valid('param')
      await chat.addReaction(actorOf(c), id, emoji)
      return c.body(null, 204)
    })
    .openapi(removeReaction, async (c) => {
      const { id, emoji } = c.req.valid('param')
      await chat.removeReaction(actorOf(c), id, emoji)
      return c.body(null, 204)
    })
