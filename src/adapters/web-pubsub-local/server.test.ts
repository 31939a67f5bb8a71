import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { odata, WebPubSubServiceClient } from '@azure/web-pubsub'
import {
  WebPubSubClient,
  type WebPubSubClientProtocol,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
} from '@azure/web-pubsub-client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startWebPubSub } from '../../../test/stand-ins/web-pubsub.ts'
import type { Limits } from './limits.ts'
import { createLocalRealtime } from './realtime.ts'

/* What the unmodified official client and service SDK see. */

let service: Awaited<ReturnType<typeof startWebPubSub>>
let admin: WebPubSubServiceClient
const stops: (() => void)[] = []
const start = async (limits: Partial<Limits> = {}) => {
  await service?.stop()
  service = await startWebPubSub({ limits })
  admin = new WebPubSubServiceClient(service.connectionString, 'chat', { allowInsecureConnection: true })
}
beforeEach(() => start())
afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await service.stop()
})

const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 3_000, interval: 5 })

interface Wanted {
  userId?: string
  roles?: string[]
  groups?: string[]
}
const urlFor = async (wanted: Wanted = {}) => (await admin.getClientAccessToken(wanted)).url

const plain = WebPubSubJsonProtocol()

async function open(wanted: Wanted = {}, protocol: WebPubSubClientProtocol = plain) {
  const client = new WebPubSubClient(await urlFor(wanted), {
    protocol,
    autoReconnect: false,
    messageRetryOptions: { maxRetries: 0 },
    keepAliveIntervalInMs: 0,
    keepAliveTimeoutInMs: 0,
  })
  stops.push(() => client.stop())
  const messages: any[] = []
  const connected = new Promise<{ connectionId: string; userId: string }>((resolve) =>
    client.on('connected', resolve),
  )
  let farewell: string | undefined
  let isStopped = false
  client.on('group-message', ({ message }) => messages.push(message))
  client.on('server-message', ({ message }) => messages.push(message))
  client.on('disconnected', ({ message }) => {
    farewell = message?.message
  })
  client.on('stopped', () => {
    isStopped = true
  })
  await client.start()
  const { connectionId, userId } = await connected
  return { client, messages, connectionId, userId, farewell: () => farewell, isStopped: () => isStopped }
}

/** A socket below the official client, for what it would never send. */
async function openRaw(wanted: Wanted = {}, protocol = 'json.webpubsub.azure.v1') {
  const ws = new WebSocket(await urlFor(wanted), protocol)
  stops.push(() => ws.terminate())
  const frames: any[] = []
  ws.on('message', (data) => frames.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => ws.on('close', resolve))
  await once(ws, 'open')
  await eventually(() => expect(frames).toHaveLength(1))
  return { ws, frames, closed }
}

