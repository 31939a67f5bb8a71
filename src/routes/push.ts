import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Push } from '../core/notifications/push/push.ts'
import {
  NewPushDevice,
  OpenedPush,
  PushDevice,
  PushKeyAnswer,
  TestedPush,
} from '../core/notifications/push/subscribe.model.ts'
import { allows } from '../http/allowed-origins.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, signedInOrGuest } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Notifications']
const DeviceId = z.object({ id: z.string().min(1).max(100).meta({ example: examples.pushDeviceId }) })
const Opaque = z.object({ opaque: z.string().min(1).max(100).meta({ example: examples.pushOpaque }) })

const readKey = createRoute({
  method: 'get',
  path: '/key',
  operationId: 'readPushKey',
  tags,
  summary: 'Get the key with which browsers subscribe',
  description:
    'Another one from time to time. Devices that subscribed with the one before go on being told; `isKeyCurrent` asks them to subscribe anew.',
  ...signedInOrGuest,
  responses: { 200: json(PushKeyAnswer, 'The public key.'), ...errors(401) },
})

const listDevices = createRoute({
  method: 'get',
  path: '/devices',
  operationId: 'listPushDevices',
  tags,
  summary: 'List the devices on which I am told',
  description: 'The one that was heard of last comes first.',
  ...signedInOrGuest,
  responses: { 200: json(z.object({ items: z.array(PushDevice) }), 'At most ten.'), ...errors(401) },
})

const subscribe = createRoute({
  method: 'put',
  path: '/devices',
  operationId: 'subscribePushDevice',
  tags,
  summary: 'Add this device to those on which I am told',
  description:
    'To be sent at each start, since browsers give subscriptions up without saying so: the same again changes nothing but the keys. The device is told for as long as nobody ends this session; being idle does not end it for a week. Whoever holds the browser has it: it is taken from the account that had it before. Of more than ten devices the one that was heard of longest ago goes. On shared devices 409 `shared_device`. What is told says nothing: that something is new, where to look, and how many wait.',
  ...signedInOrGuest,
  request: body(NewPushDevice, {
    endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABn3kQ',
    expirationTime: null,
    keys: { p256dh: examples.pushPublicKey, auth: 'p1gNDd3tH9lTjNWvMwIDAw' },
    publicKey: examples.pushPublicKey,
  }),
  responses: { 200: json(PushDevice, 'As it is kept.'), ...errors(400, 401, 403, 409, 413, 415) },
})

const removeDevice = createRoute({
  method: 'delete',
  path: '/devices/{id}',
  operationId: 'removePushDevice',
  tags,
  summary: 'Remove a device from those on which I am told',
  ...signedInOrGuest,
  request: { params: DeviceId },
  responses: { 204: { description: 'Nothing is told there any more.' }, ...errors(400, 401, 403, 404) },
})

const testDevice = createRoute({
  method: 'post',
  path: '/devices/{id}/test',
  operationId: 'testPushDevice',
  tags,
  summary: 'Send a device something to try it',
  description: 'At once, in the words of everything else. Five in ten minutes.',
  ...signedInOrGuest,
  request: { params: DeviceId },
  responses: { 200: json(TestedPush, 'What became of it.'), ...errors(400, 401, 403, 404) },
})

const open = createRoute({
  method: 'get',
  path: '/open/{opaque}',
  operationId: 'openPush',
  tags,
  summary: 'Get what a device was told of',
  description:
    'The last part of the address that a device leads to. 404 for everybody but the person who was told, and after 14 days.',
  ...signedInOrGuest,
  request: { params: Opaque },
  responses: { 200: json(OpenedPush, 'What to open.'), ...errors(400, 401, 404) },
})

/** The site whose page asks, where it is one of ours: there a tap leads back to. */
function siteOf(c: AppContext): string {
  const { publicOrigin, allowedOrigins } = c.get('settings')
  const origin = c.req.header('origin')
  return origin !== undefined && allows(allowedOrigins, origin) ? origin : publicOrigin
}

export const pushRoutes = (push: Push) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readKey, async (c) => c.json(await push.publicKey(), 200))
    .openapi(listDevices, async (c) => c.json({ items: await push.listDevices(actorOf(c)) }, 200))
    .openapi(subscribe, async (c) =>
      c.json(await push.subscribe(actorOf(c), c.req.valid('json'), siteOf(c)), 200),
    )
    .openapi(removeDevice, async (c) => {
      await push.removeDevice(actorOf(c), c.req.valid('param').id)
      return c.body(null, 204)
    })
    .openapi(testDevice, async (c) => c.json(await push.test(actorOf(c), c.req.valid('param').id), 200))
    .openapi(open, async (c) => c.json(await push.open(actorOf(c), c.req.valid('param').opaque), 200))
