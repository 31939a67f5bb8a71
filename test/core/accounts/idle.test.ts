import { describe, expect, test } from 'vitest'
import { sessions } from '../../../src/core/accounts/auth/sessions.model.ts'
import type { DocumentStore } from '../../../src/ports/documents.ts'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const minute = 60_000
const startAt = Date.UTC(2026, 10, 24)
const at = (minutes: number) => new Date(startAt + minutes * minute).toISOString()

const limited = (ports?: Parameters<typeof createTestApp>[0]) =>
  createTestApp({ environment: { SESSION_IDLE_MINUTES: '30' }, startAt, ...ports })

const read = async (testApp: TestApp, { call }: Pick<Browser, 'call'>, headers = {}) => {
  const { status } = await call('GET', '/api/v1/users/me', { headers })
  await testApp.settled()
  return status
}
const refresh = async ({ call }: Pick<Browser, 'call'>, headers = {}) =>
  (await call('POST', `${auth}/refresh`, { headers })).status
const current = async ({ call }: Pick<Browser, 'call'>) =>
  (await call('GET', `${auth}/sessions/current`)).body

describe('the idle time', () => {
  test('begins anew with what somebody does, not with refreshing alone', async () => {
    const testApp = await limited()
    const ann = await signedInBrowser(testApp)
    testApp.clock.advance(14 * minute)
    expect(await read(testApp, ann)).toBe(200)
    testApp.clock.advance(29 * minute)
    expect(await read(testApp, ann)).toBe(401)
    expect(await refresh(ann)).toBe(200)
    expect(await read(testApp, ann)).toBe(200)
  })

  test('also where this process has seen the session a moment ago', async () => {
    const testApp = await limited()
    const ann = await signedInBrowser(testApp)
    testApp.clock.advance(minute - 5_000)
    expect(await read(testApp, ann)).toBe(200)
    testApp.clock.advance(10_000)
    expect(await read(testApp, ann)).toBe(200)
    expect((await current(ann)).idleExpiresAt).toBe(new Date(startAt + 31 * minute + 5_000).toISOString())
  })

  test('ends a session after 30 minutes and not much before, however it was last used', async () => {
    const testApp = await limited()
    const uses = [
      (ann: Browser) => read(testApp, ann),
      (ann: Browser) => refresh(ann),
      async (ann: Browser) =>
        (await ann.call('PATCH', '/api/v1/users/me', { body: { name: 'Anna' } })).status,
    ]
    for (const [index, use] of uses.entries()) {
      const ann = await signedInBrowser(testApp, { ...person, email: `ann${index}@example.com` })
      testApp.clock.advance(7 * minute)
      expect(await use(ann)).toBe(200)
      await testApp.settled()
      testApp.clock.advance(29 * minute - 1)
      const tab = browserOf(testApp)
      for (const [name, value] of ann.cookies) tab.cookies.set(name, value)
      expect(await refresh(tab, { 'x-background': 'true' })).toBe(200)
      testApp.clock.advance(minute + 1)
      expect(await refresh(tab)).toBe(401)
      expect(await read(testApp, tab)).toBe(401)
    }
  })

  test('goes on while programs ask on their own', async () => {
    const testApp = await limited()
    const ann = await signedInBrowser(testApp)
    for (let passed = 2; passed < 30; passed += 2) {
      testApp.clock.advance(2 * minute)
      const headers = { 'x-background': 'true' }
      if ((await read(testApp, ann, headers)) === 401) expect(await refresh(ann, headers)).toBe(200)
      expect(await read(testApp, ann, { 'sec-fetch-dest': 'image' })).toBe(200)
      for (const [method, path, body] of [
        ['POST', '/api/v1/sync', { streams: {} }],
        ['POST', '/api/v1/realtime/negotiate', {}],
        ['GET', `${auth}/sessions/current`, undefined],
      ] as const)
        expect((await ann.call(method, path, { body })).status, path).toBe(200)
      await testApp.settled()
    }
    expect((await current(ann)).idleExpiresAt).toBe(at(30))
    testApp.clock.advance(2 * minute)
    expect(await refresh(ann)).toBe(401)
  })

  test('is written no more often than a thirtieth of it, whatever is asked', async () => {
    const testApp = await limited({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          async replace(...call: Parameters<DocumentStore['replace']>) {
            if (call[0].name === sessions.name) writes++
            return documents.replace(...call)
          },
        } as DocumentStore,
      }),
    })
    let writes = 0
    const ann = await signedInBrowser(testApp)
    for (let second = 0; second < 600; second += 5) {
      testApp.clock.advance(5_000)
      expect(await read(testApp, ann)).toBe(200)
    }
    expect(writes).toBe(10)
  })

  test('never makes a session longer than it may be at all', async () => {
    const testApp = await createTestApp({
      startAt,
      environment: { SESSION_DAYS: '1', SESSION_IDLE_MINUTES: '720' },
    })
    const ann = await signedInBrowser(testApp)
    testApp.clock.advance(11 * 60 * minute)
    expect(await refresh(ann)).toBe(200)
    testApp.clock.advance(11 * 60 * minute)
    expect(await refresh(ann)).toBe(200)
    expect(await current(ann)).toMatchObject({ idleExpiresAt: at(24 * 60), sessionExpiresAt: at(24 * 60) })
    testApp.clock.advance(2 * 60 * minute)
    expect(await refresh(ann)).toBe(401)
  })

  test('does not lift a session that has ended', async () => {
    const testApp = await limited()
    const ann = await signedInBrowser(testApp)
    testApp.clock.advance(2 * minute)
    await Promise.all([ann.call('GET', '/api/v1/users/me'), ann.call('POST', `${auth}/logout`)])
    await testApp.settled()
    const [stored] = (await testApp.ports.documents.scan(sessions)).items
    expect(stored?.value.revokedAt).not.toBeNull()
  })
})