const statusOf = (url: string, protocols: string | string[] = 'json.webpubsub.azure.v1') =>
  new Promise<number>((resolve, reject) => {
    const ws = new WebSocket(url, protocols)
    ws.on('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode))
    ws.on('open', () => {
      ws.terminate()
      resolve(101)
    })
    ws.on('error', reject)
  })

describe.each([
  ['json.webpubsub.azure.v1', plain],
  ['json.reliable.webpubsub.azure.v1', WebPubSubJsonReliableProtocol()],
])('by %s', (name, protocol) => {
  const roles = ['webpubsub.joinLeaveGroup.room', 'webpubsub.sendToGroup.room']

  test('a client is told who it is, joins, sends and receives every type of data', async () => {
    const [a, b] = [
      await open({ userId: 'ann', roles }, protocol),
      await open({ userId: 'bob', roles }, protocol),
    ]
    expect(a.userId).toBe('ann')
    await a.client.joinGroup('room')
    await b.client.joinGroup('room')
    await a.client.sendToGroup('room', { hi: 'é😀' }, 'json', { noEcho: true })
    await a.client.sendToGroup('room', 'text', 'text', { noEcho: true })
    await a.client.sendToGroup('room', new Uint8Array([1, 2, 255]).buffer, 'binary', { noEcho: true })
    await b.client.sendToGroup('room', { n: 2 }, 'json')
    await eventually(() => expect(b.messages).toHaveLength(4))
    expect(b.messages[0]).toMatchObject({ data: { hi: 'é😀' }, fromUserId: 'ann', group: 'room' })
    expect(b.messages[1].data).toBe('text')
    expect([...new Uint8Array(b.messages[2].data)]).toEqual([1, 2, 255])
    await eventually(() => expect(a.messages.map(({ data }) => data)).toEqual([{ n: 2 }]))
    if (name.includes('reliable'))
      expect(b.messages.map(({ sequenceId }) => sequenceId)).toEqual([1, 2, 3, 4])
    await b.client.leaveGroup('room')
    await a.client.sendToGroup('room', { n: 3 }, 'json')
    await eventually(() => expect(a.messages).toHaveLength(2))
    expect(b.messages).toHaveLength(4)
  })

  test('what its roles do not allow is refused', async () => {
    const { client } = await open({ userId: 'ann', roles, groups: ['other'] }, protocol)
    for (const attempt of [
      () => client.joinGroup('other'),
      () => client.leaveGroup('other'),
      () => client.sendToGroup('other', 'x', 'text'),
    ])
      await expect(attempt()).rejects.toMatchObject({ errorDetail: { name: 'Forbidden' } })
    expect(await admin.groupExists('other')).toBe(true)
  })

  test('the same ack id twice counts once', async () => {
    const { client, messages } = await open({ roles, groups: ['room'] }, protocol)
    const send = () => client.sendToGroup('room', 'x', 'text', { ackId: 7 })
    expect([(await send()).isDuplicated, (await send()).isDuplicated]).toEqual([false, true])
    await eventually(() => expect(messages).toHaveLength(1))
  })

  test('closed by the service it learns why', async () => {
    const { isStopped, farewell } = await open({ userId: 'ann' }, protocol)
    await admin.closeUserConnections('ann', { reason: 'session revoked' })
    await eventually(() => expect(isStopped()).toBe(true))
    expect(farewell()).toBe('session revoked')
    expect(await admin.userExists('ann')).toBe(false)
  })
})

describe('the service SDK', () => {
  test('sends to all, users, connections and groups, with exclusions and filters', async () => {
    const [a, b] = [
      await open({ userId: 'ann', groups: ['g'] }),
      await open({ userId: 'bob', groups: ['g'] }),
    ]
    await admin.sendToAll({ to: 'all' })
    await admin.sendToUser('bob', 'to bob', { contentType: 'text/plain' })
    await admin.sendToConnection(a.connectionId, new Uint8Array([9]).buffer)
    await admin.group('g').sendToAll({ to: 'g' }, { excludedConnections: [a.connectionId] })
    await admin.sendToAll({ to: 'filtered' }, { filter: odata`userId eq ${'bob'} and not ('x' in groups)` })
    await admin.sendToAll(
      { to: 'either' },
      { filter: `(userId eq null or connectionId eq '${a.connectionId}')` },
    )
    await eventually(() => expect(b.messages).toHaveLength(4))
    expect(b.messages.map(({ data }) => data)).toEqual([
      { to: 'all' },
      'to bob',
      { to: 'g' },
      { to: 'filtered' },
    ])
    await eventually(() => expect(a.messages).toHaveLength(3))
    expect([...new Uint8Array(a.messages[1].data)]).toEqual([9])
    expect(a.messages[2].data).toEqual({ to: 'either' })
  })

  test('asks who is there, and changes groups and permissions', async () => {
    const { connectionId, client } = await open({ userId: 'ann' })
    expect([await admin.userExists('ann'), await admin.userExists('bob')]).toEqual([true, false])
    expect([await admin.connectionExists(connectionId), await admin.connectionExists('x')]).toEqual([
      true,
      false,
    ])
    await admin.group('g1').addUser('ann')
    await admin.group('g2').addConnection(connectionId)
    await admin.addConnectionsToGroups(['g3', 'g4'], odata`userId eq ${'ann'}`)
    const listed: unknown[] = []
    for await (const member of await admin.group('g3').listConnections()) listed.push(member)
    expect(listed).toEqual([{ connectionId, userId: 'ann' }])
    const groupsOf = async () =>
      (await Promise.all(['g1', 'g2', 'g3', 'g4'].map((group) => admin.groupExists(group))))
        .map(Number)
        .join('')
    expect(await groupsOf()).toBe('1111')
    await admin.group('g1').removeUser('ann')
    await admin.group('g2').removeConnection(connectionId)
    await admin.removeConnectionsFromGroups(['g3'], odata`userId eq ${'ann'}`)
    expect(await groupsOf()).toBe('0001')
    await admin.removeUserFromAllGroups('ann')
    expect(await groupsOf()).toBe('0000')
    await expect(admin.group('g').addConnection('nobody')).rejects.toMatchObject({ statusCode: 404 })

    await admin.grantPermission(connectionId, 'joinLeaveGroup', { targetName: 'room' })
    expect(await admin.hasPermission(connectionId, 'joinLeaveGroup', { targetName: 'room' })).toBe(true)
    await client.joinGroup('room')
    await admin.revokePermission(connectionId, 'joinLeaveGroup', { targetName: 'room' })
    expect(await admin.hasPermission(connectionId, 'joinLeaveGroup', { targetName: 'room' })).toBe(false)
    await expect(client.joinGroup('room')).rejects.toMatchObject({ errorDetail: { name: 'Forbidden' } })
  })

  test('lists a large group page by page', async () => {
    for (let n = 0; n < 5; n++) await openRaw({ userId: `u${n}`, groups: ['g'] })
    const listed: unknown[] = []
    const members = await admin.group('g').listConnections({ maxPageSize: 2 })
    for await (const member of members) listed.push(member)
    expect(new Set(listed.map((member) => (member as { userId: string }).userId)).size).toBe(5)
  })

  test('is refused without the key, with the token of another path, and with what makes no sense', async () => {
    const ask = (path: string, headers: Record<string, string> = {}, body = '{}') =>
      fetch(service.origin + path, { method: 'POST', headers, body })
    const path = '/api/hubs/chat/:send'
    const aud = service.origin + path
    const exp = Math.floor(Date.now() / 1000) + 60
    const bearer = (claims: object) => ({
      authorization: `Bearer ${service.server.tokens.sign({ ...claims })}`,
    })
    expect((await ask(`${path}?api-version=2024-12-01`)).status).toBe(401)
    for (const claims of [
      { aud, exp: exp - 120 },
      { aud: `${service.origin}/api/hubs/other/:send`, exp },
      { exp },
    ])
      expect((await ask(`${path}?api-version=2024-12-01`, bearer(claims))).status).toBe(401)
    const [, payload, code] = service.server.tokens.sign({ aud, exp }).split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const token of [`${none}.${payload}.`, `${none}.${payload}.${code}`, 'a.b.c', ''])
      expect((await ask(`${path}?api-version=2024-12-01`, { authorization: `Bearer ${token}` })).status).toBe(
        401,
      )
    const json = { ...bearer({ aud, exp }), 'content-type': 'application/json' }
    expect((await ask(path, json)).status).toBe(400)
    expect((await ask(`${path}?api-version=2024-12-01`, json, 'no json')).status).toBe(400)
    for (const filter of [
      "userId gt 'a'",
      'userId eq',
      "userId eq 'a' x",
      '((',
      "'a' in users",
      `x${'y'.repeat(3000)}`,
    ])
      expect(
        (await ask(`${path}?api-version=2024-12-01&filter=${encodeURIComponent(filter)}`, json)).status,
      ).toBe(400)
    expect((await ask(`${path}?api-version=2024-12-01`, json)).status).toBe(202)
    expect((await fetch(`${service.origin}/api/health`)).status).toBe(200)
  })
})

