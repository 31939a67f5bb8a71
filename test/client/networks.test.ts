import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebPubSubClient } from '@azure/web-pubsub-client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { createClient } from '../../src/client/client.ts'
import { socketOptions } from '../../src/client/connection.ts'
import { createLine } from '../../src/client/line.ts'
import { type ChatEvent, createLiveChat, type LiveSocket } from '../../src/client/live-chat.ts'
import { createReceipts } from '../../src/client/receipts.ts'
import { type RunningServer, startServer } from '../server.ts'
import { type BadNetwork, type Fate, startBadNetwork, type UpgradeFate } from '../stand-ins/bad-network.ts'
import { createSender } from './sender.ts'

/*
 * The client with its real socket client over real TCP, through networks as people have them. What the client waits for is
 * shorter here than by default; that the defaults notice in time is counted in live-chat.test.ts.
 */

const directory = mkdtempSync(join(tmpdir(), 'networks-'))
let server: RunningServer
const networks: BadNetwork[] = []
const stops: (() => void)[] = []

beforeAll(async () => {
  const first = await startBadNetwork()
  networks.push(first)
  server = await startServer({
    DATA_DIR: directory,
    RATE_LIMIT_SCALE: '10000',
    DEMO_DATA: 'on',
    PUBLIC_URL: first.url,
  })
  first.leadTo(server.url)
}, 60_000)
afterAll(async () => {
  for (const stop of stops) stop()
  await server?.stop('SIGKILL')
  for (const network of networks) await network.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function enter(email: string) {
  const login = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: demoPassword }),
  })
  return (await login.json()) as { readonly user: { readonly id: string }; readonly accessToken: string }
}

/** Somebody with a device, in a network of their own. */
async function arrive(email: string) {
  const { user, accessToken } = await enter(email)
  const network = await startBadNetwork()
  networks.push(network)
  network.leadTo(server.url)
  const line = createLine()
  const signedOut = vi.fn()
  const client = createClient({
    baseUrl: network.url,
    line,
    locks: null,
    notes: null,
    attemptMs: 800,
    deadlineMs: 3_000,
    onSignedOut: signedOut,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('authorization', `Bearer ${accessToken}`)
      return fetch(input as string, { ...init, headers, credentials: 'omit' })
    },
  })
  const heard: ChatEvent[] = []
  const states: string[] = []
  const { outbox, send } = createSender({ client, userId: user.id, line })
  const live = createLiveChat({
    client,
    line,
    outbox,
    openSocket: (getClientAccessUrl) =>
      new WebPubSubClient(
        {
          // The server names its own address; the socket of this device goes through its own network.
          getClientAccessUrl: async () =>
            (await getClientAccessUrl()).replace(/^ws:\/\/[^/]+/, network.url.replace('http', 'ws')),
        },
        socketOptions,
      ) as unknown as LiveSocket,
    onEvent: (event) => heard.push(event),
    onReload: (_, reason) => states.push(reason),
    onState: (state) => states.push(state),
    pingMs: 400,
    answerMs: 400,
    connectMs: 1_500,
    pollMs: 500,
  })
  stops.push(live.stop, outbox.stop)
  await outbox.start()
  live.start()
  const texts = () => heard.flatMap((event) => (event.event === 'message.new' ? [event.data.text] : []))
  return { userId: user.id, client, network, line, live, outbox, send, heard, states, texts, signedOut }
}
type Person = Awaited<ReturnType<typeof arrive>>

async function open(by: Person, ...others: Person[]): Promise<string> {
  const participantIds = others.map(({ userId }) => userId)
  const created = await by.client.api.v1.conversations.$post({ json: { type: 'group', participantIds } })
  expect(created.status).toBe(201)
  const { id, seq } = (await created.json()) as { id: string; seq: number }
  for (const person of [by, ...others]) person.live.follow(id, seq)
  return id
}
const reaches = (person: Person, texts: readonly string[], ms = 15_000) =>
  vi.waitFor(() => expect(person.texts()).toEqual(texts), { timeout: ms })
