import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import {
  WebPubSubClient,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
} from '@azure/web-pubsub-client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { demoPassword } from '../../entry/demo.ts'
import { createEventSignatures } from '../../src/dialects/event-signature.ts'
import { createBrowser, origin } from '../app.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { redisServerMissing, startRedisServer } from '../stand-ins/redis-server.ts'
import { connectDevice } from '../stand-ins/web-pubsub.ts'

const eventsPath = '/api/v1/realtime/events'
const conversations = '/api/v1/conversations'
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(environment: Record<string, string>, program?: string[]): Promise<RunningServer> {
  const server = await startServer(environment, program)
  stops.push(() => server.stop('SIGKILL'))
  return server
}
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'realtime-'))
  stops.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
async function signIn({ url }: RunningServer, email: string) {
  const browser = createBrowser((path, init) => fetch(url + path, init))
  const answer = await browser.call('POST', '/api/v1/auth/login', { body: { email, password: demoPassword } })
  return { ...browser, userId: answer.body.user.id as string }
}

/** A message that a device is said to have sent, as the service would tell it. */
const messageEvent = (
  { url }: RunningServer,
  facts: { readonly host: string; readonly userId: string; readonly signature: string; readonly id?: string },
  body: object,
) =>
  fetch(url + eventsPath, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-request-origin': facts.host,
      'ce-hub': 'mackchat',
      'ce-connectionid': 'some-connection',
      'ce-id': facts.id ?? '1',
      'ce-userid': facts.userId,
      'ce-type': 'azure.webpubsub.user.message',
      'ce-signature': facts.signature,
    },
    body: JSON.stringify(body),
  })

describe('the server for devices as a process of its own', () => {
  /** Notes which events it is told of. */
  async function startHandler() {
    const told: string[] = []
    const handler = createServer((request, response) => {
      if (request.method === 'OPTIONS') response.setHeader('webhook-allowed-origin', '*')
      else told.push(String(request.headers['ce-type']).replace('azure.webpubsub.sys.', ''))
      response.writeHead(request.method === 'OPTIONS' ? 200 : 204).end()
    })
    handler.listen(0, '127.0.0.1')
    await once(handler, 'listening')
    stops.push(() => handler.close())
    return { told, url: `http://127.0.0.1:${(handler.address() as AddressInfo).port}${eventsPath}` }
  }

  test('serves the service SDK with the key of the emulator, tells of devices, and says goodbye', async () => {
    const { told, url: eventsUrl } = await startHandler()
    const server = await start({ REALTIME_PORT: '0', REALTIME_EVENTS_URL: eventsUrl }, ['entry/realtime.ts'])
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200)
    const emulatorKey = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'
    const endpoint = server.url.replace('127.0.0.1', 'localhost')
    const service = new WebPubSubServiceClient(
      `Endpoint=${endpoint};AccessKey=${emulatorKey};Version=1.0;`,
      'mackchat',
      { allowInsecureConnection: true },
    )
    const { url } = await service.getClientAccessToken({ userId: 'ann', groups: ['room'] })
    const reached = url.replace('localhost', '127.0.0.1')
    const device = await connectDevice({ url: reached, protocol: '', expiresAt: '' })
    stops.push(device.close)
    await service.group('room').sendToAll({ n: 1 })
    await vi.waitFor(() => expect(device.received).toEqual([{ n: 1 }]), { timeout: 5_000 })
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(told).toEqual(['connect', 'connected', 'disconnected'])
  })

  test('says that it stops while it still takes requests, and tells devices to come back', async () => {
    const { url: eventsUrl } = await startHandler()
    const server = await start(
      { REALTIME_PORT: '0', REALTIME_EVENTS_URL: eventsUrl, STOP_GRACE_MS: '2000' },
      ['entry/realtime.ts'],
    )
    const service = new WebPubSubServiceClient(
      `Endpoint=${server.url.replace('127.0.0.1', 'localhost')};AccessKey=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH;Version=1.0;`,
      'mackchat',
      { allowInsecureConnection: true },
    )
    const { url } = await service.getClientAccessToken({ userId: 'ann' })
    const ws = new WebSocket(url.replace('localhost', '127.0.0.1'), 'json.webpubsub.azure.v1')
    await once(ws, 'message')
    const closed = once(ws, 'close')
    const ended = server.stop('SIGTERM')
    await vi.waitFor(
      async () => {
        const { status, headers } = await fetch(`${server.url}/api/health`)
        expect([status, headers.get('connection')]).toEqual([503, 'close'])
      },
      { timeout: 1_500, interval: 20 },
    )
    expect((await closed)[0]).toBe(1012)
    expect(await ended).toBe(0)
  })

  test('starts in production with a key of its own and no other setting, and not without', async () => {
    const environment = { NODE_ENV: 'production', REALTIME_PORT: '0' }
    await expect(start(environment, ['entry/realtime.ts'])).rejects.toThrow('REALTIME_KEY')
    const REALTIME_KEY = 'a-key-of-its-own-of-at-least-32-characters'
    const { url } = await start({ ...environment, REALTIME_KEY }, ['entry/realtime.ts'])
    expect((await fetch(`${url}/api/health`)).status).toBe(200)
  })
})

