import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebPubSubClient, WebPubSubJsonReliableProtocol } from '@azure/web-pubsub-client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { embedWebPubSub } from '../../../src/adapters/web-pubsub-local/embedded.ts'
import { realtimeEventsPath } from '../../../src/config/config.ts'
import { conversationGroup } from '../../../src/core/platform/realtime/realtime.model.ts'
import type { Realtime } from '../../../src/ports/realtime.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { browserOf, createTestApp, type TestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'

/*
 * Someone removed receives nothing after 5 s by any way in, nor does a session that ended. The app and its server of sockets with the official client; what
 * becomes of an event on its way to the app is up to each test.
 */

type Deliver = () => Promise<Response>
type OnTheWay = (type: string, deliver: Deliver) => Promise<Response>

const undisturbed: OnTheWay = (_, deliver) => deliver()
const conversations = '/api/v1/conversations'
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 5_000, interval: 5 })

let onTheWay: OnTheWay
let testApp: TestApp
let service: Realtime
let ann: ChatPerson
let ben: ChatPerson
let cid: ChatPerson
let id: string
const stops: (() => unknown)[] = []

beforeEach(async () => {
  onTheWay = undisturbed
  const http = createServer()
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  let embedded: ReturnType<typeof embedWebPubSub> | undefined
  testApp = await createTestApp({
    ports({ clock, log }) {
      embedded = embedWebPubSub({
        keys: ['key'],
        hub: 'mackchat',
        origin: () => `http://127.0.0.1:${port}`,
        clock,
        log,
      })
      service = embedded.realtime
      return { realtime: { ...service } }
    },
  })
  embedded?.standBefore(async (request) => {
    const deliver = async () => testApp.app.request(request)
    const type = request.headers.get('ce-type')
    return type === null ? deliver() : onTheWay(type.replace('azure.webpubsub.', ''), deliver)
  }, realtimeEventsPath)
  http.on('upgrade', (request, socket, head) => embedded?.upgrade(request, socket, head))
  stops.push(async () => {
    await embedded?.close()
    http.closeAllConnections()
    http.close()
  })
  ;[ann, ben, cid] = (await chatPeople(testApp, 'Ann', 'Ben', 'Cid')) as [ChatPerson, ChatPerson, ChatPerson]
  const body = { type: 'group', participantIds: [ben.userId, cid.userId] }
  id = (await ann.call('POST', conversations, { body })).body.id
  await testApp.settled()
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const negotiate = async (who: ChatPerson): Promise<string> =>
  (await who.call('POST', '/api/v1/realtime/negotiate')).body.url

async function open(url: string) {
  const client = new WebPubSubClient(url, {
    protocol: WebPubSubJsonReliableProtocol(),
    autoReconnect: false,
    messageRetryOptions: { maxRetries: 0 },
  })
  stops.push(() => client.stop())
  const got: any[] = []
  client.on('group-message', ({ message }) => got.push(message.data))
  const answers: any[] = []
  client.on('server-message', ({ message }) => answers.push(message.data))
  await client.start()
  const ofGroup = () => got.filter(({ conversationId, event }) => conversationId === id && !isOwn(event))
  return { client, ofGroup, answers }
}
/** What one is told on one's own stream about a conversation. */
const isOwn = (event: string) => event.startsWith('conversation.')

/** A socket below the official client, which would not be told when to recover. */
async function openRaw(url: string) {
  const ws = new WebSocket(url, 'json.reliable.webpubsub.azure.v1')
  stops.push(() => ws.terminate())
  const frames: any[] = []
  ws.on('message', (data) => frames.push(JSON.parse(String(data))))
  await eventually(() => expect(frames.length).toBeGreaterThan(0))
  return { ws, frames, told: () => frames.filter(({ group }) => group === conversationGroup(id)) }
}

const say = async (text: string): Promise<void> => {
  expect((await ann.call('POST', `${conversations}/${id}/messages`, { body: { text } })).status).toBe(201)
  await testApp.settled()
}
const remove = async (who: ChatPerson): Promise<void> => {
  const answer = await ann.call('DELETE', `${conversations}/${id}/members?userId=${who.userId}`)
  expect(answer.status).toBe(204)
  await testApp.settled()
}
const passFiveSeconds = async (): Promise<void> => {
  testApp.clock.advance(5_000)
  await testApp.runJob('announce-what-was-left')
}
const textsOf = (events: readonly any[]) =>
  events.flatMap(({ event, data }) => (event === 'message.new' ? [data.text] : []))

/** A witness who stays a member shows that everything was published. */
async function expectUnheard(deaf: () => readonly unknown[]): Promise<void> {
  const witness = await open(await negotiate(cid))
  const before = deaf().length
  await say('after the removal')
  await ann.call('POST', `${conversations}/${id}/typing`, { body: { state: 'start' } })
  await testApp.settled()
  await eventually(() =>
    expect(witness.ofGroup().map(({ event }) => event)).toEqual(
      expect.arrayContaining(['message.new', 'typing.start']),
    ),
  )
  expect(deaf().slice(before)).toEqual([])
}

test('what was open stays open and is silent, on every device', async () => {
  const [phone, laptop] = [await open(await negotiate(ben)), await open(await negotiate(ben))]
  await say('hello')
  await eventually(() =>
    expect([textsOf(phone.ofGroup()), textsOf(laptop.ofGroup())]).toEqual([['hello'], ['hello']]),
  )
  await remove(ben)
  await expectUnheard(() => [...phone.ofGroup(), ...laptop.ofGroup()])
})

describe('coming back', () => {
  test('by a URL that was negotiated before', async () => {
    const [unused, used] = [await negotiate(ben), await negotiate(ben)]
    ;(await open(used)).client.stop()
    await remove(ben)
    const [first, second] = [await open(unused), await open(used)]
    await expectUnheard(() => [...first.ofGroup(), ...second.ofGroup()])
  })

  test('by the recovery of a connection, which replays nothing of it either', async () => {
    const url = await negotiate(ben)
    const { ws, frames } = await openRaw(url)
    const [{ connectionId, reconnectionToken }] = frames
    ws.terminate()
    await once(ws, 'close')
    await say('while away and still a member')
    await remove(ben)
    const back = new URL(url)
    back.search = new URLSearchParams({
      awps_connection_id: connectionId,
      awps_reconnection_token: reconnectionToken,
    }).toString()
    const recovered = await openRaw(back.href)
    await eventually(() =>
      expect(recovered.frames.map(({ data }) => data?.event)).toContain('conversation.removed'),
    )
    await expectUnheard(recovered.told)
    expect(recovered.told()).toEqual([])
  })

  test('by joining the group, sending to it or speaking in it', async () => {
    const { client, ofGroup, answers } = await open(await negotiate(ben))
    await remove(ben)
    const group = conversationGroup(id)
    for (const attempt of [() => client.joinGroup(group), () => client.sendToGroup(group, 'x', 'text')])
      await expect(attempt()).rejects.toMatchObject({ errorDetail: { name: 'Forbidden' } })
    const said = { conversationId: id, text: 'let me in', state: 'start', seq: 1 }
    for (const event of ['message', 'typing', 'read']) await client.sendEvent(event, said, 'json')
    await eventually(() =>
      expect(answers.map(({ error }) => error?.code)).toEqual(['not_found', 'not_found', 'not_found']),
    )
    await expectUnheard(ofGroup)
  })
})

test('a session that ended closes its connections on a real server, and its unused URL opens none', async () => {
  const [used, unused] = [await negotiate(ben), await negotiate(ben)]
  const { client } = await open(used)
  const stopped = new Promise((resolve) => client.on('stopped', resolve))
  const elsewhere = browserOf(testApp)
  await elsewhere.call('POST', '/api/v1/auth/login', {
    body: { email: 'ben@example.com', password: 'SecurePass123!' },
  })
  const other = await open(await negotiate({ ...ben, ...elsewhere }))
  expect((await ben.call('POST', '/api/v1/auth/logout')).status).toBe(200)
  await testApp.settled()
  await stopped
  await expect(open(unused)).rejects.toThrow()
  await say('for the other device')
  await eventually(() => expect(textsOf(other.ofGroup())).toEqual(['for the other device']))
})

describe('removed while connecting', () => {
  /** Removes Ben between the answer to `connect` and the moment from which the service knows the connection. */
  const removeWhileConnecting =
    (then: OnTheWay): OnTheWay =>
    async (type, deliver) => {
      const answer = await deliver()
      if (type !== 'sys.connect') return answer
      onTheWay = then
      await remove(ben)
      return answer
    }

  const losingConnected: OnTheWay = async (type, deliver) =>
    type === 'sys.connected' ? new Response(null, { status: 204 }) : deliver()

  test('the event that says so corrects it', async () => {
    onTheWay = removeWhileConnecting(undisturbed)
    const { ofGroup } = await open(await negotiate(ben))
    await passFiveSeconds()
    await expectUnheard(ofGroup)
  })

  test('also when that event is lost', async () => {
    onTheWay = removeWhileConnecting(losingConnected)
    const { ofGroup } = await open(await negotiate(ben))
    await passFiveSeconds()
    await expectUnheard(ofGroup)
  })

  test('and nothing is published to it before the five seconds are over', async () => {
    onTheWay = removeWhileConnecting(losingConnected)
    const { ofGroup } = await open(await negotiate(ben))
    await expectUnheard(ofGroup)
  })

  test('also when that event is late, and whoever came back meanwhile hears', async () => {
    let arrive = () => {}
    const late = new Promise<void>((resolve) => {
      arrive = resolve
    })
    onTheWay = removeWhileConnecting(async (type, deliver) => {
      if (type === 'sys.connected') await late
      return deliver()
    })
    const { ofGroup } = await open(await negotiate(ben))
    await passFiveSeconds()
    await expectUnheard(ofGroup)
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [ben.userId] } })
    await testApp.settled()
    arrive()
    await passFiveSeconds()
    await say('welcome back')
    await eventually(() => expect(textsOf(ofGroup())).toEqual(['welcome back']))
  })
})

