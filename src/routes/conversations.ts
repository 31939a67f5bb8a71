import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { sentBack } from '../core/kernel/sent-back.ts'
import {
  AddMembers,
  Conversation,
  ConversationDetails,
  ConversationPage,
  ConversationQuery,
  CreateConversation,
  ReadUpTo,
  Typing,
  UpdateConversation,
} from '../core/messaging/chat/chat.model.ts'
import type { Chat } from '../core/messaging/chat/chat.ts'
import { ExportedConversation, ExportQuery } from '../core/messaging/chat/export.model.ts'
import { ChangeMine, UnreadTotal } from '../core/messaging/chat/mine.model.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { saying } from '../http/answer-headers.ts'
import { hasCurrent, preconditionOf } from '../http/etag.ts'
import { idempotent } from '../http/idempotency.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, reachesOthers, signedInOrGuest } from '../http/route.ts'
import { streamed } from '../http/stream.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['MackChat']
const ConversationId = z.object({ id: z.uuid().meta({ example: examples.conversationId }) })
const Removal = z.object({
  userId: z.uuid().meta({ description: 'Who is removed.', example: examples.otherUserId }),
})

const listConversations = createRoute({
  method: 'get',
  path: '/',
  operationId: 'listConversations',
  tags,
  summary: 'List my conversations',
  description:
    'Those that are pinned first, then by the newest message: a reaction or a new name moves nothing. What goes on moves up within seconds.',
  ...signedInOrGuest,
  request: { query: ConversationQuery },
  responses: { 200: json(ConversationPage, 'A page.'), ...errors(400, 401, 403) },
})

const countUnread = createRoute({
  method: 'get',
  path: '/unread',
  operationId: 'readUnread',
  tags,
  summary: 'Show how much I have not read',
  description:
    'For a badge. Muted conversations count only with the messages that address me, archived and hidden ones not at all.',
  ...signedInOrGuest,
  responses: { 200: json(UnreadTotal, 'As it is now.'), ...errors(401, 403) },
})

