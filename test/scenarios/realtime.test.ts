import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { createEventSignatures } from '../../src/dialects/event-signature.ts'
import type { Browser } from '../app.ts'
import type { Device } from '../contracts/realtime.contract.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { connectDevice } from '../stand-ins/web-pubsub.ts'
import { useTarget } from './target.ts'

/* Devices are connected to a process that speaks Web PubSub; the target publishes to it and hears from it. */

const key = 'the-access-key-of-this-scenario-and-of-nobody-else'
const port = await freePort()
const host = `127.0.0.1:${port}`
const eventsPath = '/api/v1/realtime/events'
const conversations = '/api/v1/conversations'

const { openBrowser, send, url } = useTarget({
  environment: { WEB_PUBSUB_CONNECTION_STRING: `Endpoint=http://${host};AccessKey=${key};Version=1.0;` },
})
let service: RunningServer | undefined
beforeAll(async () => {
  service = await startServer(
    {
      REALTIME_PORT: String(port),
      REALTIME_URL: `http://${host}`,
      REALTIME_KEY: key,
      REALTIME_EVENTS_URL: url() + eventsPath,
    },
    ['entry/realtime.ts'],
  )
})
const devices: Device[] = []
afterAll(async () => {
  for (const device of devices) device.close()
  await service?.stop()
})

async function signIn(email: string): Promise<Browser & { userId: string }> {
  const browser = openBrowser()
  const answer = await browser.call('POST', '/api/v1/auth/login', { body: { email, password: demoPassword } })
  expect(answer.status).toBe(200)
  return { ...browser, userId: answer.body.user.id }
}
async function connect(who: Browser): Promise<Device> {
  const access = await who.call('POST', '/api/v1/realtime/negotiate')
  expect(access.status).toBe(200)
  const device = await connectDevice(access.body)
  devices.push(device)
  return device
}
const heard = ({ received }: Device, event: string): any[] =>
  received.filter((each: any) => each.event === event)
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 20_000, interval: 20 })

const about = async (
  userId: string,
  type: string,
  { id, connectionId = 'of-nobody', ...headers }: Record<string, string>,
  body: object = {},
) =>
  send(eventsPath, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-request-origin': host,
      'ce-hub': 'mackchat',
      'ce-connectionid': connectionId,
      'ce-id': id ?? '1',
      'ce-userid': userId,
      'ce-type': `azure.webpubsub.${type}`,
      'ce-signature': await createEventSignatures([key]).sign(connectionId),
      ...headers,
    },
    body: JSON.stringify(body),
  })

test('what is sent reaches the devices of members, until they are removed or their session ends', {
  timeout: 120_000,
}, async () => {
  const [mentor, learner] = [await signIn('mentor@example.org'), await signIn('learner@example.org')]
  const elsewhere = await signIn('learner@example.org')
  const opened = await mentor.call('POST', conversations, {
    body: { type: 'group', name: 'Live', participantIds: [learner.userId] },
  })
  expect(opened.status).toBe(201)
  const one = `${conversations}/${opened.body.id}`
  const [mentors, phone, laptop] = [await connect(mentor), await connect(learner), await connect(elsewhere)]
  const say = async (text: string) =>
    expect((await mentor.call('POST', `${one}/messages`, { body: { text } })).status).toBe(201)
  const texts = (device: Device) => heard(device, 'message.new').map(({ data }) => data.text)

  await say('one')
  await eventually(() => expect([mentors, phone, laptop].map(texts)).toEqual([['one'], ['one'], ['one']]))

  expect((await elsewhere.call('POST', '/api/v1/auth/logout')).status).toBe(200)
  await eventually(() => expect(laptop.isClosed()).toBe(true))
  await say('two')
  await eventually(() => expect(texts(phone)).toEqual(['one', 'two']))
  expect([phone.isClosed(), texts(laptop)]).toEqual([false, ['one']])

  expect((await mentor.call('DELETE', `${one}/members?userId=${learner.userId}`)).status).toBe(204)
  await eventually(() => expect(heard(phone, 'conversation.removed')).toHaveLength(1))
  await say('three')
  await eventually(() => expect(texts(mentors)).toEqual(['one', 'two', 'three']))
  expect(texts(phone)).toEqual(['one', 'two'])
})

describe('the webhook', () => {
  test('grants the service leave to send, and nobody else', async () => {
    const ask = (origin: string) =>
      send(eventsPath, { method: 'OPTIONS', headers: { 'webhook-request-origin': origin } })
    const granted = await ask(host)
    expect([granted.status, granted.headers.get('webhook-allowed-origin')]).toEqual([204, host])
    const refused = await ask('evil.example')
    expect([refused.status, refused.headers.get('webhook-allowed-origin')]).toEqual([403, null])
  })

  test('takes what is signed once, and answers a forgery 401 without doing anything', async () => {
    const [mentor, learner] = [await signIn('mentor@example.org'), await signIn('learner@example.org')]
    const opened = await mentor.call('POST', conversations, {
      body: { type: 'group', name: 'Said', participantIds: [learner.userId] },
    })
    const conversationId = opened.body.id
    const texts = async () =>
      (await mentor.call('GET', `${conversations}/${conversationId}/messages`)).body.items.map(
        ({ text }: any) => text,
      )
    const says = (text: string, headers: Record<string, string>) =>
      about(learner.userId, 'user.message', headers, { conversationId, text })

    for (const forged of [
      { 'ce-signature': `sha256=${'0'.repeat(64)}` },
      { 'ce-signature': '' },
      { 'ce-connectionid': 'of-another' },
      { 'ce-hub': 'other' },
      { 'webhook-request-origin': 'evil.example' },
    ])
      expect((await says('forged', { id: '1', ...forged })).status).toBe(401)
    expect(await texts()).toEqual([])

    const answer = await says('genuine', { id: '1' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ message: { text: 'genuine' } })
    expect((await says('genuine', { id: '1' })).status).toBe(204)
    expect(await texts()).toEqual(['genuine'])
    const refused = await says('', { id: '2' })
    expect(refused.status).toBe(200)
    expect(await refused.json()).toMatchObject({ error: { code: 'validation_error' } })
  })

  test('says which groups a connection begins in, and refuses nobody’s', async () => {
    const { userId } = await signIn('learner@example.org')
    const answer = await about(userId, 'sys.connect', { id: '0' })
    expect(answer.status).toBe(200)
    expect((await answer.json()).groups).toContain(`u.${userId}`)
    expect(answer.headers.get('ce-connectionstate')).toBeTruthy()
    expect((await about('nobody', 'sys.connect', { id: '0' })).status).toBe(403)
  })
})
