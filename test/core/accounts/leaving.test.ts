import { afterEach, describe, expect, test } from 'vitest'
import { sessions } from '../../../src/core/accounts/auth/sessions.model.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import {
  type Browser,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { sharedStores, startTwoProcesses, type TwoProcesses } from '../../two-processes.ts'

const auth = '/api/v1/auth'
const { email, password } = person

const cookieOf = ({ cookies }: Pick<Browser, 'cookies'>, name = 'accessToken') =>
  `${name}=${cookies.get(name)}`
/** As a browser with just these cookies. */
const sendWith = async (testApp: TestApp, method: string, path: string, cookie: string, headers = {}) => {
  const response = await testApp.app.request(`${origin}${path}`, {
    method,
    headers: { cookie, ...(method === 'GET' ? {} : { origin }), ...headers },
  })
  return { status: response.status, headers: response.headers, body: await response.json().catch(() => null) }
}
const standing = async (testApp: TestApp) =>
  (await testApp.ports.documents.scan(sessions)).items.filter(({ value }) => value.revokedAt === null).length

/** A jar of an older session, one of a newer, and what is worth nothing. */
async function leftovers(environment: Record<string, string> = {}) {
  const testApp = await createTestApp({ environment })
  const old = await signedInBrowser(testApp)
  testApp.clock.advance(1_000)
  const good = browserOf(testApp)
  await good.call('POST', `${auth}/login`, { body: { email, password } })
  const expired = cookieOf(old)
  return { testApp, old, good, expired }
}

