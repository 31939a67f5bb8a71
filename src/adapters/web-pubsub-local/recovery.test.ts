import {
  WebPubSubClient,
  type WebPubSubClientProtocol,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
} from '@azure/web-pubsub-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startTcpProxy } from '../../../test/stand-ins/tcp-proxy.ts'
import { startWebPubSub } from '../../../test/stand-ins/web-pubsub.ts'
import { systemClock } from '../system/clock.ts'
import { createLocalRealtime } from './realtime.ts'

/*
 * The official client, unmodified, behind a network that is cut. Seconds are virtual: timers and dates of the client and of the
 * server are faked together, sockets are real. Windows are the real ones.
 */

const soon = setTimeout
const stepMs = 250

/** Lets virtual time pass, and at each step real time enough for what is on the way to arrive. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await vi.advanceTimersByTimeAsync(stepMs)
    await new Promise((resolve) => soon(resolve, 2))
  }
}
async function until(isTrue: () => boolean): Promise<void> {
  for (let step = 0; step < 200 && !isTrue(); step++) await pass(stepMs)
  expect(isTrue()).toBe(true)
}

let service: Awaited<ReturnType<typeof startWebPubSub>>
let network: Awaited<ReturnType<typeof startTcpProxy>>
let client: WebPubSubClient
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  service = await startWebPubSub()
  network = await startTcpProxy(service.port)
})
afterEach(async () => {
  client.stop()
  await pass(1_000)
  vi.useRealTimers()
  network.stop()
  await service.stop()
})

async function open(protocol: WebPubSubClientProtocol) {
  const realtime = createLocalRealtime({
    server: service.server,
    hub: 'mackchat',
    origin: () => service.origin,
    clock: systemClock,
  })
  let negotiated = 0
  client = new WebPubSubClient(
    {
      async getClientAccessUrl() {
        negotiated++
        const { url } = await realtime.clientAccess({ userId: 'u', groups: ['g'], ttlSeconds: 300 })
        return url.replace(`:${service.port}`, `:${network.port}`)
      },
    },
    { protocol },
  )
  const got: number[] = []
  const connectionIds: string[] = []
  client.on('group-message', ({ message }) => got.push((message.data as { n: number }).n))
  client.on('connected', ({ connectionId }) => connectionIds.push(connectionId))
  await client.start()
  await until(() => connectionIds.length === 1)
  let sent = 0
  return {
    realtime,
    got,
    connectionIds,
    negotiated: () => negotiated,
    async publish(count: number) {
      for (let i = 0; i < count; i++) await realtime.publish('g', { n: ++sent })
    },
  }
}
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

test('after 10 s without a network the same connection goes on and has missed nothing', async () => {
  const { got, connectionIds, publish, negotiated } = await open(WebPubSubJsonReliableProtocol())
  await publish(3)
  await until(() => got.length === 3)
  network.cut()
  for (let second = 0; second < 10; second++) {
    await publish(2)
    await pass(1_000)
  }
  network.restore()
  await publish(2)
  await until(() => got.length === 25)
  expect(got).toEqual(upTo(25))
  expect(negotiated()).toBe(1)
  expect(new Set(connectionIds).size).toBe(1)
})

test('cut again and again it gets everything, once and in order', async () => {
  const { got, publish, negotiated } = await open(WebPubSubJsonReliableProtocol())
  for (let cut = 0; cut < 5; cut++) {
    await publish(5)
    network.cut()
    await publish(5)
    await pass(3_000)
    network.restore()
    await publish(5)
    await pass(2_000)
  }
  await until(() => got.length === 75)
  expect(got).toEqual(upTo(75))
  expect(negotiated()).toBe(1)
})

test('the connection is kept for longer than the client tries to recover it, then it negotiates and goes on with a new one', async () => {
  const { realtime, got, connectionIds, publish } = await open(WebPubSubJsonReliableProtocol())
  await publish(2)
  await until(() => got.length === 2)
  network.cut()
  await pass(65_000)
  expect(await realtime.isConnected('u')).toBe(true)
  await pass(10_000)
  expect(await realtime.isConnected('u')).toBe(false)
  await publish(2)
  await pass(5_000)
  network.restore()
  await until(() => connectionIds.length === 2)
  expect(new Set(connectionIds).size).toBe(2)
  await publish(1)
  await until(() => got.length === 3)
  // What was published in between is for `POST /sync`.
  expect(got).toEqual([1, 2, 5])
})

test('a recovery that comes too late is closed with 1008 and followed by a new connection at once', async () => {
  const { realtime, connectionIds } = await open(WebPubSubJsonReliableProtocol())
  network.cut()
  await pass(2_000)
  await realtime.disconnect('u', 'session revoked')
  network.restore()
  await until(() => connectionIds.length === 2)
  expect(new Set(connectionIds).size).toBe(2)
})

test('without the reliable subprotocol a cut ends the connection, and the client comes back by itself', async () => {
  const { realtime, got, connectionIds, publish } = await open(WebPubSubJsonProtocol())
  network.cut()
  await pass(1_000)
  expect(await realtime.isConnected('u')).toBe(false)
  await publish(1)
  network.restore()
  await until(() => connectionIds.length === 2)
  await publish(1)
  await until(() => got.length === 1)
  expect(got).toEqual([2])
})

test('what has gone stale is not replayed', async () => {
  const { realtime, got } = await open(WebPubSubJsonReliableProtocol())
  network.cut()
  await realtime.publish('g', { n: 1 }, { ttlSeconds: 5 })
  await realtime.publish('g', { n: 2 })
  await pass(10_000)
  network.restore()
  await until(() => got.length > 0)
  await pass(1_000)
  expect(got).toEqual([2])
})

test('a transport that answers nothing is given up, and the client recovers by another', async () => {
  const { got, connectionIds, publish } = await open(WebPubSubJsonReliableProtocol())
  const [connection] = service.server.registry.everywhere()
  const silent = connection?.link
  silent?.ws.pause()
  await pass(35_000)
  expect(connection?.link).not.toBe(silent)
  await publish(1)
  await until(() => got.length === 1)
  expect(new Set(connectionIds).size).toBe(1)
})