describe('a service that is out of reach when somebody is removed', () => {
  test('is told as soon as it is there again', async () => {
    const { ofGroup } = await open(await negotiate(ben))
    const { realtime } = testApp.ports
    const unreachable = async () => {
      throw new PortUnavailable('realtime')
    }
    Object.assign(realtime, { removeFromGroup: unreachable, publish: unreachable })
    await remove(ben)
    Object.assign(realtime, service)
    await passFiveSeconds()
    await expectUnheard(ofGroup)
  })

  test('takes nobody in whom another process has removed meanwhile', async () => {
    const { realtime } = testApp.ports
    await remove(ben)
    const { ofGroup } = await open(await negotiate(ben))
    let goOn = () => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const asked = new Promise<void>((resolve) => {
      realtime.addToGroup = async (userId, group) => {
        resolve()
        await held
        await service.addToGroup(userId, group)
      }
    })
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [ben.userId] } })
    await asked
    const other = await createTestApp({ ports: () => ({ ...testApp.ports, realtime: service }) })
    const { chat } = other
    await chat.removeMember(
      { userId: ann.userId, sessionId: 'any', role: 'user', securityEpoch: 1 },
      id,
      ben.userId,
    )
    await other.settled()
    goOn()
    await testApp.settled()
    await expectUnheard(ofGroup)
  })
})

test('a connection that was asked for in Spanish is told so in Spanish, and is shut out like any other', async () => {
  const headers = { 'accept-language': 'es-US,es;q=0.9' }
  const asked = await ben.call('POST', '/api/v1/realtime/negotiate', { headers })
  const { client, ofGroup, answers } = await open(asked.body.url)
  await remove(ben)
  await client.sendEvent('message', { conversationId: id, text: 'let me in' }, 'json')
  await client.sendEvent('message', { conversationId: id, text: '' }, 'json')
  await eventually(() =>
    expect(answers.map(({ error }) => error?.message)).toEqual([
      'Aquí no hay nada.',
      'La solicitud no es válida.',
    ]),
  )
  await expectUnheard(ofGroup)
  const stopped = new Promise((resolve) => client.on('stopped', resolve))
  expect((await ben.call('POST', '/api/v1/auth/logout')).status).toBe(200)
  await testApp.settled()
  await stopped
})