const changeMine = createRoute({
  method: 'patch',
  path: '/{id}/mine',
  operationId: 'updateMyConversation',
  tags,
  summary: 'Update how I keep a conversation',
  description:
    'Mute, pin, archive, hide, or mark it unread: for me alone, on all my devices. Pinning takes it out of the archive, and what is put away is no longer pinned. At most 20 are pinned.',
  ...signedInOrGuest,
  request: {
    params: ConversationId,
    ...body(sentBack(ChangeMine, Conversation).meta({ id: 'ChangeMyConversation' }), { isPinned: true }),
  },
  responses: {
    200: json(Conversation, 'As it is now.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const createConversation = (begin: BeginIdempotent) =>
  createRoute({
    method: 'post',
    path: '/',
    operationId: 'createConversation',
    tags,
    summary: 'Create a conversation',
    description:
      'With people from my contacts. A direct conversation between two people exists once: whoever opens it again, or at the same time, gets it with 200. 404 alike for somebody unknown and somebody I may not write to.',
    ...reachesOthers,
    middleware: [...reachesOthers.middleware, idempotent(begin)] as const,
    request: body(CreateConversation, {
      type: 'group',
      participantIds: [examples.userId, examples.otherUserId],
      name: 'Study group',
    }),
    responses: {
      200: json(Conversation, 'The direct conversation that already existed.'),
      201: saying(json(Conversation, 'A new one.'), 'Location'),
      ...errors(400, 401, 403, 404, 409, 413, 415, 422),
    },
  })

const readConversation = createRoute({
  method: 'get',
  path: '/{id}',
  operationId: 'readConversation',
  tags,
  summary: 'Get a conversation',
  description: 'Also who is online in it and how far everybody has read.',
  ...signedInOrGuest,
  request: { params: ConversationId },
  responses: {
    200: json(ConversationDetails, 'With its version as `ETag`: it changes with every message.'),
    304: { description: 'No message or change since the version in `If-None-Match`.' },
    ...errors(400, 401, 403, 404),
  },
})

const updateConversation = createRoute({
  method: 'patch',
  path: '/{id}',
  operationId: 'updateConversation',
  tags,
  summary: 'Update a group',
  description: 'Its name or its picture. For the admins of the group.',
  ...reachesOthers,
  request: {
    params: ConversationId,
    ...body(UpdateConversation, { name: 'Study group', avatar: examples.fileId }),
  },
  responses: {
    200: json(Conversation, 'As it is now.'),
    ...errors(400, 401, 403, 404, 409, 412, 413, 415),
  },
})

const addMembers = createRoute({
  method: 'post',
  path: '/{id}/members',
  operationId: 'addMembers',
  tags,
  summary: 'Add members to a group',
  description:
    'Or change their role in it. For the admins of the group. People from my contacts. They see what is written from then on.',
  ...reachesOthers,
  request: {
    params: ConversationId,
    ...body(AddMembers, { userIds: [examples.otherUserId], role: 'member' }),
  },
  responses: {
    200: saying(json(Conversation, 'As it is now.'), 'ETag'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const removeMember = createRoute({
  method: 'delete',
  path: '/{id}/members',
  operationId: 'removeMember',
  tags,
  summary: 'Remove a member from a group',
  description: 'For the admins of the group.',
  ...signedInOrGuest,
  request: { params: ConversationId, query: Removal },
  responses: {
    204: { description: 'Not a member, even if that was so before. Nothing more reaches them.' },
    ...errors(400, 401, 403, 404, 409),
  },
})

const leave = createRoute({
  method: 'post',
  path: '/{id}/leave',
  operationId: 'leaveConversation',
  tags,
  summary: 'Leave a group',
  description: 'When its last admin leaves, whoever has been there longest becomes admin.',
  ...signedInOrGuest,
  request: { params: ConversationId },
  responses: { 204: { description: 'Left.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const markRead = createRoute({
  method: 'post',
  path: '/{id}/read',
  operationId: 'markRead',
  tags,
  summary: 'Mark messages as read',
  description: 'Up to a number, or all of them. Marks move only forward. Sending implies having read.',
  ...signedInOrGuest,
  request: { params: ConversationId, ...body(ReadUpTo, { seq: 42 }) },
  responses: { 204: { description: 'Noted.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const type = createRoute({
  method: 'post',
  path: '/{id}/typing',
  operationId: 'setTyping',
  tags,
  summary: 'Show whether I am typing',
  description: 'Repeat it every 3 seconds at most. May be lost; more often is not told to anybody.',
  ...reachesOthers,
  request: { params: ConversationId, ...body(Typing, { state: 'start' }) },
  responses: { 204: { description: 'Taken.' }, ...errors(400, 401, 403, 404, 413, 415) },
})

const exportConversation = createRoute({
  method: 'get',
  path: '/{id}/export',
  operationId: 'exportConversation',
  tags,
  summary: 'Export a conversation',
  description:
    'What I may see of it, as a file: every message with the name of its sender and its time in UTC, and attachments by their names. That it was exported is recorded. It is sent while it is read: a download that breaks off lacks `isComplete`, or the last line. Ten an hour for each person.',
  ...signedInOrGuest,
  request: { params: ConversationId, query: ExportQuery },
  responses: {
    200: saying(
      {
        description: 'The conversation, oldest message first.',
        content: {
          'application/json': { schema: ExportedConversation },
          'text/plain': { schema: z.string() },
        },
      },
      'Content-Disposition',
    ),
    ...errors(400, 401, 403, 404),
  },
})

const exportTypes = { json: 'application/json', text: 'text/plain; charset=utf-8' } as const

export const conversationRoutes = (chat: Chat, begin: BeginIdempotent) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listConversations, async (c) =>
      c.json(await chat.listConversations(actorOf(c), c.req.valid('query')), 200),
    )
    .openapi(countUnread, async (c) => c.json(await chat.countUnread(actorOf(c)), 200))
    .openapi(changeMine, async (c) =>
      c.json(await chat.changeMine(actorOf(c), c.req.valid('param').id, c.req.valid('json')), 200),
    )
    .openapi(createConversation(begin), async (c) => {
      const { conversation, isNew } = await chat.createConversation(actorOf(c), c.req.valid('json'))
      c.header('Location', `/api/v1/conversations/${conversation.id}`)
      return isNew ? c.json(conversation, 201) : c.json(conversation, 200)
    })
    .openapi(readConversation, async (c) => {
      const { value, version } = await chat.readConversation(actorOf(c), c.req.valid('param').id)
      return hasCurrent(c, version) ? c.body(null, 304) : c.json(value, 200)
    })
    .openapi(updateConversation, async (c) => {
      const { id } = c.req.valid('param')
      const changed = await chat.update(actorOf(c), id, c.req.valid('json'), preconditionOf(c))
      c.header('ETag', `"${changed.version}"`)
      return c.json(changed.value, 200)
    })
    .openapi(addMembers, async (c) => {
      const changed = await chat.addMembers(actorOf(c), c.req.valid('param').id, c.req.valid('json'))
      c.header('ETag', `"${changed.version}"`)
      return c.json(changed.value, 200)
    })
    .openapi(removeMember, async (c) => {
      await chat.removeMember(actorOf(c), c.req.valid('param').id, c.req.valid('query').userId)
      return c.body(null, 204)
    })
    .openapi(leave, async (c) => {
      await chat.leave(actorOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
    .openapi(markRead, async (c) => {
      await chat.read(actorOf(c), c.req.valid('param').id, c.req.valid('json').seq)
      return c.body(null, 204)
    })
    .openapi(type, async (c) => {
      await chat.type(actorOf(c), c.req.valid('param').id, c.req.valid('json'))
      return c.body(null, 204)
    })
    .openapi(exportConversation, async (c) => {
      const { id } = c.req.valid('param')
      const { format } = c.req.valid('query')
      const headers = {
        'Content-Type': exportTypes[format],
        'Content-Disposition': `attachment; filename="conversation-${id}.${format === 'json' ? 'json' : 'txt'}"`,
      }
      const pieces = await chat.exportConversation(c.get('caller'), actorOf(c), id, format)
      return streamed(c, pieces, headers)
    })