describe('who may connect', () => {
  test('only with a token for this hub that is still good', async () => {
    const good = await urlFor()
    expect(await statusOf(good)).toBe(101)
    expect(await statusOf(good.replace('/hubs/chat', '/hubs/other'))).toBe(401)
    expect(await statusOf(`${good}x`)).toBe(401)
    expect(await statusOf(good.split('?')[0] ?? '')).toBe(401)
    expect(await statusOf((await admin.getClientAccessToken({ expirationTimeInMinutes: -1 })).url)).toBe(401)
    expect(await statusOf(good.replace('/client/', '/elsewhere/'))).toBe(404)
    for (const protocols of ['mqtt', 'protobuf.webpubsub.azure.v1', []])
      expect(await statusOf(good, protocols)).toBe(400)
  })

  test('nobody recovers the connection of somebody else', async () => {
    const { frames } = await openRaw({}, 'json.reliable.webpubsub.azure.v1')
    const { connectionId, reconnectionToken } = frames[0]
    const url = `${(await urlFor()).split('?')[0]}?awps_connection_id=${connectionId}&awps_reconnection_token=`
    for (const token of ['', 'x', `${reconnectionToken}x`]) {
      const thief = new WebSocket(url + token, 'json.reliable.webpubsub.azure.v1')
      const [code] = await once(thief, 'close')
      expect(code).toBe(1008)
    }
    const heir = new WebSocket(url + reconnectionToken, 'json.reliable.webpubsub.azure.v1')
    stops.push(() => heir.terminate())
    expect(JSON.parse(String((await once(heir, 'message'))[0]))).toMatchObject({
      event: 'connected',
      connectionId,
    })
  })

  test('so many connections for one user; a lost one makes room', async () => {
    await start({ connectionsPerUser: 2 })
    const [first] = [
      await openRaw({ userId: 'ann' }, 'json.reliable.webpubsub.azure.v1'),
      await openRaw({ userId: 'ann' }),
    ]
    expect(await statusOf(await urlFor({ userId: 'ann' }))).toBe(429)
    expect(await statusOf(await urlFor({ userId: 'bob' }))).toBe(101)
    first.ws.terminate()
    await eventually(() =>
      expect([...service.server.registry.everywhere()].some(({ link }) => link === null)).toBe(true),
    )
    expect(await statusOf(await urlFor({ userId: 'ann' }))).toBe(101)
  })
})

