import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import { BlockedPerson, Contact, ContactQuery } from '../core/messaging/contacts/contacts.model.ts'
import type { Contacts } from '../core/messaging/contacts/contacts.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { errors, json, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Users']
const UserId = z.object({ userId: z.uuid().meta({ example: examples.otherUserId }) })

const listContacts = createRoute({
  method: 'get',
  path: '/contacts',
  operationId: 'listContacts',
  tags,
  summary: 'List my contacts',
  description:
    'The people I may write to, by name. Staff, and those I share a mentor or a course with; guests see staff alone. With `q` an admin finds everybody else behind them. Nobody who is blocked.',
  ...signedInOrGuest,
  request: { query: ContactQuery },
  responses: {
    200: json(cursorPage(Contact), 'A page; blocks may make it shorter than its limit.'),
    ...errors(400, 401, 403),
  },
})

const listBlocks = createRoute({
  method: 'get',
  path: '/users/me/blocks',
  operationId: 'listBlocks',
  tags,
  summary: 'List the people I have blocked',
  description: 'Newest first.',
  ...signedInOrGuest,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(BlockedPerson), 'A page.'), ...errors(400, 401, 403) },
})

const blockUser = createRoute({
  method: 'put',
  path: '/users/me/blocks/{userId}',
  operationId: 'blockUser',
  tags,
  summary: 'Block a person',
  description: 'Neither can write to the other.',
  ...signedInOrGuest,
  request: { params: UserId },
  responses: {
    204: { description: 'Blocked, even if that was so before, and whether or not there is such a person.' },
    ...errors(400, 401, 403, 413, 415),
  },
})

const unblockUser = createRoute({
  method: 'delete',
  path: '/users/me/blocks/{userId}',
  operationId: 'unblockUser',
  tags,
  summary: 'Unblock a person',
  ...signedInOrGuest,
  request: { params: UserId },
  responses: { 204: { description: 'Not blocked, even if that was so before.' }, ...errors(400, 401, 403) },
})

export const contactRoutes = (contacts: Contacts) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listContacts, async (c) => c.json(await contacts.list(actorOf(c), c.req.valid('query')), 200))
    .openapi(listBlocks, async (c) =>
      c.json(await contacts.listBlocks(actorOf(c), c.req.valid('query')), 200),
    )
    .openapi(blockUser, async (c) => {
      await contacts.block(actorOf(c), c.req.valid('param').userId)
      return c.body(null, 204)
    })
    .openapi(unblockUser, async (c) => {
      await contacts.unblock(actorOf(c), c.req.valid('param').userId)
      return c.body(null, 204)
    })
