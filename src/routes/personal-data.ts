import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DeletionView, Receipt } from '../core/privacy/erasure/erasure.model.ts'
import type { Erasure } from '../core/privacy/erasure/erasure.ts'
import { ExportReady, ExportStarted } from '../core/privacy/exports/exports.model.ts'
import type { Exports } from '../core/privacy/exports/exports.ts'
import { saying } from '../http/answer-headers.ts'
import { told } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import {
  errors,
  isPublic,
  json,
  limitedAsAuth,
  startsMyExport,
  steppedUpAs,
  steppedUpOrGuest,
} from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Users']
const byReceipt = { params: z.object({ receipt: Receipt.meta({ example: examples.deletionReceipt }) }) }
const byUser = { params: z.object({ id: z.uuid().meta({ example: examples.otherUserId }) }) }

const exportData = createRoute({
  method: 'get',
  path: '/users/me/data-export',
  operationId: 'exportData',
  tags,
  summary: 'Export my data',
  description:
    'Everything that is held about me, as a ZIP. Starts an export, or shows the one of the last day. A mail says when it is ready. In it: JSON for each store, a page to read, and my files.',
  ...startsMyExport,
  responses: {
    200: json(ExportReady, 'Ready.'),
    202: saying(json(ExportStarted, 'Being prepared: ask again after `Retry-After` seconds.'), 'Retry-After'),
    ...errors(401, 403),
  },
})

const deleteMe = createRoute({
  method: 'delete',
  path: '/users/me',
  operationId: 'deleteAccount',
  tags,
  summary: 'Delete my account',
  description:
    'It is locked at once, on every device, and erased after `ERASURE_DELAY_DAYS`; until then the receipt takes it back. A guest is erased at once, and asked for no step-up. Have your data exported first.',
  ...steppedUpOrGuest,
  request: {
    query: z.object({
      immediate: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Erase it now: this cannot be taken back.' }),
    }),
  },
  responses: {
    204: saying(
      { description: 'Locked. `Location` shows, to whoever has it, how far the erasure is.' },
      'Location',
    ),
    ...errors(400, 401, 403, 409),
  },
})

const readDeletion = createRoute({
  method: 'get',
  path: '/deletions/{receipt}',
  operationId: 'readDeletion',
  tags,
  summary: 'Get the progress of a deletion',
  description: 'How far it is, what has to be kept, and why.',
  ...isPublic,
  request: byReceipt,
  responses: { 200: json(DeletionView, 'As it is now.'), ...errors(400, 404) },
})

const cancelDeletion = createRoute({
  method: 'post',
  path: '/deletions/{receipt}/cancel',
  operationId: 'cancelDeletion',
  tags,
  summary: 'Cancel a deletion',
  description: 'Possible until the erasure begins.',
  ...isPublic,
  ...limitedAsAuth,
  request: byReceipt,
  responses: { 200: json(DeletionView, 'Cancelled.'), ...errors(400, 404, 409) },
})

const holdAccount = createRoute({
  method: 'put',
  path: '/admin/users/{id}/legal-hold',
  operationId: 'holdAccount',
  tags: ['Admin'],
  summary: 'Place a legal hold on an account',
  description: 'It is not erased while the hold stands.',
  ...steppedUpAs('admin'),
  request: byUser,
  responses: { 204: { description: 'Held.' }, ...errors(400, 401, 403, 404) },
})

const releaseAccount = createRoute({
  method: 'delete',
  path: '/admin/users/{id}/legal-hold',
  operationId: 'releaseAccount',
  tags: ['Admin'],
  summary: 'Release the legal hold on an account',
  description: 'An erasure that was waiting goes on.',
  ...steppedUpAs('admin'),
  request: byUser,
  responses: { 204: { description: 'Released.' }, ...errors(400, 401, 403, 404) },
})

const soonSeconds = '5'
/** To HEAD, which starts none: the body is not sent. */
const notStarted = { id: '00000000-0000-0000-0000-000000000000', status: 'preparing' } as const

export const personalDataRoutes = (exports: Exports, erasure: Erasure) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(exportData, async (c) => {
      const isHead = c.req.method === 'HEAD'
      const shown = isHead ? await exports.show(actorOf(c)) : null
      const view = isHead ? (shown ?? notStarted) : await exports.request(actorOf(c), c.get('caller'))
      if (view.status === 'ready') return c.json(view, 200)
      c.header('Retry-After', soonSeconds)
      return c.json(view, 202)
    })
    .openapi(deleteMe, async (c) => {
      const isImmediate = c.req.valid('query').immediate === 'true'
      const receipt = await erasure.request(actorOf(c), isImmediate, c.get('caller'))
      c.header('Location', `/api/v1/deletions/${receipt}`)
      return c.body(null, 204)
    })
    .openapi(readDeletion, async (c) =>
      c.json(told(c, await erasure.read(c.req.valid('param').receipt)), 200),
    )
    .openapi(cancelDeletion, async (c) => {
      const { receipt } = c.req.valid('param')
      await erasure.cancel(receipt, c.get('caller'))
      return c.json(told(c, await erasure.read(receipt)), 200)
    })
    .openapi(holdAccount, async (c) => {
      await erasure.hold(actorOf(c), c.req.valid('param').id, true, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(releaseAccount, async (c) => {
      await erasure.hold(actorOf(c), c.req.valid('param').id, false, c.get('caller'))
      return c.body(null, 204)
    })
