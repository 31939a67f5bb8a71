import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { ClaimedForm, ClaimForm } from '../core/forms/claims.model.ts'
import { AddInformation } from '../core/forms/forms.model.ts'
import type { Forms } from '../core/forms/forms.ts'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { idempotent } from '../http/idempotency.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, limitedAsAuth, signedIn } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Forms']
const formId = { params: z.object({ id: z.uuid().meta({ example: examples.formId }) }) }

const claimForm = createRoute({
  method: 'post',
  path: '/',
  operationId: 'claimForm',
  tags,
  summary: 'Link a referral to my account',
  description:
    'By its number and receipt code, to follow it from my account. Nobody else learns of it. With a wrong code it is 404, as with an unknown number.',
  ...signedIn,
  ...limitedAsAuth,
  request: body(ClaimForm, { trackingNumber: examples.trackingNumber, receiptCode: examples.receiptCode }),
  responses: {
    200: json(ClaimedForm, 'Claimed, even if that was so before.'),
    ...errors(400, 401, 403, 404, 413, 415),
  },
})

const listClaimed = createRoute({
  method: 'get',
  path: '/',
  operationId: 'listClaimedForms',
  tags,
  summary: 'List the referrals that I claimed',
  description: 'The one claimed last comes first. One that was erased is not among them.',
  ...signedIn,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(ClaimedForm), 'A page.'), ...errors(400, 401, 403) },
})

const readClaimed = createRoute({
  method: 'get',
  path: '/{id}',
  operationId: 'readClaimedForm',
  tags,
  summary: 'Get the progress of a referral that I claimed',
  ...signedIn,
  request: formId,
  responses: { 200: json(ClaimedForm, 'As it is now.'), ...errors(400, 401, 403, 404) },
})

const addToClaimed = (begin: BeginIdempotent) =>
  createRoute({
    method: 'post',
    path: '/{id}/information',
    operationId: 'addClaimedFormInformation',
    tags,
    summary: 'Add information to a referral that I claimed',
    ...signedIn,
    middleware: [...signedIn.middleware, idempotent(begin)] as const,
    request: {
      ...formId,
      ...body(AddInformation, { message: 'My telephone number has changed: +1 619 555 0177.' }),
    },
    responses: {
      200: json(ClaimedForm, 'As it is now.'),
      ...errors(400, 401, 403, 404, 409, 413, 415, 422),
    },
  })

const withdrawClaimed = createRoute({
  method: 'post',
  path: '/{id}/withdraw',
  operationId: 'withdrawClaimedForm',
  tags,
  summary: 'Withdraw a referral that I claimed',
  ...signedIn,
  request: formId,
  responses: {
    200: json(ClaimedForm, 'Withdrawn, even if that was so before.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const removeClaim = createRoute({
  method: 'delete',
  path: '/{id}',
  operationId: 'removeFormClaim',
  tags,
  summary: 'Remove a referral from those that I claimed',
  description: 'The referral itself stays as it is.',
  ...signedIn,
  request: formId,
  responses: { 204: { description: 'Not among mine, even if it never was.' }, ...errors(400, 401, 403) },
})

/** For a person with an account, who follows a referral about them. */
export const myFormRoutes = ({ claims }: Forms, begin: BeginIdempotent) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(claimForm, async (c) =>
      c.json(await claims.add(c.get('caller'), actorOf(c), c.req.valid('json')), 200),
    )
    .openapi(listClaimed, async (c) => c.json(await claims.list(actorOf(c), c.req.valid('query')), 200))
    .openapi(readClaimed, async (c) => c.json(await claims.read(actorOf(c), c.req.valid('param').id), 200))
    .openapi(addToClaimed(begin), async (c) => {
      const { id } = c.req.valid('param')
      return c.json(await claims.addInformation(c.get('caller'), actorOf(c), id, c.req.valid('json')), 200)
    })
    .openapi(withdrawClaimed, async (c) =>
      c.json(await claims.withdraw(c.get('caller'), actorOf(c), c.req.valid('param').id), 200),
    )
    .openapi(removeClaim, async (c) => {
      await claims.remove(actorOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