describe('several cookies of one name', () => {
  test('each is tried: a stale one hides none that is good, wherever it stands', async () => {
    const { testApp, old, good } = await leftovers()
    await old.call('POST', `${auth}/logout`)
    const revoked = (await createRevoked(testApp)) ?? ''
    for (const stale of ['accessToken=nonsense', revoked])
      for (const cookie of [`${stale}; ${cookieOf(good)}`, `${cookieOf(good)}; ${stale}`]) {
        expect((await sendWith(testApp, 'GET', '/api/v1/users/me', cookie)).status).toBe(200)
        expect((await sendWith(testApp, 'DELETE', `${auth}/sessions`, cookie)).status).toBe(204)
      }
    expect((await sendWith(testApp, 'GET', '/api/v1/users/me', revoked)).status).toBe(401)
  })

  /** A session that is over, whose token is good for some time yet. */
  async function createRevoked(testApp: TestApp) {
    const browser = browserOf(testApp)
    await browser.call('POST', `${auth}/login`, { body: { email, password } })
    const cookie = cookieOf(browser)
    await browser.call('POST', `${auth}/logout`)
    return cookie
  }

  test('of two that are good the younger counts', async () => {
    const { testApp, old, good } = await leftovers()
    for (const cookie of [`${cookieOf(old)}; ${cookieOf(good)}`, `${cookieOf(good)}; ${cookieOf(old)}`]) {
      const { body } = await sendWith(testApp, 'GET', `${auth}/sessions`, cookie)
      expect(body.items.map(({ current }: { current: boolean }) => current)).toEqual([true, false])
    }
  })

  test('a refresh takes the one that is good, and an older token of the same session is no theft', async () => {
    const { testApp, good } = await leftovers()
    const stale = cookieOf(good, 'refreshToken')
    await good.call('POST', `${auth}/refresh`)
    await good.call('POST', `${auth}/refresh`)
    const [version, user, session] = good.cookies.get('refreshToken')!.split('.')
    const madeUp = `refreshToken=${version}.${user}.${session}.99.${'A'.repeat(43)}`
    for (const before of ['refreshToken=x', stale, madeUp]) {
      const cookie = `${before}; ${cookieOf(good, 'refreshToken')}`
      const { status, headers } = await sendWith(testApp, 'POST', `${auth}/refresh`, cookie)
      expect(status).toBe(200)
      for (const line of headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        good.cookies.set(name, value)
      }
    }
    expect(testApp.auditRecords.some(({ eventType }) => eventType === 'auth.refresh.reuse')).toBe(false)
  })

  test('signing out ends the sessions of all of them, and of a name from before', async () => {
    const { testApp, old, good } = await leftovers()
    const cookie = `accessToken=x; ${cookieOf(good)}; __Host-${cookieOf(old, 'refreshToken')}`
    const answer = await sendWith(testApp, 'POST', `${auth}/logout`, cookie)
    expect(answer).toMatchObject({ status: 200, body: { message: 'Logged out successfully.' } })
    expect(await standing(testApp)).toBe(0)
  })

  test('what came doubled is cleared: with each domain above the host, before the cookies themselves', async () => {
    const environment = { PUBLIC_URL: 'https://api.portal.example.org', CORS_ORIGINS: origin }
    const { testApp, good } = await leftovers(environment)
    const linesOf = async (path: string, cookie: string) =>
      (await sendWith(testApp, 'POST', path, `${cookie}; ${cookieOf(good, 'device')}`)).headers
        .getSetCookie()
        .map((line) => {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          return [name, value === '' ? 'cleared' : 'set', /Domain=([^;]+)/.exec(line)?.[1] ?? '']
            .join(' ')
            .trim()
        })
    const domains = ['api.portal.example.org', 'portal.example.org', 'example.org']
    const refresh = cookieOf(good, 'refreshToken')
    expect(await linesOf(`${auth}/refresh`, refresh)).toEqual(['accessToken set', 'refreshToken set'])
    expect(await linesOf(`${auth}/refresh`, `refreshToken=x; ${refresh}; __Host-accessToken=x`)).toEqual([
      '__Host-accessToken cleared',
      ...domains.map((domain) => `refreshToken cleared ${domain}`),
      'accessToken set',
      'refreshToken set',
    ])
    expect(await linesOf(`${auth}/refresh`, `${refresh}; device=x`)).toEqual([
      ...domains.map((domain) => `device cleared ${domain}`),
      'accessToken set',
      'refreshToken set',
    ])
    expect(await linesOf(`${auth}/logout`, refresh)).toEqual([
      ...domains.map((domain) => `refreshToken cleared ${domain}`),
      'accessToken cleared',
      'refreshToken cleared',
    ])
  })

  test('under the prefix no other name signs anybody in, and it is cleared', async () => {
    const environment = { PUBLIC_URL: 'https://example.org', CORS_ORIGINS: origin, COOKIE_PREFIX: '__Host-' }
    const testApp = await createTestApp({ environment })
    const browser = browserOf(testApp)
    await browser.call('POST', `${auth}/signup`, { body: person })
    const [access, refresh] = ['__Host-accessToken', '__Host-refreshToken'].map((name) =>
      cookieOf(browser, name).replace('__Host-', ''),
    ) as [string, string]
    expect((await sendWith(testApp, 'GET', '/api/v1/users/me', access)).status).toBe(401)
    expect((await sendWith(testApp, 'POST', `${auth}/refresh`, refresh)).status).toBe(401)
    expect(
      (
        await sendWith(testApp, 'POST', `${auth}/refresh`, `__Host-${refresh}; ${refresh}`)
      ).headers.getSetCookie(),
    ).toContainEqual(expect.stringMatching(/^refreshToken=; Max-Age=0; Domain=example.org/))
  })

  test('a hundred of one name are no work', async () => {
    const { testApp, good } = await leftovers()
    const cookie = `${cookieOf(good)}; ${Array.from({ length: 100 }, (_, n) => `accessToken=${n}`).join('; ')}`
    expect((await sendWith(testApp, 'GET', '/api/v1/users/me', cookie)).status).toBe(200)
  })
})

