import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { ConsentText, ConsentView, Decide } from '../core/accounts/consents/consents.model.ts'
import type { Consents } from '../core/accounts/consents/consents.ts'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import { Disclosure, type Disclosures } from '../core/privacy/disclosures/disclosures.ts'
import { told } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, isShared, json, onlyFor, signedIn, signedInOrGuest, unchanged } from '../http/route.ts'
import { sharedJson } from '../http/shared-answer.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Users']

const listConsentTexts = createRoute({
  method: 'get',
  path: '/consents',
  operationId: 'listConsentTexts',
  tags,
  summary: 'List the texts people are asked to agree to',
  description:
    'In the version in force. The English text is the one that is agreed to; `translations` help to understand it, and have no version of their own.',
  ...isShared,
  responses: {
    200: json(z.object({ items: z.array(ConsentText) }), 'One of each document. With an `ETag`.'),
    304: unchanged,
    ...errors(),
  },
})

const decideConsent = createRoute({
  method: 'post',
  path: '/users/me/consents',
  operationId: 'decideConsent',
  tags,
  summary: 'Give or withdraw a consent',
  ...signedInOrGuest,
  request: body(Decide, { document: 'messaging', version: '2026-11-01', given: true }),
  responses: { 201: json(ConsentView, 'Recorded.'), ...errors(400, 401, 403, 413, 415) },
})

const listConsents = createRoute({
  method: 'get',
  path: '/users/me/consents',
  operationId: 'listConsents',
  tags,
  summary: 'List my consents',
  description: 'Given and withdrawn, newest first.',
  ...signedInOrGuest,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(ConsentView), 'A page.'), ...errors(400, 401, 403) },
})

const listDisclosures = createRoute({
  method: 'get',
  path: '/users/me/disclosures',
  operationId: 'listDisclosures',
  tags,
  summary: 'List the disclosures of my data',
  description:
    'Who saw or received what, when and why, newest first. A page may hold fewer than its limit, or nothing, and still have a next one.',
  ...signedIn,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(Disclosure), 'A page.'), ...errors(400, 401, 403) },
})

const listUserDisclosures = createRoute({
  method: 'get',
  path: '/admin/users/{id}/disclosures',
  operationId: 'listUserDisclosures',
  tags: ['Admin'],
  summary: 'List the disclosures of the data of an account',
  description:
    'As that person sees it, newest first. The look is itself recorded, and one of those that the person sees. A page may hold fewer than its limit, or nothing, and still have a next one.',
  ...onlyFor('admin'),
  request: { params: z.object({ id: z.uuid().meta({ example: examples.otherUserId }) }), query: CursorQuery },
  responses: { 200: json(cursorPage(Disclosure), 'A page.'), ...errors(400, 401, 403, 404) },
})

export const privacyRoutes = (consents: Consents, disclosures: Disclosures) => {
  const inForce = { items: [...consents.current()] }
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listConsentTexts, (c) => sharedJson(c, inForce))
    .openapi(decideConsent, async (c) =>
      c.json(await consents.decide(actorOf(c), c.req.valid('json'), c.get('caller')), 201),
    )
    .openapi(listConsents, async (c) => c.json(await consents.list(actorOf(c), c.req.valid('query')), 200))
    .openapi(listDisclosures, async (c) =>
      c.json(told(c, await disclosures.list(actorOf(c), c.req.valid('query'))), 200),
    )
    .openapi(listUserDisclosures, async (c) => {
      const { id } = c.req.valid('param')
      const page = await disclosures.listOf(actorOf(c), id, c.req.valid('query'), c.get('caller'))
      return c.json(told(c, page), 200)
    })
}