/** Longer than a client ever waits before it tries again: how long it does is chance. */
const isLive = (person: Person) =>
  vi.waitFor(() => expect(person.live.state()).toBe('live'), { timeout: 40_000 })
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${from + i}`)

test('answers that are lost, gateways and filters at every second request: each message once, in the order it was written', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = [await arrive('admin@example.org'), await arrive('mentor@example.org')]
  const id = await open(ann, ben)
  const fates: readonly Fate[] = [
    'lose',
    'reset',
    'lose',
    { status: 502, body: '<h1>Bad gateway</h1>' },
    { status: 403 },
    'lose',
    { status: 200 },
    { status: 407 },
    'swallow',
    { status: 401 },
    { status: 404 },
    { status: 302, headers: { location: 'http://127.0.0.1:9/portal' }, body: '' },
    {
      status: 503,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"no healthy upstream"}',
    },
  ]
  const isMessage = ({ method, url }: IncomingMessage) => method === 'POST' && url?.endsWith('/messages')
  for (const [person, start] of [
    [ann, 0],
    [ben, 6],
  ] as const) {
    let turn = 0
    person.network.fate = (incoming) => {
      if (!isMessage(incoming) || turn++ % 2 === 0) return 'pass'
      return fates[(start + Math.floor(turn / 2)) % fates.length] as Fate
    }
  }
  const wanted = numbered(0, 14)
  for (const text of wanted) {
    ann.outbox.add(id, { text: `ann ${text}` })
    ben.outbox.add(id, { text: `ben ${text}` })
  }
  for (const person of [ann, ben])
    await vi.waitFor(() => expect(person.outbox.conversationIds()).toEqual([]), { timeout: 60_000 })
  await vi.waitFor(() => expect(ben.texts()).toHaveLength(28), { timeout: 15_000 })
  for (const name of ['ann', 'ben'])
    expect(ben.texts().filter((text) => text.startsWith(name))).toEqual(
      wanted.map((text) => `${name} ${text}`),
    )
  await reaches(ann, ben.texts())
  expect(ann.signedOut).not.toHaveBeenCalled()
})

test('a router forgets what is open: it is noticed, and messages go and come by new connections', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = [await arrive('admin@example.org'), await arrive('mentor@example.org')]
  const id = await open(ann, ben)
  await Promise.all([isLive(ann), isLive(ben)])
  await ann.send(id, { text: 'before' })
  await reaches(ben, ['before'])
  ann.network.forget()
  ben.network.forget()
  ann.states.length = 0
  await Promise.all([ann.send(id, { text: 'after' }), ben.send(id, { text: 'too' })])
  await vi.waitFor(() => expect(ann.states).toContain('live'), { timeout: 15_000 })
  await vi.waitFor(() => expect(new Set(ann.texts())).toEqual(new Set(['before', 'after', 'too'])), {
    timeout: 15_000,
  })
  await reaches(ben, ann.texts())
})

test('no socket gets through, in any way: what others write comes within seconds, and it is said that it is slower here', {
  timeout: 120_000,
}, async () => {
  const ben = await arrive('mentor@example.org')
  const ways: readonly UpgradeFate[] = [403, 502, 'swallow', 'handshake']
  await Promise.all(
    ways.map(async (way) => {
      const ann = await arrive('admin@example.org')
      ann.network.upgrade = () => way
      const id = await open(ann, ben)
      await vi.waitFor(() => expect(ann.live.state()).toBe('slow'), { timeout: 15_000 })
      const startedAt = performance.now()
      await ben.send(id, { text: `hello ${way}` })
      await vi.waitFor(() => expect(ann.texts()).toContain(`hello ${way}`), { timeout: 5_000 })
      expect(performance.now() - startedAt).toBeLessThan(5_000)
      expect((await ann.send(id, { text: `back ${way}` }))?.text).toBe(`back ${way}`)
      expect(ann.states).not.toContain('offline')
      ann.network.upgrade = () => 'pass'
      await isLive(ann)
    }),
  )
})

test('a network that wants people to sign in to it: nobody is signed out, nothing is given up, and it is said', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = [await arrive('admin@example.org'), await arrive('mentor@example.org')]
  const id = await open(ann, ben)
  await Promise.all([isLive(ann), isLive(ben)])
  let turn = 0
  ann.network.fate = () => ({
    status: [200, 401, 403, 302, 511][turn++ % 5] ?? 200,
    headers: { 'content-type': 'text/html', location: `${ann.network.url}/portal` },
  })
  ann.network.upgrade = () => 403
  ann.network.forget()
  ann.outbox.add(id, { text: 'in the café' })
  await vi.waitFor(() => expect(ann.live.state()).toBe('foreign'), { timeout: 15_000 })
  expect(ann.outbox.entriesOf(id)).toMatchObject([{ message: { text: 'in the café' } }])
  ann.network.fate = () => 'pass'
  ann.network.upgrade = () => 'pass'
  await reaches(ben, ['in the café'], 40_000)
  await isLive(ann)
  expect(ann.signedOut).not.toHaveBeenCalled()
})

test('120 messages while the line was down: the mark that they were read is one request, not 120', {
  timeout: 120_000,
}, async () => {
  const [ann, ben] = [await arrive('admin@example.org'), await arrive('mentor@example.org')]
  const id = await open(ann, ben)
  await Promise.all([isLive(ann), isLive(ben)])
  const receipts = createReceipts({ client: ann.client, userId: ann.userId, line: ann.line })
  stops.push(receipts.stop)
  ann.network.fate = () => 'reset'
  ann.network.upgrade = () => 502
  ann.network.forget()
  await vi.waitFor(() => expect(ann.live.state()).not.toBe('live'), { timeout: 15_000 })
  await Promise.all(numbered(0, 120).map((text) => ben.send(id, { text })))
  ann.network.fate = () => 'pass'
  ann.network.upgrade = () => 'pass'
  ann.network.seen.length = 0
  let told = 0
  await vi.waitFor(
    () => {
      for (const event of ann.heard.slice(told)) if ('seq' in event && event.seq) receipts.read(id, event.seq)
      told = ann.heard.length
      expect(ann.texts()).toHaveLength(120)
    },
    { timeout: 40_000 },
  )
  const reads = () => ann.network.seen.filter((each) => each.endsWith('/read'))
  await vi.waitFor(() => expect(reads().length).toBeGreaterThan(0), { timeout: 20_000 })
  expect(reads().length).toBeLessThan(4)
})
