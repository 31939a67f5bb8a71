import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebPubSubClient } from '@azure/web-pubsub-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { newKeys } from '../../scripts/new-keys.ts'
import { createClient } from '../../src/client/client.ts'
import { type ChatEvent, createLiveChat, type LiveSocket } from '../../src/client/live-chat.ts'
import { events } from '../../src/core/messaging/chat/events.ts'
import { createSender } from '../client/sender.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'
import { redisServerMissing, startRedisServer } from '../stand-ins/redis-server.ts'

/*
 * Two processes of the app on one Redis, and on one Cosmos DB or one folder; devices are connected to a third process that speaks Web
 * PubSub, to which both publish over its REST interface.
 */

const key = 'a-key-that-both-sides-know-and-nobody-else-does'
const directory = mkdtempSync(join(tmpdir(), 'two-nodes-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const stops: (() => unknown)[] = []
let one: RunningServer
let two: RunningServer

/** Somebody with a device, who talks to one of the processes. */
async function arrive(email: string, node: RunningServer) {
  const login = await fetch(`${node.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: demoPassword }),
  })
  const { user, accessToken } = (await login.json()) as any
  const client = createClient({
    baseUrl: node.url,
    locks: null,
    notes: null,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${accessToken}`)
      return fetch(input as string, { ...init, headers, credentials: 'omit' })
    },
  })
  const heard: ChatEvent[] = []
  const states: string[] = []
  const live = createLiveChat({
    client,
    openSocket: (getClientAccessUrl) =>
      new WebPubSubClient(
        { getClientAccessUrl },
        { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 },
      ) as unknown as LiveSocket,
    onEvent: (event) => heard.push(events[event.event].schema.parse(event) as ChatEvent),
    onReload: (_, reason) => states.push(reason),
    onState: (state) => states.push(state),
    // So long that what arrives arrived by the socket.
    gapWaitMs: 60_000,
    tailCheckMs: 600_000,
  })
  const { outbox, send } = createSender({ client, userId: user.id })
  await outbox.start()
  live.start()
  stops.push(live.stop, outbox.stop)
  await vi.waitFor(() => expect(states).toContain('live'), { timeout: 20_000 })
  const texts = () => heard.flatMap((event) => (event.event === 'message.new' ? [event.data.text] : []))
  return { userId: user.id as string, client, live, send, heard, states, texts }
}
type Person = Awaited<ReturnType<typeof arrive>>

async function open(by: Person, ...others: Person[]): Promise<string> {
  const participantIds = others.map(({ userId }) => userId)
  const created = await by.client.api.v1.conversations.$post({ json: { type: 'group', participantIds } })
  expect(created.status).toBe(201)
  const { id, seq } = (await created.json()) as { id: string; seq: number }
  for (const person of [by, ...others]) {
    await vi.waitFor(
      () =>
        expect(
          person.heard.some((event) => event.event === 'conversation.added' && event.conversationId === id),
        ).toBe(true),
      { timeout: 10_000 },
    )
    person.live.follow(id, seq)
  }
  return id
}
const reaches = (person: Person, texts: readonly string[]) =>
  vi.waitFor(() => expect(person.texts()).toEqual(texts), { timeout: 15_000 })

interface Documents {
  readonly environment: Record<string, string>
  readonly close: () => unknown
}
const onCosmos = {
  openDocuments: (): Promise<Documents> => startProvisionedCosmos(),
  folderOf: (name: string) => join(directory, name),
}
const inOneFolder = {
  openDocuments: async (): Promise<Documents> => ({ environment: {}, close: () => {} }),
  folderOf: () => join(directory, 'together'),
}