describe('how long is left', () => {
  const told = ({ headers }: { headers: Headers }) => [
    headers.get('x-session-idle-expires'),
    headers.get('x-session-expires'),
  ]

  test('is told by every answer that signs in or refreshes, and may be read across origins', async () => {
    const testApp = await limited()
    const browser = browserOf(testApp)
    const over = at(30 * 24 * 60)
    const signedUp = await browser.call('POST', `${auth}/signup`, { body: person })
    expect(told(signedUp)).toEqual([at(30), over])
    const loggedIn = await browser.call('POST', `${auth}/login`, { body: { email, password } })
    expect(told(loggedIn)).toEqual([at(30), over])
    const shared = await browserOf(testApp).call('POST', `${auth}/login`, {
      body: { email, password, sharedDevice: true },
    })
    expect(told(shared)).toEqual([at(10), over])
    expect(told(await browserOf(testApp).call('POST', `${auth}/guest`, { body: { name: 'Guest' } }))[0]).toBe(
      at(30),
    )
    testApp.clock.advance(20 * minute)
    const refreshed = await browser.call('POST', `${auth}/refresh`, {
      headers: { origin: 'http://localhost:3000' },
    })
    expect(told(refreshed)).toEqual([at(50), over])
    const exposed = refreshed.headers.get('access-control-expose-headers')
    for (const name of ['X-Session-Idle-Expires', 'X-Session-Expires']) expect(exposed).toContain(name)
  })

  test('is told to whoever asks, guests too, and asking extends nothing', async () => {
    const testApp = await limited()
    const ann = await signedInBrowser(testApp)
    const guest = browserOf(testApp)
    await guest.call('POST', `${auth}/guest`, { body: { name: 'Guest' } })
    testApp.clock.advance(10 * minute)
    for (const browser of [ann, guest]) {
      expect(await current(browser)).toMatchObject({ current: true, idleExpiresAt: at(30), lastSeen: at(0) })
      await testApp.settled()
    }
    expect(await refresh(ann)).toBe(200)
    expect(await current(ann)).toMatchObject({ idleExpiresAt: at(40), lastSeen: at(10) })
    expect((await browserOf(testApp).call('GET', `${auth}/sessions/current`)).status).toBe(401)
  })
})