describe('signing out', () => {
  const signsOut = async (cookie: string, headers = {}, wait = 0) => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const token = (name: string) => ann.cookies.get(name)!
    testApp.clock.advance(wait)
    const filled = cookie.replace('ACCESS', token('accessToken')).replace('REFRESH', token('refreshToken'))
    const given = Object.fromEntries(
      Object.entries<string>(headers).map(([name, value]) => [
        name,
        value.replace('ACCESS', token('accessToken')),
      ]),
    )
    const answer = await sendWith(testApp, 'POST', `${auth}/logout`, filled, given)
    return { answer, left: await standing(testApp) }
  }
  const quarter = 15 * 60_000

  test.each([
    ['an expired access token and the refresh token', 'accessToken=ACCESS; refreshToken=REFRESH', {}],
    ['an invalid access token and the refresh token', 'accessToken=x.y.z; refreshToken=REFRESH', {}],
    ['an expired access token alone', 'accessToken=ACCESS', {}],
    ['an expired bearer token alone', '', { authorization: 'Bearer ACCESS' }],
    [
      'an expired bearer token of ours where the host overwrites the other',
      '',
      { 'x-authorization': 'Bearer ACCESS' },
    ],
    [
      'a bearer token of somebody else beside the cookies',
      'refreshToken=REFRESH',
      { authorization: 'Bearer a.b.c' },
    ],
  ])('ends the session by %s', async (_, cookie, headers) => {
    const { answer, left } = await signsOut(cookie, headers, quarter)
    expect(answer).toMatchObject({ status: 200, body: { message: 'Logged out successfully.' } })
    expect(left).toBe(0)
    for (const name of ['accessToken', 'refreshToken'])
      expect(answer.headers.getSetCookie()).toContainEqual(
        expect.stringMatching(new RegExp(`^${name}=; Max-Age=0`)),
      )
  })

  test('does not say so when what was shown names no session; and may be repeated', async () => {
    const { answer, left } = await signsOut('accessToken=x.y.z; refreshToken=nonsense')
    expect(answer.status).toBe(200)
    expect(answer.body.message).toContain('nothing else has ended')
    expect(left).toBe(1)
    const { answer: none } = await signsOut('')
    expect(none).toMatchObject({ status: 200, body: { message: 'Logged out successfully.' } })
  })

  test('does not say so when the session could not be ended: the cookies stay, and the next time it works', async () => {
    let isDown = false
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          replace: (...call: Parameters<typeof documents.replace>) =>
            isDown ? Promise.reject(new PortUnavailable('documents')) : documents.replace(...call),
        } as typeof documents,
      }),
    })
    const ann = await signedInBrowser(testApp)
    isDown = true
    const failed = await ann.call('POST', `${auth}/logout`)
    expect(failed).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
    expect(failed.headers.get('retry-after')).not.toBeNull()
    for (const name of ['accessToken', 'refreshToken']) expect(ann.cookies.has(name)).toBe(true)
    isDown = false
    expect((await ann.call('POST', `${auth}/logout`)).body.message).toBe('Logged out successfully.')
    expect(await standing(testApp)).toBe(0)
  })

  test('quick exit has the browser forget also where the session cannot be ended, and says that it could not', async () => {
    let isDown = false
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          read: (...call: Parameters<typeof documents.read>) =>
            isDown ? Promise.reject(new PortUnavailable('documents')) : documents.read(...call),
        } as typeof documents,
      }),
    })
    const ann = await signedInBrowser(testApp)
    isDown = true
    const failed = await ann.call('POST', `${auth}/quick-exit`)
    expect(failed.status).toBe(503)
    expect(failed.headers.get('clear-site-data')).toContain('"cookies"')
    expect(ann.cookies.size).toBe(0)
  })

  const ways = ['/logout', '/quick-exit']
  /** What a browser may say of a page of ours, or of one that tells nobody where it is from. */
  const hidden: readonly Record<string, string>[] = [
    { origin: 'null' },
    ...['same-origin', 'same-site', 'none'].flatMap((site) => [
      { origin: 'null', 'sec-fetch-site': site },
      { 'sec-fetch-site': site },
    ]),
    {},
    { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
    { origin, 'sec-fetch-site': 'same-origin' },
  ]
  const raw = (
    testApp: TestApp,
    { cookies }: Pick<Browser, 'cookies'>,
    way: string,
    init: RequestInit,
    path = `${auth}${way}`,
  ) =>
    testApp.app.request(`${origin}${path}`, {
      method: 'POST',
      ...init,
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; '), ...init.headers },
    })

  test.each(ways)('%s works wherever a page of ours, or a hidden one, says that it is from', async (path) => {
    for (const headers of hidden) {
      const testApp = await createTestApp()
      const ann = await signedInBrowser(testApp)
      expect((await raw(testApp, ann, path, { headers })).status, JSON.stringify(headers)).toBeLessThan(300)
      expect(await standing(testApp)).toBe(0)
    }
  })

  type Described = { paths: Record<string, Record<string, any>> }
  /** Everything that changes something, but leaving and what Web PubSub sends. */
  const changes = (testApp: TestApp) =>
    Object.entries((testApp.describe() as Described).paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        method === 'get' || operation['x-leaves'] || path === '/api/v1/realtime/events'
          ? []
          : [
              {
                method: method.toUpperCase(),
                path: path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff'),
              },
            ],
      ),
    )
  const codeOf = async (answer: Response) =>
    ((await answer.json().catch(() => null)) as { error?: { code: string } } | null)?.error?.code

  const form = new FormData()
  form.append('button', 'leave')
  const bodies: readonly (readonly [string, RequestInit])[] = [
    ['text', { body: 'leaving' }],
    ['what should be JSON and is none', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['JSON with what nobody asked for', { body: '{"a":1}', headers: { 'content-type': 'application/json' } }],
    ['a form', { body: form }],
    ['parameters', { body: new URLSearchParams({ button: 'leave' }) }],
    ['bytes', { body: new Uint8Array([0xff, 0xfe]) }],
    ['what is encoded', { body: new Uint8Array([31, 139]), headers: { 'content-encoding': 'gzip' } }],
    ['another charset', { body: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } }],
    ['more than a body may have', { body: 'x'.repeat(2_000_000) }],
  ]
  test.each(ways.flatMap((path) => bodies.map(([what, init]) => [path, what, init] as const)))(
    '%s works with %s as its body',
    async (path, _, init) => {
      const testApp = await createTestApp()
      const ann = await signedInBrowser(testApp)
      const answer = await raw(testApp, ann, path, init)
      expect(answer.status).toBeLessThan(300)
      expect(await standing(testApp)).toBe(0)
    },
  )

  test.each(ways)('%s works where others have used up what the address may ask', async (path) => {
    const testApp = await createTestApp({
      environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '10' },
    })
    const ann = await signedInBrowser(testApp)
    for (let n = 0; n < 20; n++) await browserOf(testApp).call('GET', '/api/v1/courses')
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(429)
    expect((await ann.call('POST', `${auth}${path}`)).status).toBeLessThan(300)
    expect(await standing(testApp)).toBe(0)
  })

  test('from another site it works where pages of ours may live there: where cookies are SameSite=None', async () => {
    for (const sameSite of ['Strict', 'Lax', 'None'])
      for (const path of ways) {
        const testApp = await createTestApp({
          environment: {
            PUBLIC_URL: 'https://api.example.org',
            CORS_ORIGINS: origin,
            COOKIE_SAME_SITE: sameSite,
          },
        })
        const ann = await signedInBrowser(testApp)
        for (const from of [{ origin: 'null' }, {}]) {
          const answer = await raw(testApp, ann, path, {
            headers: { ...from, 'sec-fetch-site': 'cross-site' },
          })
          expect(answer.status < 300, `${sameSite} ${path}`).toBe(sameSite === 'None')
        }
        expect(await standing(testApp)).toBe(sameSite === 'None' ? 0 : 1)
      }
  })

  test('a stranger’s page signs nobody out, and to anything but leaving no unknown origin leads', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    for (const path of ways)
      for (const from of ['null', 'https://evil.example'])
        expect(
          (
            await ann.call('POST', `${auth}${path}`, {
              headers: { origin: from, 'sec-fetch-site': 'cross-site' },
            })
          ).body.error.code,
        ).toBe('csrf_failed')
    for (const site of ['same-origin', 'same-site', 'cross-site', 'none']) {
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': site }
      expect((await ann.call('POST', `${auth}/logout`, { headers })).status).toBe(403)
    }
    for (const { method, path } of changes(testApp))
      for (const headers of [
        { origin: 'null' },
        ...['same-site', 'cross-site', 'none', 'nonsense'].map((site) => ({
          origin: 'null',
          'sec-fetch-site': site,
        })),
      ]) {
        const answer = await ann.call(method, path, { headers })
        expect(answer.body.error.code, `${method} ${path} ${JSON.stringify(headers)}`).toBe('csrf_failed')
      }
    for (const { method, path } of changes(testApp))
      for (const site of ['same-site', 'cross-site']) {
        const answer = await raw(testApp, ann, '', { method, headers: { 'sec-fetch-site': site } }, path)
        expect(await codeOf(answer), `${method} ${path} ${site}`).toBe('csrf_failed')
      }
    expect(await standing(testApp)).toBe(1)
  })

  test('a hidden page of ours may do whatever its browser says is of the same origin', async () => {
    const { paths } = (await createTestApp()).describe() as Described
    expect(Object.keys(paths).length).toBeGreaterThan(50)
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    for (const { method, path } of changes(testApp))
      for (const from of [{ origin: 'null' }, {}]) {
        const headers = { ...from, 'sec-fetch-site': 'same-origin' }
        const answer = await raw(testApp, ann, '', { method, headers }, path)
        expect(await codeOf(answer), `${method} ${path}`).not.toBe('csrf_failed')
      }
  })

  test('works with a refresh token whose master key is gone', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const [stored] = (await testApp.ports.documents.scan(sessions)).items
    const withoutKey = {
      ...stored!.value,
      sealedSecret: stored!.value.sealedSecret.replace(/^[^.]*/, 'gone'),
    }
    await testApp.ports.documents.replace(sessions, withoutKey, stored!.version)
    const answer = await sendWith(testApp, 'POST', `${auth}/logout`, cookieOf(ann, 'refreshToken'))
    expect(answer.body.message).toBe('Logged out successfully.')
    expect(await standing(testApp)).toBe(0)
  })
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])('two processes on %s', (kind) => {
  let processes: TwoProcesses
  afterEach(() => processes.close())

  test('signing out among 50 refreshes: it is said, and nobody goes on', async () => {
    processes = await startTwoProcesses(kind)
    const { one, two } = processes
    const ann = await signedInBrowser(one)
    const tabs = Array.from({ length: 50 }, (_, index) => browserOf(index % 2 === 0 ? one : two))
    for (const { cookies } of tabs) for (const [name, value] of ann.cookies) cookies.set(name, value)
    const leaving = browserOf(two)
    for (const [name, value] of ann.cookies) leaving.cookies.set(name, value)
    const [left] = await Promise.all([
      leaving.call('POST', `${auth}/logout`),
      ...tabs.map(({ call }) => call('POST', `${auth}/refresh`)),
    ])
    expect(left).toMatchObject({ status: 200, body: { message: 'Logged out successfully.' } })
    const after = await Promise.all(tabs.map(({ call }) => call('POST', `${auth}/refresh`)))
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]))
    expect(await standing(one)).toBe(0)
  })

  test('20 at once end it once', async () => {
    processes = await startTwoProcesses(kind)
    const { one, two } = processes
    const ann = await signedInBrowser(one)
    const tabs = Array.from({ length: 20 }, (_, index) => browserOf(index % 2 === 0 ? one : two))
    for (const { cookies } of tabs) for (const [name, value] of ann.cookies) cookies.set(name, value)
    const answers = await Promise.all(tabs.map(({ call }) => call('POST', `${auth}/logout`)))
    expect(new Set(answers.map(({ body }) => body.message))).toEqual(new Set(['Logged out successfully.']))
    expect(one.auditRecords.filter(({ eventType }) => eventType === 'user.logout')).toHaveLength(1)
  })
})