test('over HTTP a forged event is 401 and changes nothing, where the server for devices is in the process', async () => {
  const server = await start({ DATA_DIR: temporaryDirectory(), DEMO_DATA: 'on', PUBLIC_URL: origin })
  const mentor = await signIn(server, 'mentor@example.org')
  const learner = await signIn(server, 'learner@example.org')
  const created = await mentor.call('POST', conversations, {
    body: { type: 'direct', participantIds: [learner.userId] },
  })
  const conversationId = created.body.id
  const signature = await createEventSignatures(['ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH']).sign(
    'some-connection',
  )
  for (const given of [signature, `sha256=${'0'.repeat(64)}`, ''])
    for (const host of [new URL(origin).host, new URL(server.url).host, 'evil.example']) {
      const facts = { host, userId: learner.userId, signature: given }
      expect((await messageEvent(server, facts, { conversationId, text: 'forged' })).status).toBe(401)
    }
  expect((await mentor.call('GET', `${conversations}/${conversationId}/messages`)).body.items).toEqual([])
})

test.each([
  ['json.webpubsub.azure.v1', WebPubSubJsonProtocol()],
  ['json.reliable.webpubsub.azure.v1', WebPubSubJsonReliableProtocol()],
])('the official client learns which of several things it said is refused, by %s', async (_, protocol) => {
  const server = await start({ DATA_DIR: temporaryDirectory(), DEMO_DATA: 'on', PUBLIC_URL: origin })
  const mentor = await signIn(server, 'mentor@example.org')
  const learner = await signIn(server, 'learner@example.org')
  const created = await mentor.call('POST', conversations, {
    body: { type: 'direct', participantIds: [learner.userId] },
  })
  const conversationId: string = created.body.id
  const { pathname, search } = new URL((await mentor.call('POST', '/api/v1/realtime/negotiate')).body.url)
  const client = new WebPubSubClient(server.url.replace('http', 'ws') + pathname + search, {
    protocol,
    autoReconnect: false,
    messageRetryOptions: { maxRetries: 0 },
    keepAliveIntervalInMs: 0,
    keepAliveTimeoutInMs: 0,
  })
  const answers: any[] = []
  client.on('server-message', ({ message }) => answers.push(message.data))
  stops.push(() => client.stop())
  await client.start()

  const said = { conversationId, text: 'Hello' }
  await Promise.all([
    client.sendEvent('message', { ...said, clientMessageId: 'good' }, 'json'),
    client.sendEvent('message', { ...said, clientMessageId: 'empty', text: '' }, 'json'),
    client.sendEvent('message', { ...said, clientMessageId: 'good', text: 'Another' }, 'json'),
    client.sendEvent('read', { conversationId: crypto.randomUUID(), clientMessageId: 'elsewhere' }, 'json'),
  ])
  // Each came before its ack.
  expect(
    answers.map(({ said: name, clientMessageId, error }) => [name, clientMessageId, error?.code]),
  ).toEqual([
    ['message', 'good', undefined],
    ['message', 'empty', 'validation_error'],
    ['message', 'good', 'conflict'],
    ['read', 'elsewhere', 'not_found'],
  ])

  const [sent, refused, typed] = await Promise.all([
    client.invokeEvent('message', { ...said, clientMessageId: 'invoked' }, 'json'),
    client.invokeEvent('message', { ...said, clientMessageId: 'not', text: '' }, 'json'),
    client.invokeEvent('typing', { conversationId, state: 'start' }, 'json'),
  ])
  expect(sent.data).toMatchObject({ clientMessageId: 'invoked', message: { text: 'Hello' } })
  expect(refused.data).toMatchObject({ clientMessageId: 'not', error: { code: 'validation_error' } })
  expect(typed.data).toBeUndefined()
  expect(answers).toHaveLength(4)
  const { items } = (await learner.call('GET', `${conversations}/${conversationId}/messages`)).body
  expect(items.map(({ clientMessageId }: any) => clientMessageId)).toEqual(['invoked', 'good'])
})

test.skipIf(redisServerMissing)('an event that is sent to two processes counts once', async () => {
  const redis = await startRedisServer()
  stops.push(redis.stop)
  const key = 'a-key-that-the-service-and-the-processes-know'
  const host = `127.0.0.1:${await freePort()}`
  const environment = {
    DATA_DIR: temporaryDirectory(),
    DEMO_DATA: 'on',
    PUBLIC_URL: origin,
    CACHE: 'redis',
    REDIS_URL: redis.url,
    WEB_PUBSUB_CONNECTION_STRING: `Endpoint=http://${host};AccessKey=${key};Version=1.0;`,
  }
  const one = await start(environment)
  const two = await start(environment)
  const mentor = await signIn(one, 'mentor@example.org')
  const learner = await signIn(two, 'learner@example.org')
  const created = await mentor.call('POST', conversations, {
    body: { type: 'direct', participantIds: [learner.userId] },
  })
  const conversationId = created.body.id
  const signature = await createEventSignatures([key]).sign('some-connection')
  const tell = (server: RunningServer, id: string) =>
    messageEvent(server, { host, userId: learner.userId, signature, id }, { conversationId, text: id })

  for (const id of ['1', '2', '3']) {
    const answers = await Promise.all([tell(one, id), tell(two, id), tell(one, id), tell(two, id)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 204, 204, 204])
  }
  const { items } = (await mentor.call('GET', `${conversations}/${conversationId}/messages`)).body
  expect(items.map(({ text }: any) => text).toSorted()).toEqual(['1', '2', '3'])
})