describe('limits', () => {
  test.each([
    ['no JSON', 'hello'],
    ['an unknown type', '{"type":"dance"}'],
    ['a group that is no name', '{"type":"joinGroup","group":1}'],
    ['an invocation without a name', '{"type":"invoke","event":"e","data":1}'],
    ['an ack id that is no number', '{"type":"event","event":"e","ackId":"1"}'],
  ])('%s closes with 1008', async (_, text) => {
    const { ws, frames, closed } = await openRaw()
    ws.send(text)
    expect(await closed).toBe(1008)
    expect(frames.at(-1)).toMatchObject({ type: 'system', event: 'disconnected' })
  })

  test('a ping is answered', async () => {
    const { ws, frames } = await openRaw()
    ws.send('{"type":"ping"}')
    await eventually(() => expect(frames.at(-1)).toEqual({ type: 'pong' }))
  })

  test('binary data that is none, and an event nobody takes, are told by the ack', async () => {
    const { ws, frames } = await openRaw({ roles: ['webpubsub.sendToGroup'] })
    ws.send('{"type":"sendToGroup","group":"g","ackId":1,"dataType":"binary","data":{}}')
    ws.send('{"type":"event","event":"e","ackId":2,"data":1}')
    ws.send('{"type":"event","event":"e","ackId":3}')
    ws.send('{"type":"event","event":"e","ackId":4,"dataType":"protobuf","data":"AA=="}')
    await eventually(() => expect(frames).toHaveLength(5))
    expect(
      frames
        .slice(1)
        .map(({ ackId, success }) => `${ackId} ${success}`)
        .toSorted(),
    ).toEqual([1, 2, 3, 4].map((ackId) => `${ackId} false`))
  })

  const nest = (open: string, close: string) => `${open.repeat(6_000)}1${close.repeat(6_000)}`
  test.each([
    ['arrays', nest('[', ']')],
    ['objects', nest('{"a":', '}')],
    ['both in turn', nest('[{"a":', '}]')],
  ])(
    'a frame of %s, nested to where a stack ends, closes its own connection and no other',
    async (_, data) => {
      const other = await openRaw()
      for (const protocol of ['json.webpubsub.azure.v1', 'json.reliable.webpubsub.azure.v1'])
        for (const type of ['event', 'sendToGroup', 'no type of ours']) {
          const { ws, closed } = await openRaw({ roles: ['webpubsub.sendToGroup'] }, protocol)
          ws.send(`{"type":"${type}","event":"x","group":"g","dataType":"json","ackId":1,"data":${data}}`)
          expect(await closed).toBe(1008)
        }
      other.ws.send('{"type":"ping"}')
      await eventually(() => expect(other.frames.at(-1)).toEqual({ type: 'pong' }))
    },
  )

  test('brackets in a text are no depth', async () => {
    const { ws, frames } = await openRaw()
    ws.send(
      JSON.stringify({ type: 'event', event: 'x', dataType: 'text', ackId: 1, data: '\\"['.repeat(200) }),
    )
    await eventually(() => expect(frames.at(-1)).toMatchObject({ type: 'ack', ackId: 1 }))
  })

  test('what a listener throws ends its connection alone, and is reported', async () => {
    await service.stop()
    let isBroken = false
    const clock = {
      now() {
        if (isBroken) throw new Error('the clock is broken')
        return Date.now()
      },
    }
    service = await startWebPubSub({ clock })
    admin = new WebPubSubServiceClient(service.connectionString, 'chat', { allowInsecureConnection: true })
    const other = await openRaw()
    const { ws, closed } = await openRaw()
    isBroken = true
    ws.send('{"type":"ping"}')
    expect(await closed).toBe(1006)
    isBroken = false
    expect(service.log.events).toContainEqual(expect.objectContaining({ event: 'realtime_listener_failed' }))
    other.ws.send('{"type":"ping"}')
    await eventually(() => expect(other.frames.at(-1)).toEqual({ type: 'pong' }))
  })

  test('a frame that is too long closes with 1009', async () => {
    await start({ frameBytes: 1_000 })
    const { ws, closed } = await openRaw()
    ws.send(`{"type":"ping","x":"${'x'.repeat(1_000)}"}`)
    expect(await closed).toBe(1009)
  })

  test('too many frames at once close with 1008', async () => {
    await start({ framesPerSecond: 1, frameBurst: 5 })
    const { ws, closed } = await openRaw()
    for (let n = 0; n < 10; n++) ws.send('{"type":"ping"}')
    expect(await closed).toBe(1008)
  })

  describe('what a person may send is counted over all connections, and outlives them', () => {
    let nowMs = 1_000_000
    const startAt = async (limits: Partial<Limits>) => {
      await service.stop()
      service = await startWebPubSub({ limits, clock: { now: () => nowMs } })
      admin = new WebPubSubServiceClient(service.connectionString, 'chat', { allowInsecureConnection: true })
      nowMs = Date.now()
    }
    const frameOf = (bytes: number) => `{"type":"ping","x":"${'x'.repeat(bytes - 22)}"}`

    test.each(['json.webpubsub.azure.v1', 'json.reliable.webpubsub.azure.v1'])(
      'in bytes, by %s',
      async (protocol) => {
        await startAt({ bytesPerSecond: 1_000, byteBurst: 10_000 })
        const [one, two, other] = [
          await openRaw({ userId: 'ann' }, protocol),
          await openRaw({ userId: 'ann' }, protocol),
          await openRaw({ userId: 'bob' }, protocol),
        ]
        one.ws.send(frameOf(6_000))
        await eventually(() => expect(one.frames.at(-1)).toEqual({ type: 'pong' }))
        two.ws.send(frameOf(6_000))
        expect(await two.closed).toBe(1008)
        other.ws.send(frameOf(6_000))
        await eventually(() => expect(other.frames.at(-1)).toEqual({ type: 'pong' }))
        one.ws.terminate()
        await one.closed
        const again = await openRaw({ userId: 'ann' }, protocol)
        again.ws.send(frameOf(6_000))
        expect(await again.closed).toBe(1008)
        nowMs += 3_000
        const later = await openRaw({ userId: 'ann' }, protocol)
        later.ws.send(frameOf(6_000))
        await eventually(() => expect(later.frames.at(-1)).toEqual({ type: 'pong' }))
      },
    )

    test('in frames, and those of control count too', async () => {
      await startAt({ framesPerSecond: 1, frameBurst: 5 })
      const [one, two] = [await openRaw({ userId: 'ann' }), await openRaw({ userId: 'ann' })]
      for (let n = 0; n < 4; n++) one.ws.ping()
      one.ws.send('{"type":"ping"}')
      await eventually(() => expect(one.frames.at(-1)).toEqual({ type: 'pong' }))
      two.ws.ping()
      expect(await two.closed).toBe(1008)
    })
  })

  test('who reads too slowly is dropped, and nobody else waits for it', async () => {
    await start({ bufferedBytes: 65_536 })
    const url = new URL(await urlFor({ userId: 'slow', groups: ['g'] }))
    const slow = connectTcp(Number(url.port), '127.0.0.1')
    stops.push(() => slow.destroy())
    slow.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: json.webpubsub.azure.v1\r\n\r\n',
    )
    await eventually(async () => expect(await admin.userExists('slow')).toBe(true))
    slow.pause()
    const { messages } = await open({ groups: ['g'] })
    let count = 0
    const text = 'x'.repeat(100_000)
    while ((await admin.userExists('slow')) && count < 500) {
      await admin.group('g').sendToAll({ text })
      count++
    }
    expect(count).toBeLessThan(500)
    await eventually(() => expect(messages).toHaveLength(count))
  })

  test('who acknowledges nothing is dropped when its buffer is full', async () => {
    await start({ unackedMessages: 10 })
    const { closed } = await openRaw({ userId: 'deaf', groups: ['g'] }, 'json.reliable.webpubsub.azure.v1')
    for (let n = 0; n < 11; n++) await admin.group('g').sendToAll({ n })
    await closed
    expect(await admin.userExists('deaf')).toBe(false)
  })

  test('what is published in one turn arrives in order, and before the farewell', async () => {
    const clock = { now: Date.now }
    const realtime = createLocalRealtime({
      server: service.server,
      hub: 'chat',
      origin: () => service.origin,
      clock,
    })
    const members = [
      await openRaw({ userId: 'ann', groups: ['g'] }),
      await openRaw({ userId: 'bob', groups: ['g'] }, 'json.reliable.webpubsub.azure.v1'),
    ]
    for (let n = 0; n < 100; n++) void realtime.publish('g', { n })
    void realtime.disconnect('ann', 'over')
    void realtime.disconnect('bob', 'over')
    for (const { frames, closed } of members) {
      await closed
      expect(frames.slice(1, -1).map(({ data }) => data.n)).toEqual(Array.from({ length: 100 }, (_, n) => n))
      expect(frames.at(-1)).toMatchObject({ type: 'system', event: 'disconnected', message: 'over' })
    }
  })

  test('an acknowledgement makes room', async () => {
    await start({ unackedMessages: 10 })
    const { ws, frames } = await openRaw({ groups: ['g'] }, 'json.reliable.webpubsub.azure.v1')
    for (let n = 1; n <= 25; n++) {
      await admin.group('g').sendToAll({ n })
      await eventually(() => expect(frames.at(-1).sequenceId).toBe(n))
      ws.send(JSON.stringify({ type: 'sequenceAck', sequenceId: n }))
      ws.send('{"type":"ping"}')
      await eventually(() => expect(frames.at(-1)).toEqual({ type: 'pong' }))
    }
    expect(await admin.groupExists('g')).toBe(true)
  })
})

