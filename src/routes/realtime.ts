import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import {
  ClientAccess,
  type ConnectionEvent,
  readState,
  referenceTo,
  type SaidReference,
} from '../core/platform/realtime/realtime.model.ts'
import type { RealtimeGateway } from '../core/platform/realtime/realtime.ts'
import { saying } from '../http/answer-headers.ts'
import { bodyOfError, bodyOfSurprise, toAppError, unsupportedMediaType } from '../http/errors.ts'
import { parseJson, readText } from '../http/json-body.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import {
  errors,
  isPublic,
  json,
  reachedDirectly,
  signedInOrGuestQuietly,
  takesAnyQuery,
} from '../http/route.ts'

const tags = ['Realtime']

const negotiate = createRoute({
  method: 'post',
  path: '/negotiate',
  operationId: 'negotiate',
  tags,
  summary: 'Get a connection for live events',
  description:
    'Ten a minute for each session. Pass `url` to the official client, `new WebPubSubClient({ getClientAccessUrl })`, and ask anew each time it does. What the connection is told that goes wrong is in the language of this request (`Accept-Language`).',
  ...signedInOrGuestQuietly,
  responses: { 200: json(ClientAccess, 'For one connection.'), ...errors(401, 403, 413, 415) },
})

const EventAnswer = z
  .looseObject({ groups: z.array(z.string()).optional() })
  .meta({ id: 'RealtimeEventAnswer' })

const validateEvents = createRoute({
  method: 'options',
  path: '/events',
  operationId: 'validateRealtimeEvents',
  tags,
  summary: 'Validate the webhook',
  description: 'Web PubSub asks whether its events are wanted here.',
  ...isPublic,
  ...takesAnyQuery,
  ...reachedDirectly,
  responses: {
    204: saying(
      { description: '`WebHook-Allowed-Origin` names the host that may send.' },
      'WebHook-Allowed-Origin',
    ),
    ...errors(403),
  },
})

const receiveEvents = createRoute({
  method: 'post',
  path: '/events',
  operationId: 'receiveRealtimeEvent',
  tags,
  summary: 'Receive an event',
  description:
    'Web PubSub reports an event of a connection. CloudEvents in binary mode, signed with a key of the service. An event that is signed is answered 200 or 204 whatever becomes of it; what went wrong stands in the body, in the shape of `Error`, and reaches the device as a message. What answers a device names the event that it answers (`said`) with its `clientMessageId` and `conversationId`. A connection may be refused with 403.',
  ...isPublic,
  ...takesAnyQuery,
  ...reachedDirectly,
  responses: {
    200: saying(
      json(
        EventAnswer,
        'To `connect`: the groups of the connection. To what a device said: the answer that it gets, or an error.',
      ),
      'ce-connectionState',
    ),
    204: saying({ description: 'Taken, or seen before.' }, 'ce-connectionState'),
    ...errors(400, 401, 403),
  },
})

const listOf = (header: string | undefined): readonly string[] =>
  (header ?? '').split(',').flatMap((part) => part.trim() || [])

const systemTypes = new Map([
  ['azure.webpubsub.sys.connected', 'connected'],
  ['azure.webpubsub.sys.disconnected', 'disconnected'],
] as const satisfies [string, string][]) as ReadonlyMap<string, 'connected' | 'disconnected'>

const connectType = 'azure.webpubsub.sys.connect'
const saidType = 'azure.webpubsub.user.'

async function readSaid(c: AppContext): Promise<unknown> {
  const text = await readText(c, c.get('settings').maxBodyBytes)
  const type = c.req.header('content-type') ?? ''
  if (/^application\/json\b/i.test(type)) return parseJson(text)
  if (/^text\/plain\b/i.test(type)) return text
  throw unsupportedMediaType()
}

const Connecting = z.object({
  claims: z.object({ 'webpubsub.group': z.array(z.string()).default([]) }).prefault({}),
})

/** Of a body that tells nothing of groups: none. */
async function readGroups(c: AppContext): Promise<readonly string[]> {
  const text = await readText(c, c.get('settings').maxBodyBytes)
  const { data } = Connecting.safeParse(parseJson(text || '{}'))
  return data?.claims['webpubsub.group'] ?? []
}

function readWhat(c: AppContext): ConnectionEvent['what'] {
  const type = c.req.header('ce-type') ?? ''
  if (type === connectType) return { type: 'connect', readGroups: () => readGroups(c) }
  if (type.startsWith(saidType)) {
    let said: Promise<unknown> | undefined
    const read = () => (said ??= readSaid(c))
    return { type: 'said', name: type.slice(saidType.length), read }
  }
  return { type: systemTypes.get(type) ?? 'unknown' }
}

function readEvent(c: AppContext): ConnectionEvent {
  const header = (name: string) => c.req.header(name) ?? ''
  return {
    host: listOf(header('webhook-request-origin'))[0] ?? '',
    hub: header('ce-hub'),
    connectionId: header('ce-connectionid'),
    signature: header('ce-signature'),
    id: header('ce-id'),
    userId: c.req.header('ce-userid') || null,
    state: c.req.header('ce-connectionstate') ?? null,
    what: readWhat(c),
  }
}

/** What cannot be read at all names nothing. */
const referenceOf = async (
  { name, read }: Extract<ConnectionEvent['what'], { type: 'said' }>,
  requestId: string,
): Promise<SaidReference> => referenceTo(name, await read().catch(() => null), requestId)

/** For whoever may ask: signed in as everywhere. */
export const negotiateRoutes = (realtime: RealtimeGateway) =>
  new OpenAPIHono<AppEnv>().openapi(negotiate, async (c) =>
    c.json(await realtime.negotiate(actorOf(c), c.get('caller').language), 200),
  )

/** For the service alone, which has neither a session nor an origin of ours. `report` gets what nobody foresaw. */
export const realtimeEventRoutes = (
  realtime: RealtimeGateway,
  report: (error: unknown, requestId: string) => void,
) =>
  new OpenAPIHono<AppEnv>()
    .openapi(validateEvents, (c) => {
      const hosts = listOf(c.req.header('webhook-request-origin'))
      c.header('WebHook-Allowed-Origin', realtime.acceptHost(hosts))
      return c.body(null, 204)
    })
    .openapi(receiveEvents, async (c) => {
      const event = readEvent(c)
      const { what } = event
      await realtime.verifyEvent(event)
      if (what.type === 'connect') {
        const answer = await realtime.receiveEvent(event)
        if (!answer || 'said' in answer) return c.body(null, 204)
        c.header('ce-connectionState', answer.state)
        return c.json({ groups: [...answer.groups] }, 200)
      }
      const { requestId } = c.get('caller')
      try {
        const answer = await realtime.receiveEvent(event)
        if (what.type !== 'said' || !answer || !('said' in answer)) return c.body(null, 204)
        return c.json({ ...answer.said, ...(await referenceOf(what, requestId)) }, 200)
      } catch (error) {
        // Whatever is not 2xx makes the service drop the connection.
        const known = toAppError(error)
        if (!known || known.kind === 'unavailable') report(error, requestId)
        if (what.type !== 'said') return c.body(null, 204)
        const { language } = readState(event.state)
        const body = known ? bodyOfError(known, requestId, language) : bodyOfSurprise(requestId, language)
        return c.json({ ...body, ...(await referenceOf(what, requestId)) }, 200)
      }
    })
