import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { ReadUpTo } from '../core/messaging/chat/chat.model.ts'
import type { Chat } from '../core/messaging/chat/chat.ts'
import {
  ListedThreads,
  ThreadListQuery,
  ThreadPage,
  ThreadQuery,
} from '../core/messaging/chat/threads.model.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['MackChat']
const params = z.object({ id: z.string().max(100).meta({ example: examples.messageId }) })

const readThread = createRoute({
  method: 'get',
  path: '/messages/{id}/thread',
  operationId: 'readThread',
  tags,
  summary: 'Get the thread of a message',
  description:
    'The message at its root, or an answer in it. Its answers newest first, as pages both ways. To answer, send a message with `threadId`.',
  ...signedInOrGuest,
  request: { params, query: ThreadQuery },
  responses: { 200: json(ThreadPage, 'A page.'), ...errors(400, 401, 403, 404) },
})

const markThreadRead = createRoute({
  method: 'post',
  path: '/messages/{id}/thread/read',
  operationId: 'markThreadRead',
  tags,
  summary: 'Mark a thread as read',
  description:
    'Up to the number of an answer, or all of it. Marks move only forward; answering implies having read. Nothing changes where I do not follow it.',
  ...signedInOrGuest,
  request: { params, ...body(ReadUpTo, { seq: 42 }) },
  responses: { 204: { description: 'Noted.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const listThreads = createRoute({
  method: 'get',
  path: '/conversations/{id}/threads',
  operationId: 'listThreads',
  tags,
  summary: 'List the threads of a conversation',
  description:
    'Those with the newest answers first. A page may hold fewer than its limit, or nothing, and still have a next one.',
  ...signedInOrGuest,
  request: {
    params: z.object({ id: z.uuid().meta({ example: examples.conversationId }) }),
    query: ThreadListQuery,
  },
  responses: { 200: json(ListedThreads, 'A page.'), ...errors(400, 401, 403, 404) },
})

export const threadRoutes = (chat: Chat) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readThread, async (c) =>
      c.json(await chat.readThreadPage(actorOf(c), c.req.valid('param').id, c.req.valid('query')), 200),
    )
    .openapi(markThreadRead, async (c) => {
      await chat.markThreadRead(actorOf(c), c.req.valid('param').id, c.req.valid('json').seq)
      return c.body(null, 204)
    })
    .openapi(listThreads, async (c) =>
      c.json(await chat.listThreads(actorOf(c), c.req.valid('param').id, c.req.valid('query')), 200),
    )
