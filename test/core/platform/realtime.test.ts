import { beforeEach, describe, expect, test } from 'vitest'
import { memoryEventHost, memoryHub } from '../../../src/adapters/memory/realtime.ts'
import { defineError } from '../../../src/core/kernel/errors.ts'
import { events, saidByDevices } from '../../../src/core/messaging/chat/events.ts'
import { createLimits } from '../../../src/core/platform/limits/limits.ts'
import type { Connection, ConnectionListener } from '../../../src/core/platform/realtime/realtime.model.ts'
import { createRealtime } from '../../../src/core/platform/realtime/realtime.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { browserOf, createTestApp, origin, signedInBrowser, type TestApp } from '../../app.ts'

const eventsPath = '/api/v1/realtime/events'
const unreachable = async () => {
  throw new PortUnavailable('cache')
}

describe('negotiate', () => {
  test('says where to connect, as whom and until when', async () => {
    const testApp = await createTestApp()
    const { call, userId } = await signedInBrowser(testApp)
    const answer = await call('POST', '/api/v1/realtime/negotiate')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      url: expect.stringMatching(/^wss:/),
      protocol: 'json.reliable.webpubsub.azure.v1',
      expiresAt: new Date(testApp.clock.now() + 300_000).toISOString(),
    })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    const device = testApp.devices.connect(answer.body.url)
    expect(device.userId).toBe(userId)
    await testApp.devices.publish(`u.${userId}`, { event: 'session.revoked' })
    expect(device.received).toEqual([{ event: 'session.revoked' }])
  })

  test('is refused without a session, and for one that was ended', async () => {
    const testApp = await createTestApp()
    expect((await browserOf(testApp).call('POST', '/api/v1/realtime/negotiate')).status).toBe(401)
    const { call, accessToken } = await signedInBrowser(testApp)
    await call('POST', '/api/v1/auth/logout')
    const headers = { authorization: `Bearer ${accessToken}` }
    expect((await browserOf(testApp).call('POST', '/api/v1/realtime/negotiate', { headers })).status).toBe(
      401,
    )
  })

  test.each([
    ['the session is ended', '/api/v1/auth/logout', undefined],
    [
      'every session ends',
      '/api/v1/auth/change-password',
      { currentPassword: 'SecurePass123!', newPassword: 'Another-Long-Pass-77' },
    ],
  ])('when %s its devices are disconnected and have to ask again', async (_, path, body) => {
    const testApp = await createTestApp()
    const { call } = await signedInBrowser(testApp)
    const device = testApp.devices.connect((await call('POST', '/api/v1/realtime/negotiate')).body.url)
    expect((await call('POST', path, { body })).status).toBe(200)
    await testApp.settled()
    expect(device.received.map((event) => events['session.revoked'].schema.parse(event))).toHaveLength(1)
    expect(device.closeReason()).not.toBeNull()
  })

  test('when one session ends, only its devices are disconnected; others hear of it', async () => {
    const testApp = await createTestApp()
    const phone = await signedInBrowser(testApp)
    const laptop = browserOf(testApp)
    await laptop.call('POST', '/api/v1/auth/login', {
      body: { email: 'ann@example.com', password: 'SecurePass123!' },
    })
    const connect = async ({ call }: Pick<typeof laptop, 'call'>) =>
      testApp.devices.connect((await call('POST', '/api/v1/realtime/negotiate')).body.url)
    const [onPhone, onLaptop] = [await connect(phone), await connect(laptop)]
    await phone.call('POST', '/api/v1/auth/logout')
    await testApp.settled()
    expect([onPhone.closeReason(), onLaptop.closeReason()]).toEqual(['session ended', null])
    expect(onLaptop.received).toMatchObject([{ event: 'session.revoked' }])
  })

  test('ten times a minute for each session', async () => {
    const testApp = await createTestApp({
      environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '1000' },
    })
    const phone = await signedInBrowser(testApp)
    for (let n = 0; n < 10; n++)
      expect((await phone.call('POST', '/api/v1/realtime/negotiate')).status).toBe(200)
    const refused = await phone.call('POST', '/api/v1/realtime/negotiate')
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limit_exceeded' } } })
    const laptop = browserOf(testApp)
    await laptop.call('POST', '/api/v1/auth/login', {
      body: { email: 'ann@example.com', password: 'SecurePass123!' },
    })
    expect((await laptop.call('POST', '/api/v1/realtime/negotiate')).status).toBe(200)
  })
})

