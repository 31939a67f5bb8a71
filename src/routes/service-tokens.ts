import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import {
  NewServiceToken,
  ServiceTokenCreated,
  ServiceTokenView,
} from '../core/accounts/service-tokens/service-tokens.model.ts'
import type { ServiceTokens } from '../core/accounts/service-tokens/service-tokens.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor, steppedUpAs } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Admin']

const create = createRoute({
  method: 'post',
  path: '/',
  operationId: 'createServiceToken',
  tags,
  summary: 'Create a service token',
  description: 'For a program, such as a data pipeline.',
  ...steppedUpAs('admin'),
  request: body(NewServiceToken, {
    name: 'Nightly report',
    scopes: ['forms:read', 'reports:read'],
    expiresInDays: 365,
  }),
  responses: {
    201: json(ServiceTokenCreated, 'With the token, which is shown only this once.'),
    ...errors(400, 401, 403, 413, 415),
  },
})

const list = createRoute({
  method: 'get',
  path: '/',
  operationId: 'listServiceTokens',
  tags,
  summary: 'List service tokens',
  description: 'Those that work, newest first.',
  ...onlyFor('admin'),
  responses: {
    200: json(z.object({ items: z.array(ServiceTokenView) }), 'All of them.'),
    ...errors(401, 403),
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/{id}',
  operationId: 'revokeServiceToken',
  tags,
  summary: 'Revoke a service token',
  ...onlyFor('admin'),
  request: { params: z.object({ id: z.uuid().meta({ example: examples.tokenId }) }) },
  responses: { 204: { description: 'It no longer works.' }, ...errors(400, 401, 403, 404) },
})

export const serviceTokenRoutes = (serviceTokens: ServiceTokens) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(create, async (c) =>
      c.json(await serviceTokens.create(c.get('caller'), actorOf(c), c.req.valid('json')), 201),
    )
    .openapi(list, async (c) => c.json({ items: await serviceTokens.list() }, 200))
    .openapi(revoke, async (c) => {
      await serviceTokens.revoke(c.get('caller'), actorOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
