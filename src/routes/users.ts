import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { Profile, UpdateProfile } from '../core/people/profiles/profiles.model.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { hasCurrent, preconditionOf } from '../http/etag.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, signedIn, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Users']

const readMe = createRoute({
  method: 'get',
  path: '/me',
  operationId: 'readProfile',
  tags,
  summary: 'Get my profile',
  ...signedInOrGuest,
  responses: {
    200: json(Profile, 'With its version as `ETag`.'),
    304: { description: 'Unchanged since the version in `If-None-Match`.' },
    ...errors(401, 403),
  },
})

const updateMe = createRoute({
  method: 'patch',
  path: '/me',
  operationId: 'updateProfile',
  tags,
  summary: 'Update my profile',
  description: 'My name or my preferences. What is not named stays.',
  ...signedIn,
  request: body(UpdateProfile, {
    name: examples.name,
    preferences: {
      notifications: true,
      emailUpdates: false,
      theme: 'dark',
      timeZone: 'America/Los_Angeles',
      language: 'en',
    },
  }),
  responses: { 200: json(Profile, 'As it is now.'), ...errors(400, 401, 403, 409, 412, 413, 415) },
})

export const userRoutes = (profiles: Profiles) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readMe, async (c) => {
      const { value, version } = await profiles.read(actorOf(c), c.get('session').user)
      return hasCurrent(c, version) ? c.body(null, 304) : c.json(value, 200)
    })
    .openapi(updateMe, async (c) => {
      const change = c.req.valid('json')
      const { value, version } = await profiles.update(actorOf(c), change, preconditionOf(c))
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