describe.each([
  ['one Cosmos DB', onCosmos],
  ['one folder', inOneFolder],
])('on %s', (_, { openDocuments, folderOf }) => {
  beforeAll(async () => {
    if (redisServerMissing) return
    const [documents, redis] = await Promise.all([openDocuments(), startRedisServer()])
    stops.push(documents.close, redis.stop)
    const [firstPort, realtimePort] = await Promise.all([freePort(), freePort()])
    const keys = Object.fromEntries(
      (await newKeys({}, { replacesMaster: false, nowMs: Date.now() })).map((line) => {
        const at = line.indexOf('=')
        return [line.slice(0, at), line.slice(at + 1).replace(/^'(.*)'$/, '$1')]
      }),
    )
    const realtime = await startServer(
      {
        REALTIME_PORT: String(realtimePort),
        REALTIME_KEY: key,
        REALTIME_EVENTS_URL: `http://127.0.0.1:${firstPort}/api/v1/realtime/events`,
      },
      ['entry/realtime.ts'],
    )
    stops.push(() => realtime.stop('SIGKILL'))
    const environment = {
      ...documents.environment,
      ...keys,
      CACHE: 'redis',
      REDIS_URL: redis.url,
      WEB_PUBSUB_CONNECTION_STRING: `Endpoint=http://localhost:${realtimePort};AccessKey=${key};Version=1.0;`,
      RATE_LIMIT_SCALE: '10000',
      DEMO_DATA: 'on',
      PUBLIC_URL: `http://localhost:${firstPort}`,
    }
    one = await startServer({ ...environment, PORT: String(firstPort), DATA_DIR: folderOf('one') })
    two = await startServer({ ...environment, DATA_DIR: folderOf('two') })
    stops.push(
      () => one.stop('SIGKILL'),
      () => two.stop('SIGKILL'),
    )
  }, 120_000)
  afterAll(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  test.skipIf(redisServerMissing)(
    'what is sent through one process reaches devices that came through the other, in one order',
    { timeout: 120_000 },
    async () => {
      const admin = await arrive('admin@example.org', one)
      const mentor = await arrive('mentor@example.org', two)
      const id = await open(admin, mentor)
      await admin.send(id, { text: 'from one' })
      await reaches(mentor, ['from one'])
      await mentor.send(id, { text: 'from two' })
      await reaches(admin, ['from one', 'from two'])
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? admin : mentor).send(id, { text: `m${i}` })),
      )
      await vi.waitFor(() => expect(admin.texts()).toHaveLength(22), { timeout: 15_000 })
      await reaches(mentor, admin.texts())
      expect(new Set(admin.texts()).size).toBe(22)
    },
  )

  test.skipIf(redisServerMissing)(
    'a member removed through one process hears nothing more on a device that came through the other',
    { timeout: 120_000 },
    async () => {
      const admin = await arrive('admin@example.org', one)
      const mentor = await arrive('mentor@example.org', two)
      const learner = await arrive('learner@example.org', two)
      const id = await open(admin, mentor, learner)
      await admin.send(id, { text: 'to all' })
      await reaches(learner, ['to all'])
      const removed = await admin.client.api.v1.conversations[':id'].members.$delete({
        param: { id },
        query: { userId: learner.userId },
      })
      expect(removed.status).toBe(204)
      await mentor.send(id, { text: 'without you' })
      await vi.waitFor(() => expect(admin.texts().at(-1)).toBe('without you'), { timeout: 15_000 })
      const again = await arrive('learner@example.org', one)
      await admin.send(id, { text: 'still without you' })
      await vi.waitFor(() => expect(mentor.texts().at(-1)).toBe('still without you'), { timeout: 15_000 })
      await learner.live.check()
      for (const device of [learner, again])
        expect(device.texts().filter((text) => text.includes('without'))).toEqual([])
      expect(learner.states).toContain('forbidden')
      const asked = await learner.client.api.v1.conversations[':id'].messages.$get({
        param: { id },
        query: {},
      })
      expect(asked.status).toBe(404)
    },
  )

  test.skipIf(redisServerMissing)(
    'a session that ends at one is over at the other at once, and requests to both are counted together',
    { timeout: 120_000 },
    async () => {
      const email = 'learner@example.org'
      const logIn = (node: RunningServer, password: string) =>
        fetch(`${node.url}/api/v1/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password }),
        })
      const { accessToken } = (await (await logIn(one, demoPassword)).json()) as { accessToken: string }
      const ask = (node: RunningServer, path: string, method = 'GET') =>
        fetch(node.url + path, { method, headers: { authorization: `Bearer ${accessToken}` } })
      const remaining = async (node: RunningServer) =>
        Number((await ask(node, '/api/v1/users/me')).headers.get('x-ratelimit-remaining'))
      const before = await remaining(one)
      expect([await remaining(two), await remaining(one)]).toEqual([before - 1, before - 2])
      expect((await ask(one, '/api/v1/auth/logout', 'POST')).ok).toBe(true)
      expect((await ask(two, '/api/v1/users/me')).status).toBe(401)
    },
  )
})