describe('the webhook', () => {
  let testApp: TestApp
  beforeEach(async () => {
    testApp = await createTestApp()
  })

  const send = async (
    headers: Record<string, string> = {},
    body = '{}',
    connectionId = 'connection-x',
  ): Promise<Response> =>
    testApp.app.request(`${origin}${eventsPath}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'webhook-request-origin': memoryEventHost,
        'ce-hub': memoryHub,
        'ce-connectionid': connectionId,
        'ce-id': '1',
        'ce-userid': 'somebody',
        'ce-type': 'azure.webpubsub.sys.connected',
        'ce-signature': await testApp.devices.sign(connectionId),
        ...headers,
      },
      body,
    })
  const connect = { 'ce-type': 'azure.webpubsub.sys.connect', 'ce-id': '0' }
  const says = (name: string) => ({ 'ce-type': `azure.webpubsub.user.${name}` })

  test('answers the service that asks for leave to send, and nobody else', async () => {
    const ask = (host?: string) =>
      testApp.app.request(`${origin}${eventsPath}`, {
        method: 'OPTIONS',
        headers: host === undefined ? {} : { 'webhook-request-origin': host },
      })
    const granted = await ask(memoryEventHost)
    expect([granted.status, granted.headers.get('webhook-allowed-origin')]).toEqual([204, memoryEventHost])
    expect((await ask(`evil.example, ${memoryEventHost}`)).headers.get('webhook-allowed-origin')).toBe(
      memoryEventHost,
    )
    for (const host of ['evil.example', '*', '', undefined]) {
      const refused = await ask(host)
      expect([refused.status, refused.headers.get('webhook-allowed-origin')]).toEqual([403, null])
    }
  })

  test.each([
    ['with a made-up signature', { 'ce-signature': `sha256=${'a'.repeat(64)}` }],
    ['without a signature', { 'ce-signature': '' }],
    ['for another connection', { 'ce-connectionid': 'connection-y' }],
    ['of another hub', { 'ce-hub': 'other' }],
    ['from another host', { 'webhook-request-origin': 'evil.example' }],
  ])('is 401 %s, whatever it tells', async (_, headers) => {
    const { userId } = await signedInBrowser(testApp)
    for (const told of [connect, {}, says('message')])
      expect((await send({ ...told, 'ce-userid': userId, ...headers })).status).toBe(401)
    expect(await testApp.ports.cache.get('realtime:event:connection-x:1')).toBeNull()
  })

  test('a connection gets the groups of its user; one of nobody is refused', async () => {
    const { userId } = await signedInBrowser(testApp)
    const answer = await send({ ...connect, 'ce-userid': userId })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ groups: [`u.${userId}`, `u.${userId}.sessionless`] })
    expect(answer.headers.get('ce-connectionstate')).toMatch(/^[\w-]{16}\.$/)
    expect((await send(connect)).status).toBe(403)
    expect((await send({ ...connect, 'ce-userid': '' })).status).toBe(403)
  })

  test('a connection of a session that has ended is refused, before and after it is there', async () => {
    const { userId, call, accessToken } = await signedInBrowser(testApp)
    const { sid } = JSON.parse(
      atob(accessToken.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? ''),
    )
    const { url } = (await call('POST', '/api/v1/realtime/negotiate')).body
    const body = JSON.stringify({ claims: { 'webpubsub.group': [`u.${userId}`, `s.${sid}`] } })
    const answer = await send({ ...connect, 'ce-userid': userId }, body)
    expect(await answer.json()).toEqual({ groups: [`u.${userId}`, `s.${sid}`] })
    const state = answer.headers.get('ce-connectionstate') ?? ''
    await call('POST', '/api/v1/auth/logout')
    await testApp.settled()
    expect((await send({ ...connect, 'ce-userid': userId }, body)).status).toBe(403)
    const device = testApp.devices.connect(url)
    const told = { 'ce-userid': userId, 'ce-connectionstate': state }
    expect((await send(told, '{}', device.connectionId)).status).toBe(204)
    expect(device.closeReason()).toBe('may not connect')
  })

  test('a connection keeps no session from becoming idle, but what the person says does; then it is closed', async () => {
    testApp = await createTestApp({ environment: { SESSION_IDLE_MINUTES: '30' } })
    const { userId, call } = await signedInBrowser(testApp)
    const [{ id: sessionId }] = (await call('GET', '/api/v1/auth/sessions')).body.items
    const device = testApp.devices.connect((await call('POST', '/api/v1/realtime/negotiate')).body.url)
    const told = { 'ce-userid': userId, 'ce-connectionstate': `groups.${sessionId}` }
    let said = 1
    const say = async (name: string) => {
      testApp.clock.advance(10 * 60_000)
      const headers = { ...told, ...says(name), 'ce-id': String(++said) }
      const answer = await send(headers, '{}', device.connectionId)
      await testApp.settled()
      return { closed: device.closeReason(), body: await answer.text() }
    }
    expect((await say('ping')).closed).toBeNull()
    expect((await say('read')).closed).toBeNull()
    for (const name of ['ping', 'ping']) expect((await say(name)).closed).toBeNull()
    const last = await say('ping')
    expect(last.closed).toBe('session ended')
    expect(last.body).toContain('forbidden')
    const late = await testApp.ports.realtime.clientAccess({
      userId,
      groups: [`s.${sessionId}`],
      ttlSeconds: 60,
    })
    const again = testApp.devices.connect(late.url)
    expect((await send({ ...told, 'ce-id': '99' }, '{}', again.connectionId)).status).toBe(204)
    expect(again.closeReason()).toBe('may not connect')
  })

  test('a signed event is answered 2xx, also when it says what nobody understands', async () => {
    const { userId } = await signedInBrowser(testApp)
    const mine = { 'ce-userid': userId }
    expect((await send(mine)).status).toBe(204)
    expect(
      (await send({ ...mine, 'ce-type': 'azure.webpubsub.sys.somethingNew', 'ce-id': '2' })).status,
    ).toBe(204)
    const answer = await send({ ...mine, ...says('nonsense'), 'ce-id': '3' })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found', requestId: expect.any(String) } })
  })

  test.each([
    ['es-US,es;q=0.9', 'No hay tal evento.'],
    ['en', 'There is no such event.'],
    [undefined, 'There is no such event.'],
  ])(
    'what goes wrong is said in the language in which the connection was asked for: %s',
    async (accepted, said) => {
      const { userId, call } = await signedInBrowser(testApp)
      const asked = await call('POST', '/api/v1/realtime/negotiate', {
        headers: accepted === undefined ? {} : { 'accept-language': accepted },
      })
      const groups = testApp.devices.connect(asked.body.url).groups()
      const body = JSON.stringify({ claims: { 'webpubsub.group': groups } })
      const begun = await send({ ...connect, 'ce-userid': userId }, body)
      const state = begun.headers.get('ce-connectionstate') ?? ''
      const given = (await begun.json()) as any
      expect(given.groups.filter((group: string) => group.startsWith('l.'))).toEqual([])
      const answer = await send({ 'ce-userid': userId, 'ce-connectionstate': state, ...says('nonsense') })
      expect(await answer.json()).toMatchObject({
        error: { code: 'not_found', message: expect.stringContaining(said) },
      })
    },
  )

  test('a language that nobody speaks, or of an older connection, is English', async () => {
    const { userId } = await signedInBrowser(testApp)
    for (const [at, state] of ['', 'x', 'x.', 'x..', 'x..fr', 'x..constructor', 'x..es-MX'].entries()) {
      const headers = { 'ce-userid': userId, 'ce-connectionstate': state, ...says('nonsense') }
      const answer = await send({ ...headers, 'ce-id': `older-${at}` })
      expect(await answer.json()).toMatchObject({ error: { message: 'There is no such event.' } })
    }
  })

  describe('an answer to a device names what it answers', () => {
    const conversationId = '0192f0c1-2b7e-7c7a-9d5b-3f1e6f0a1b2c'
    const saying = async (name: string, body: string, type = 'application/json') => {
      const { userId } = await signedInBrowser(testApp)
      const answer = await send({ 'ce-userid': userId, ...says(name), 'content-type': type }, body)
      expect(answer.status).toBe(200)
      return (await answer.json()) as any
    }

    test.each([...Object.keys(saidByDevices).filter((name) => name !== 'ping'), 'nonsense'])(
      'when %s is refused',
      async (name) => {
        const said = { conversationId, clientMessageId: 'mine-1', text: 'hi', state: 'start' }
        const answer = await saying(name, JSON.stringify(said))
        expect(answer).toEqual({
          error: expect.objectContaining({ requestId: answer.requestId }),
          said: name,
          requestId: expect.stringMatching(/./),
          clientMessageId: 'mine-1',
          conversationId,
        })
      },
    )

    test('when what was said is not valid otherwise', async () => {
      const answer = await saying('message', JSON.stringify({ clientMessageId: 'mine-1', text: 5 }))
      expect(answer).toMatchObject({ error: { code: 'validation_error' }, clientMessageId: 'mine-1' })
    })

    test.each([
      ['no JSON', '{"clientMessageId":"mine-1"', 'application/json'],
      ['bytes', '\u0001', 'application/octet-stream'],
      ['nothing', 'null', 'application/json'],
      ['an id that is none', '{"clientMessageId":"two words","conversationId":{"a":1}}', 'application/json'],
    ])('but never echoes %s', async (_, body, type) => {
      expect(Object.keys(await saying('message', body, type)).toSorted()).toEqual([
        'error',
        'requestId',
        'said',
      ])
    })

    test('when it fails in a way that nobody foresaw', async () => {
      const { userId } = await signedInBrowser(testApp)
      testApp.ports.documents.read = async () => {
        throw new TypeError('unforeseen')
      }
      const answer = await send(
        { 'ce-userid': userId, ...says('message') },
        JSON.stringify({ conversationId, clientMessageId: 'mine-1', text: 'hi' }),
      )
      expect(await answer.json()).toMatchObject({
        error: { code: 'server_error' },
        clientMessageId: 'mine-1',
      })
    })
  })

  test('a browser cannot be in its way: neither CSRF nor limits concern it', async () => {
    testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '1' } })
    for (let n = 0; n < 3; n++)
      expect((await send({ 'ce-id': String(n), 'sec-fetch-site': 'cross-site', cookie: 'a=b' })).status).toBe(
        204,
      )
  })
})

describe('what listeners are told', () => {
  const teapot = defineError('conflict', 'conflict', 'Must be somebody else.')

  async function listening({ fail = false }: { fail?: boolean } = {}) {
    const testApp = await createTestApp()
    const { userId } = await signedInBrowser(testApp)
    const heard: [string, Connection, unknown?][] = []
    const groups = new Set(['c.one', 'c.two'])
    const listener: ConnectionListener = {
      groupsOf: async () => [...groups],
      connected: async (connection) => void heard.push(['connected', connection]),
      disconnected: async (connection) => void heard.push(['disconnected', connection]),
      events: {
        async message(connection, said) {
          heard.push(['message', connection, said])
          if (fail) throw teapot()
          return { stored: said }
        },
      },
    }
    const limit = { name: 'n', requests: 10, windowSeconds: 60, requestsWhenAlone: 10 }
    const gateway = createRealtime(
      testApp.ports,
      {
        auth: testApp.auth,
        limits: createLimits(testApp.ports, { keys: testApp.keys }, { limits: { general: limit } }),
      },
      { limits: { negotiate: limit } },
    )
    gateway.connections.listener('test', listener).attach()
    const event = (
      what: Parameters<typeof gateway.receiveEvent>[0]['what'],
      id: string,
      connectionId = 'x',
    ) => ({
      host: memoryEventHost,
      hub: memoryHub,
      connectionId,
      signature: '',
      id,
      userId,
      state: null as string | null,
      what,
    })
    const connecting = (connectionId: string) =>
      event({ type: 'connect', readGroups: async () => [`u.${userId}`] }, '0', connectionId)
    const access = await testApp.ports.realtime.clientAccess({
      userId,
      groups: [`u.${userId}`],
      ttlSeconds: 60,
    })
    const device = testApp.devices.connect(access.url)
    return { testApp, gateway, heard, groups, event, connecting, device, userId }
  }

  test('each event once, however often it is sent', async () => {
    const { gateway, heard, event, userId } = await listening()
    const said = event({ type: 'said', name: 'message', read: async () => ({ text: 'hi' }) }, '2')
    expect(await gateway.receiveEvent(said)).toEqual({ said: { stored: { text: 'hi' } } })
    expect(await gateway.receiveEvent(said)).toBeNull()
    for (const type of ['connected', 'disconnected'] as const)
      for (let n = 0; n < 2; n++) await gateway.receiveEvent(event({ type }, type))
    const connection = { connectionId: 'x', userId }
    expect(heard).toEqual([
      ['message', connection, { text: 'hi' }],
      ['connected', connection],
      ['disconnected', connection],
    ])
  })

  test('without the cache an event is taken as new', async () => {
    const { testApp, gateway, heard, event } = await listening()
    testApp.ports.cache.compareAndSwap = unreachable
    await gateway.receiveEvent(event({ type: 'connected' }, '1'))
    await gateway.receiveEvent(event({ type: 'connected' }, '1'))
    expect(heard).toHaveLength(2)
  })

  test('names that every object has are no events', async () => {
    const { gateway, event } = await listening()
    for (const name of ['constructor', 'toString', '__proto__'])
      await expect(
        gateway.receiveEvent(event({ type: 'said', name, read: async () => null }, name)),
      ).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a member removed while connecting is out of the group once connected', async () => {
    const { testApp, gateway, groups, event, connecting, device, userId } = await listening()
    const begun = await gateway.receiveEvent(connecting(device.connectionId))
    if (!begun || !('groups' in begun)) throw new Error('no groups')
    await testApp.ports.realtime.setGroups(device.connectionId, begun.groups)
    groups.delete('c.two')
    await gateway.receiveEvent({
      ...event({ type: 'connected' }, '1', device.connectionId),
      state: begun.state,
    })
    for (const group of ['c.one', 'c.two', `u.${userId}`])
      await testApp.ports.realtime.publish(group, { group })
    expect(device.received).toEqual([{ group: 'c.one' }, { group: `u.${userId}` }])
  })

  test('a connection that was not asked about gets its groups when it is there', async () => {
    const { testApp, gateway, event, device } = await listening()
    await gateway.receiveEvent(event({ type: 'connected' }, '1', device.connectionId))
    await testApp.ports.realtime.publish('c.two', { n: 1 })
    expect(device.received).toEqual([{ n: 1 }])
  })

  test('what a device said wrong is for it to know', async () => {
    const { gateway, event } = await listening({ fail: true })
    const said = event({ type: 'said', name: 'message', read: async () => 1 }, '2')
    await expect(gateway.receiveEvent(said)).rejects.toMatchObject({ code: 'conflict' })
  })
})