describe('events', () => {
  const everything = { systemEvents: ['connect', 'connected', 'disconnected'], userEvents: '*' } as const

  /** A handler as somebody else would write it. */
  function handle(
    answer: (request: Request, text: string) => Response = () => new Response(null, { status: 204 }),
    allows = true,
  ) {
    const seen: { type: string; text: string; headers: Headers }[] = []
    service.server.tellEvents({ url: 'http://handler.test/events', ...everything }, async (request) => {
      if (request.method === 'OPTIONS') {
        const origin = request.headers.get('webhook-request-origin') ?? ''
        seen.push({ type: 'validate', text: '', headers: request.headers })
        return new Response(null, {
          headers: { 'webhook-allowed-origin': allows ? origin : 'somebody.else' },
        })
      }
      const text = await request.text()
      seen.push({ type: request.headers.get('ce-type') ?? '', text, headers: request.headers })
      return answer(request, text)
    })
    return seen
  }
  const isConnect = (request: Request) => request.headers.get('ce-eventname') === 'connect'

  test('the handler is asked once for leave, then told of each step, signed and in order', async () => {
    const seen = handle()
    const { client, connectionId } = await open({ userId: 'ann' })
    await client.sendEvent('hello', { n: 1 }, 'json')
    await client.sendEvent('hello', 'text', 'text')
    client.stop()
    await eventually(() => expect(seen).toHaveLength(6))
    expect(seen.map(({ type }) => type.replace('azure.webpubsub.', ''))).toEqual([
      'validate',
      'sys.connect',
      'sys.connected',
      'user.hello',
      'user.hello',
      'sys.disconnected',
    ])
    const events = seen.slice(1)
    expect(events.map(({ headers }) => headers.get('ce-id'))).toEqual(['0', '1', '2', '3', '4'])
    for (const { headers } of events) {
      expect(headers.get('ce-userid')).toBe('ann')
      expect(headers.get('webhook-request-origin')).toBe(service.host)
      const signature = headers.get('ce-signature') ?? ''
      expect(signature.split(',')).toHaveLength(2)
      expect(await service.server.signatures.isSigned({ connectionId, signature })).toBe(true)
    }
    expect(events.slice(2, 4).map(({ text, headers }) => [text, headers.get('content-type')])).toEqual([
      ['{"n":1}', 'application/json; charset=utf-8'],
      ['text', 'text/plain; charset=utf-8'],
    ])
  })

  test('the handler gives groups and roles, and carries its state along', async () => {
    const seen = handle((request) =>
      isConnect(request)
        ? Response.json(
            { groups: ['given'], roles: ['webpubsub.joinLeaveGroup.room'] },
            { headers: { 'ce-connectionstate': 'mine' } },
          )
        : new Response(null, { status: 204 }),
    )
    const { client, messages } = await open({ groups: ['asked'] })
    await client.joinGroup('room')
    for (const group of ['asked', 'given']) await admin.group(group).sendToAll({ group })
    await eventually(() => expect(messages).toHaveLength(2))
    await eventually(() => expect(seen.at(-1)?.headers.get('ce-connectionstate')).toBe('mine'))
  })

  test('what the handler answers reaches the device before the ack', async () => {
    handle((request) =>
      isConnect(request) ? new Response(null, { status: 204 }) : Response.json({ stored: true }),
    )
    const { client, messages } = await open()
    await client.sendEvent('message', { n: 1 }, 'json')
    expect(messages).toEqual([expect.objectContaining({ data: { stored: true } })])
  })

  test.each([401, 403, 500])(
    'a connection that the handler refuses with %i is refused so',
    async (status) => {
      handle(() => new Response(null, { status }))
      expect(await statusOf(await urlFor())).toBe(status)
    },
  )

  test('a handler that is not there, does not answer or never gave leave takes nothing', async () => {
    await start({ eventTimeoutMs: 50 })
    handle(() => new Response(), false)
    expect(await statusOf(await urlFor())).toBe(503)
    for (const send of [
      () => new Promise<Response>(() => {}),
      ({ method }: Request) =>
        method === 'OPTIONS'
          ? new Response(null, { headers: { 'webhook-allowed-origin': '*' } })
          : new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
      () => {
        throw new Error('not there')
      },
    ]) {
      service.server.tellEvents({ url: 'http://handler.test/', ...everything }, send)
      expect(await statusOf(await urlFor())).toBe(503)
    }
  })

  test('an event that the handler fails on is told by the ack', async () => {
    handle((request) => new Response(null, { status: isConnect(request) ? 204 : 500 }))
    const { client } = await open()
    await expect(client.sendEvent('message', 1, 'json')).rejects.toMatchObject({
      errorDetail: { name: 'InternalServerError' },
    })
  })

  describe('an invocation of the official client', () => {
    const answersTo = (answer: (request: Request, text: string) => Response | Promise<Response>) =>
      handle((request, text) =>
        isConnect(request) ? new Response(null, { status: 204 }) : (answer(request, text) as Response),
      )

    test.each([
      ['json', { stored: { n: 1 } }, () => Response.json({ stored: { n: 1 } })],
      ['text', 'é😀"', () => new Response('é😀"', { headers: { 'content-type': 'text/plain' } })],
      [undefined, undefined, () => new Response(null, { status: 204 })],
    ] as const)('gets what the handler answers, as %s', async (dataType, data, answer) => {
      const seen = answersTo(answer)
      for (const protocol of [plain, WebPubSubJsonReliableProtocol()]) {
        const { client, messages, isStopped } = await open({ userId: 'ann' }, protocol)
        const result = await client.invokeEvent('message', { n: 1 }, 'json')
        expect([result.dataType, result.data]).toEqual([dataType, data])
        expect([messages, isStopped()]).toEqual([[], false])
      }
      expect(seen.at(-1)).toMatchObject({ type: 'azure.webpubsub.user.message', text: '{"n":1}' })
    })

    test('keeps apart what is under way at the same time', async () => {
      answersTo((_, text) => Response.json({ answerTo: JSON.parse(text) }))
      const { client } = await open()
      const results = await Promise.all(
        [1, 2, 3, 4, 5].map((n) => client.invokeEvent('message', n, 'json').then(({ data }) => data)),
      )
      expect(results).toEqual([1, 2, 3, 4, 5].map((answerTo) => ({ answerTo })))
    })

    test('fails when the handler does, and the connection goes on', async () => {
      answersTo(() => new Response(null, { status: 500 }))
      const { client, isStopped } = await open()
      await expect(client.invokeEvent('message', 1, 'json')).rejects.toMatchObject({
        errorDetail: { name: 'InternalServerError' },
      })
      await expect(client.sendEvent('message', 1, 'json')).rejects.toMatchObject({
        errorDetail: { name: 'InternalServerError' },
      })
      expect(isStopped()).toBe(false)
    })

    test('that is canceled is answered no more', async () => {
      const begun = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      answersTo(async () => {
        begun.resolve()
        await release.promise
        return Response.json({ late: true })
      })
      const { ws, frames } = await openRaw()
      ws.send('{"type":"invoke","invocationId":"a","target":"event","event":"x","dataType":"json","data":1}')
      ws.send('{"type":"invoke","invocationId":"a","target":"event","event":"x","dataType":"json","data":2}')
      ws.send('{"type":"invoke","invocationId":"b","target":"event","event":"x","dataType":"json","data":3}')
      await begun.promise
      for (const invocationId of ['a', 'b', 'never begun'])
        ws.send(JSON.stringify({ type: 'cancelInvocation', invocationId }))
      ws.send('{"type":"ping"}')
      await eventually(() => expect(frames.at(-1)).toEqual({ type: 'pong' }))
      release.resolve()
      ws.send('{"type":"event","event":"x","ackId":1,"data":4}')
      await eventually(() => expect(frames.at(-1)).toMatchObject({ type: 'ack' }))
      expect(frames.filter(({ type }) => type === 'invokeResponse')).toEqual([
        expect.objectContaining({
          invocationId: 'a',
          success: false,
          error: expect.objectContaining({ name: 'Duplicate' }),
        }),
      ])
    })
  })

  test.each([
    ['a stream', (client: WebPubSubClient) => client.openGroupStream('g'), 'NotSupported'],
    [
      'a stream to a group it may not write to',
      (client: WebPubSubClient) => client.openGroupStream('x'),
      'Forbidden',
    ],
  ])('%s is refused in a way that the official client understands', async (_, attempt, name) => {
    const { client, isStopped } = await open({ roles: ['webpubsub.sendToGroup.g'] })
    const error = await attempt(client).then(
      () => null,
      (thrown: any) => thrown.errorDetail?.name ?? thrown.name,
    )
    expect([error, isStopped()]).toEqual([name, false])
  })

  test.each(['setGroupState', 'subscribeGroupState', 'unsubscribeGroupState'])(
    '%s is refused by its ack, and closes nothing',
    async (type) => {
      const { ws, frames } = await openRaw()
      ws.send(JSON.stringify({ type, group: 'g', ackId: 1, state: { a: 'b' } }))
      ws.send('{"type":"streamData","streamId":"s","streamSequenceId":1,"dataType":"json","data":1}')
      ws.send('{"type":"streamEnd","streamId":"s"}')
      await eventually(() => expect(frames).toHaveLength(4))
      expect(frames[1]).toMatchObject({ ackId: 1, success: false, error: { name: 'NotSupported' } })
      for (const frame of frames.slice(2))
        expect(frame).toMatchObject({ type: 'streamClosed', streamId: 's' })
    },
  )

  test('a stop tells everybody to come back, with 1012, and the handler', async () => {
    const seen = handle()
    const { frames, closed } = await openRaw({ userId: 'ann' }, 'json.reliable.webpubsub.azure.v1')
    await service.server.close()
    expect(await closed).toBe(1012)
    expect(frames.at(-1)).toMatchObject({ event: 'disconnected', message: 'the server is stopping' })
    expect(seen.at(-1)?.type).toBe('azure.webpubsub.sys.disconnected')
    expect(await statusOf(await urlFor())).toBe(503)
  })
})

test.each([
  [
    'no such connection',
    '/client/hubs/chat?awps_connection_id=x&awps_reconnection_token=y',
    /^HTTP\/1\.1 101 /,
  ],
  ['no token', '/client/hubs/chat', /^HTTP\/1\.1 401 /],
  ['no hub', '/elsewhere', /^HTTP\/1\.1 404 /],
])(
  'a stranger with %s who sends a broken frame at once ends nothing but the own connection',
  async (_, path, answer) => {
    const socket = connectTcp({ port: service.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    const brokenFrame = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])
    const request = [
      `GET ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1',
    ]
    socket.write(Buffer.concat([Buffer.from(`${request.join('\r\n')}\r\n\r\n`), brokenFrame]))
    const [first] = await once(socket, 'data')
    expect(String(first)).toMatch(answer)
    socket.write(brokenFrame)
    await new Promise((resolve) => socket.once('end', resolve).resume())
    socket.destroy()
    expect((await fetch(`${service.origin}/api/health`)).status).toBe(200)
  },
)
