import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createIdempotency } from '../../src/core/platform/idempotency/idempotency.ts'
import { createKeys } from '../../src/core/platform/keys/keys.ts'
import { createReadClientAddress, type TrustedSite } from '../../src/http/client-address.ts'
import { createOnError } from '../../src/http/errors.ts'
import { idempotent } from '../../src/http/idempotency.ts'
import type { AppEnv } from '../../src/http/request-context.ts'
import type { Cache } from '../../src/ports/cache.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { browserOf, createTestApp, logInOf, origin, person, signedInBrowser } from '../app.ts'

const signup = '/api/v1/auth/signup'
const login = '/api/v1/auth/login'
const me = '/api/v1/users/me'

const down = async () => {
  throw new PortUnavailable('cache')
}
const cacheDown: Cache = { get: down, set: down, delete: down, increment: down, compareAndSwap: down }

describe('a hostile body', () => {
  const marker = 'marker-that-must-not-come-back'
  const json = (value: unknown) => JSON.stringify(value)
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  test.each([
    ['is not JSON', `{"email":"${marker}`, 400, 'validation_error'],
    ['is empty', '', 400, 'validation_error'],
    ['is null', 'null', 400, 'validation_error'],
    ['is an array', json([marker]), 400, 'validation_error'],
    ['is a number', '1e999', 400, 'validation_error'],
    ['has wrong types', json({ email: { marker }, password: [marker], name: 7 }), 400, 'validation_error'],
    ['has an unknown address form', json({ ...person, email: `${marker}@` }), 400, 'validation_error'],
    [
      'has a header in the address',
      json({ ...person, email: `a@b.example\r\nBcc: ${marker}` }),
      400,
      'validation_error',
    ],
    ['has a NUL', json({ ...person, name: `${marker}\u0000` }), 400, 'validation_error'],
    [
      'has a lone surrogate',
      `{"email":"a@b.example","password":"SecurePass123!","name":"${marker}\\ud800"}`,
      400,
      'validation_error',
    ],
    ['has a lone surrogate in a key', `{"\\udc00${marker}":1}`, 400, 'validation_error'],
    [
      'has a control character in the name',
      json({ ...person, name: `${marker}\u0007` }),
      400,
      'validation_error',
    ],
    [
      'has a __proto__ key',
      `{"__proto__":{"role":"admin"},"email":"a@b.example","password":"SecurePass123!","name":"${marker}"}`,
      400,
      'validation_error',
    ],
    ['has an escaped __proto__ key', `{"\\u005f_proto__":{"x":"${marker}"}}`, 400, 'validation_error'],
    ['is nested 100,000 deep', deep, 400, 'validation_error'],
    ['is 2 MB', json({ ...person, name: marker.repeat(70_000) }), 413, 'payload_too_large'],
    ['has a name of 1,000 characters', json({ ...person, name: 'x'.repeat(1_000) }), 400, 'validation_error'],
  ])('that %s is refused, and not echoed', async (_, body, status, code) => {
    const testApp = await createTestApp()
    for (const path of [signup, login]) {
      const response = await testApp.app.request(`${origin}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      const text = await response.text()
      if (path === signup) {
        expect([response.status, JSON.parse(text).error.code]).toEqual([status, code])
        expect(JSON.parse(text).error.requestId).toBe(response.headers.get('x-request-id'))
      } else expect([400, 401, 413]).toContain(response.status)
      expect(text).not.toContain(marker)
    }
    expect(testApp.log.events.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('that is not UTF-8, or of another type, is refused', async () => {
    const { app } = await createTestApp()
    const send = (body: BodyInit, type: string) =>
      app.request(`${origin}${signup}`, { method: 'POST', headers: { 'content-type': type }, body })
    expect((await send(new Uint8Array([0x22, 0xff, 0x22]), 'application/json')).status).toBe(400)
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'multipart/form-data',
    ])
      expect((await send(JSON.stringify(person), type)).status).toBe(415)
  })

  test('without a name is JSON where a bearer token signs it, and nowhere else', async () => {
    const testApp = await createTestApp()
    const { cookies, accessToken } = await signedInBrowser(testApp)
    const bearer = { authorization: `Bearer ${accessToken}` }
    const cookie = { cookie: `accessToken=${cookies.get('accessToken')}`, origin }
    const change = async (headers: Record<string, string>, body: BodyInit) =>
      (await testApp.app.request(`${origin}${me}`, { method: 'PATCH', headers, body })).status
    const text = '{"name":"New"}'
    expect(await change(bearer, text)).toBe(200)
    expect(await change(bearer, new TextEncoder().encode(text))).toBe(200)
    expect(await change(cookie, text)).toBe(415)
    expect(await change({ ...cookie, authorization: 'Bearer null' }, text)).toBe(415)
    expect(await change({ authorization: `Bearer ${accessToken}x` }, text)).toBe(415)
    expect(await change({ ...bearer, 'content-type': 'text/html' }, text)).toBe(415)
  })

  test('that comes in pieces without a length is cut off at the limit', async () => {
    const { app } = await createTestApp()
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
    const response = await app.request(`${origin}${signup}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(3_000_000)
  })

  test('whose sender goes away is nobody’s failure', async () => {
    const { app, log } = await createTestApp()
    for (const announced of [{}, { 'content-length': '1000' }]) {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('{"email":')),
        pull: (controller) => controller.error(new Error('aborted')),
      })
      const response = await app.request(`${origin}${signup}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...announced },
        body,
        duplex: 'half',
      } as RequestInit)
      expect(response.status).toBe(499)
    }
    const aborted = expect.objectContaining({ level: 'info', event: 'request_aborted' })
    expect(log.events).toEqual([aborted, aborted])
  })
})

describe('errors', () => {
  test('name the field and the rule', async () => {
    const { body } = await browserOf(await createTestApp()).call('POST', signup, {
      body: { email: 'x', name: '' },
    })
    expect(body.error.details.map(({ path }: any) => path).sort()).toEqual(['email', 'name', 'password'])
  })

  test('come as RFC 9457 to those who ask', async () => {
    const headers = { accept: 'application/problem+json' }
    const {
      status,
      headers: answered,
      body,
    } = await browserOf(await createTestApp()).call('GET', me, { headers })
    expect(answered.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({
      status,
      code: 'missing_token',
      title: expect.any(String),
      requestId: expect.any(String),
    })
  })

  test('an unknown path is 404 in the same shape', async () => {
    const { status, body } = await browserOf(await createTestApp()).call('GET', '/api/v1/nothing')
    expect([status, body.error.code]).toEqual([404, 'not_found'])
  })

  test('what nobody foresaw is 500, logged in full, and says nothing', async () => {
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          read: async (c, key) => {
            if (c.name === 'UserEmails') throw new Error('the inner secret')
            return documents.read(c, key)
          },
        },
      }),
    })
    const answer = await browserOf(testApp).call('POST', login, { body: logInOf(person) })
    expect([answer.status, answer.body.error.code]).toEqual([500, 'server_error'])
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    expect(answer.headers.get('x-ratelimit-limit')).not.toBeNull()
    expect(testApp.log.events.filter(({ level }) => level === 'error')).toMatchObject([
      { event: 'request_failed', error: expect.objectContaining({ message: 'the inner secret' }) },
    ])
  })
})

describe('credentials', () => {
  test('are taken from X-Authorization, then a bearer of ours, then the cookie', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com', name: 'Bob' })
    const name = async (headers: Record<string, string>) =>
      (await ann.call('GET', me, { headers })).body.name ?? 'refused'
    const foreign = `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"iss":"static web apps"}')}.x`
    expect(await name({})).toBe('Ann')
    expect(await name({ authorization: `Bearer ${bob.accessToken}` })).toBe('Bob')
    expect(await name({ 'x-authorization': `Bearer ${bob.accessToken}` })).toBe('Bob')
    expect(await name({ authorization: foreign })).toBe('Ann')
    expect(await name({ authorization: foreign, 'x-authorization': `Bearer ${bob.accessToken}` })).toBe('Bob')
    expect(await name({ 'x-authorization': 'Bearer nonsense' })).toBe('refused')
    expect(await name({ authorization: `Bearer ${bob.accessToken}x` })).toBe('refused')
  })

  test('a token is refused after its time, and when somebody wrote it anew', async () => {
    const testApp = await createTestApp()
    const { accessToken } = await signedInBrowser(testApp)
    const read = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await browserOf(testApp).call('GET', me, { headers })).body.error?.code ?? 'fine'
    }
    const [header = '', payload = '', signature = ''] = accessToken.split('.')
    const asAdmin = btoa(JSON.stringify({ ...JSON.parse(atob(payload)), role: 'admin' })).replace(/=+$/, '')
    const unsigned = btoa('{"alg":"none","typ":"at+jwt"}').replace(/=+$/, '')
    expect(await read(accessToken)).toBe('fine')
    expect(await read(`${header}.${asAdmin}.${signature}`)).toBe('invalid_token')
    expect(await read(`${unsigned}.${payload}.`)).toBe('invalid_token')
    testApp.clock.advance(900_000)
    expect(await read(accessToken)).toBe('invalid_token')
  })
})

describe('cross-site requests', () => {
  test.each([
    ['a page of ours', { origin }, 200],
    ['a listed page', { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, 200],
    ['an unlisted page', { origin: 'https://evil.example' }, 403],
    ['an opaque page', { origin: 'null' }, 403],
    ['another site without an Origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['no browser', {}, 200],
  ])('logging in from %s', async (_, headers, status) => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const response = await testApp.app.request(`${origin}${login}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) },
      body: JSON.stringify({ email: person.email, password: person.password }),
    })
    expect(response.status).toBe(status)
    if (status === 403) {
      expect(await response.json()).toMatchObject({ error: { code: 'csrf_failed' } })
      expect(response.headers.getSetCookie()).toEqual([])
    }
  })

  test('a change signed in by a cookie needs an Origin, one signed in by a bearer does not', async () => {
    const testApp = await createTestApp()
    const { cookies, accessToken } = await signedInBrowser(testApp)
    const change = async (headers: Record<string, string>) => {
      const response = await testApp.app.request(`${origin}${me}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"name":"New"}',
      })
      return response.status
    }
    const cookie = `accessToken=${cookies.get('accessToken')}`
    expect(await change({ cookie })).toBe(403)
    expect(await change({ cookie, origin })).toBe(200)
    expect(await change({ cookie, origin: 'https://evil.example' })).toBe(403)
    expect(await change({ authorization: `Bearer ${accessToken}` })).toBe(200)
    expect(await change({ authorization: `Bearer ${accessToken}`, origin: 'https://evil.example' })).toBe(200)
  })

  test('from whatever port of this machine, while it is not production', async () => {
    const { app } = await createTestApp({ environment: { CORS_ORIGINS: 'https://portal.example.org' } })
    const allowedFor = async (from: string) =>
      (await app.request(`${origin}/api/v1/courses/x`, { headers: { origin: from } })).headers.get(
        'access-control-allow-credentials',
      )
    for (const from of ['http://localhost:3001', 'http://localhost', 'http://127.0.0.1:5173'])
      expect([from, await allowedFor(from)]).toEqual([from, 'true'])
    for (const from of [
      'https://localhost:3001',
      'http://localhost.evil.example',
      'http://localhost:3001.evil.example',
      'http://evil.example/localhost',
      'http://127.0.0.1.evil.example',
      'http://127.0.0.2:3000',
      'http://192.168.0.2:3000',
    ])
      expect([from, await allowedFor(from)]).toEqual([from, null])
  })

  test('CORS names the exact origin, and nobody else gets a word', async () => {
    const { app } = await createTestApp({ environment: { CORS_ORIGINS: 'https://portal.example.org' } })
    const preflight = (from: string) =>
      app.request(`${origin}${login}`, {
        method: 'OPTIONS',
        headers: { origin: from, 'access-control-request-method': 'POST' },
      })
    const ours = await preflight('https://portal.example.org')
    expect(ours.status).toBe(204)
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://portal.example.org')
    expect(ours.headers.get('access-control-allow-credentials')).toBe('true')
    expect(ours.headers.get('access-control-allow-methods')).toContain('PATCH')
    expect(ours.headers.get('vary')).toContain('Origin')
    for (const other of ['https://portal.example.org.evil.example', 'http://portal.example.org', 'null'])
      expect((await preflight(other)).headers.get('access-control-allow-origin')).toBeNull()
    const answer = await app.request(`${origin}${me}`, { headers: { origin: 'https://portal.example.org' } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Remaining')
  })
})

describe('rate limits', () => {
  const bodyOf = (i: number) => ({ body: { ...person, email: `p${i}@example.com` } })

  test('5 a minute for each password endpoint, 100 in all, both told in headers', async () => {
    const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
    const browser = browserOf(testApp)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) statuses.push((await browser.call('POST', signup, bodyOf(i))).status)
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429])
    const refused = await browser.call('POST', signup, bodyOf(7))
    expect(refused.body.error).toMatchObject({ code: 'rate_limit_exceeded', retryAfter: 60 })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(refused.headers.get('x-ratelimit-limit')).toBe('5')
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(Number(refused.headers.get('x-ratelimit-reset'))).toBe(testApp.clock.now() / 1000 + 60)
    expect(refused.headers.get('ratelimit-policy')).toBe('"auth.signup";q=5;w=60')
    expect(
      (await browser.call('POST', login, { body: { email: 'p0@example.com', password: person.password } }))
        .status,
    ).toBe(200)
    testApp.clock.advance(60_000)
    expect((await browser.call('POST', signup, bodyOf(8))).status).toBe(201)
    for (let i = 0; i < 99; i++) await browser.call('GET', me)
    expect((await browser.call('GET', me)).status).toBe(429)
    expect((await browser.call('GET', '/api/healthz')).status).toBe(200)
  })

  test('the address comes from the trusted hop, and a site has its own quota', async () => {
    const { app } = await createTestApp({
      environment: {
        RATE_LIMIT_SCALE: '1',
        TRUSTED_PROXY_HOPS: '1',
        TRUSTED_SITES: '[{"name":"Library","networks":["203.0.113.0/24"],"scale":3}]',
      },
    })
    let account = 0
    const attempt = async (forwarded: string) => {
      const body = JSON.stringify({ ...person, email: `a${++account}@example.com` })
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded }
      return (await app.request(`${origin}${signup}`, { method: 'POST', headers, body })).status
    }
    for (let i = 0; i < 5; i++) expect(await attempt(`spoofed-${i}, 198.51.100.7:${4000 + i}`)).toBe(201)
    expect(await attempt('1.2.3.4, 198.51.100.7')).toBe(429)
    expect(await attempt('198.51.100.8')).toBe(201)
    for (let i = 0; i < 15; i++) expect(await attempt('203.0.113.9')).toBe(201)
    expect(await attempt('203.0.113.9')).toBe(429)
    for (let i = 0; i < 5; i++) expect(await attempt(`[2001:db8::${i + 1}]:443`)).toBe(201)
    expect(await attempt('2001:db8::ffff')).toBe(429)
    expect(await attempt('2001:db8:0:1::1')).toBe(201)
  })

  test('what a signed-in reader asks of the cache is asked at once', async () => {
    let waves = 0
    let inFlight = 0
    const testApp = await createTestApp({
      ports: ({ cache }) => ({
        cache: new Proxy(cache, {
          get:
            (target, name: keyof Cache) =>
            async (...values: unknown[]) => {
              if (inFlight++ === 0) waves++
              await new Promise((resolve) => setImmediate(resolve))
              inFlight--
              return (target[name] as (...given: unknown[]) => unknown)(...values)
            },
        }),
      }),
    })
    const ann = await signedInBrowser(testApp)
    const bearer = { authorization: `Bearer ${ann.accessToken}` }
    for (const signedIn of [ann, browserOf(testApp)])
      for (const expected of [2, 1, 1]) {
        waves = 0
        const headers = signedIn === ann ? {} : bearer
        expect((await signedIn.call('GET', me, { headers })).status).toBe(200)
        // A token that this process has not seen is looked at only after the limits.
        expect(waves).toBeLessThanOrEqual(expected)
      }
  })

  test('with the cache down reading goes on, passwords are tried less often, and sessions still end', async () => {
    const testApp = await createTestApp({
      environment: { RATE_LIMIT_SCALE: '1' },
      ports: () => ({ cache: cacheDown }),
    })
    const ann = await signedInBrowser(testApp)
    expect((await ann.call('GET', me)).status).toBe(200)
    const statuses: number[] = []
    for (let i = 0; i < 4; i++)
      statuses.push((await browserOf(testApp).call('POST', signup, bodyOf(i))).status)
    expect(statuses).toEqual([201, 201, 429, 429])
    expect((await ann.call('POST', '/api/v1/auth/logout')).status).toBe(200)
    const headers = { authorization: `Bearer ${ann.accessToken}` }
    expect((await browserOf(testApp).call('GET', me, { headers })).body.error.code).toBe('token_revoked')
    const readiness = await browserOf(testApp).call('GET', '/api/readyz')
    expect(readiness.status).toBe(503)
    expect(readiness.body.dependencies).toMatchObject({
      cache: { state: 'down' },
      documents: { state: 'up' },
    })
  })
})

describe('a client address', () => {
  const bySocket = (sites: readonly TrustedSite[]) => (remoteAddress: string) =>
    createReadClientAddress({ from: 'socket' }, sites)({ remoteAddress, header: () => undefined })

  test.each([
    ['NAT64', '64:ff9b::c000:221'],
    ['NAT64 inside a network, as a /96', '64:ff9b:1::192.0.2.33'],
    ['NAT64 inside a network, as a /96 of many', '64:ff9b:1:122:3:44:c000:221'],
    ['NAT64 inside a network, as a /64', '64:ff9b:1:0:c0:2:2100:0'],
    ['NAT64 inside a network, as a /56', '64:ff9b:1:1c0:0:221::'],
    ['NAT64 inside a network, as a /48', '64:ff9b:1:c000:2:2100::'],
    ['6to4', '2002:c000:221:7::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdde'],
    ['IPv4-mapped', '::ffff:192.0.2.33'],
    ['IPv4-translated', '::ffff:0:192.0.2.33'],
  ])('of %s is the IPv4 address in it', (_, address) => {
    const sites = [{ name: 'Library', networks: ['192.0.2.0/24'], scale: 3 }]
    const client = bySocket(sites)(address)
    expect([client.address, client.site?.name]).toEqual(['192.0.2.33', 'Library'])
    const other = bySocket(sites)('64:ff9b::c633:6401')
    expect([other.address, other.site]).toEqual(['198.51.100.1', null])
  })

  test('a site may be named by the prefix of its translator', () => {
    const sites = [{ name: 'Camp', networks: ['64:ff9b::/96'], scale: 3 }]
    expect(bySocket(sites)('64:ff9b::c000:221')).toMatchObject({
      address: '192.0.2.33',
      site: { name: 'Camp' },
    })
  })

  test('behind a translator one person does not use up what everybody may do', async () => {
    const environment = { RATE_LIMIT_SCALE: '1', RATE_LIMIT_AUTH_PER_MINUTE: '2', TRUSTED_PROXY_HOPS: '1' }
    const { app } = await createTestApp({ environment })
    const attempt = async (forwarded: string) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded }
      return (await app.request(`${origin}${login}`, { method: 'POST', headers, body: '{}' })).status
    }
    const statuses = []
    for (let n = 0; n < 3; n++) statuses.push(await attempt('64:ff9b::c000:221'))
    expect([...statuses, await attempt('64:ff9b::c000:222')]).toEqual([400, 400, 429, 400])
    expect(await attempt('192.0.2.33')).toBe(429)
  })
})

describe('versions', () => {
  test('ETag, If-None-Match and If-Match', async () => {
    const { call } = await signedInBrowser(await createTestApp())
    const first = await call('GET', me)
    const etag = first.headers.get('etag') ?? ''
    const unchanged = await call('GET', me, { headers: { 'if-none-match': `"other", W/${etag}` } })
    expect([unchanged.status, unchanged.body]).toEqual([304, ''])
    const changed = await call('PATCH', me, {
      body: { preferences: { theme: 'dark' } },
      headers: { 'if-match': etag },
    })
    expect(changed.status).toBe(200)
    expect(changed.body.preferences).toMatchObject({ notifications: true, emailUpdates: true, theme: 'dark' })
    expect(changed.headers.get('etag')).not.toBe(etag)
    const stale = await call('PATCH', me, { body: { name: 'Late' }, headers: { 'if-match': etag } })
    expect([stale.status, stale.body.error.code]).toEqual([412, 'precondition_failed'])
    expect((await call('PATCH', me, { body: {} })).status).toBe(400)
  })
})

describe('request ids and traces', () => {
  test('of a refusal the log says whose it was, and of nothing else', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const before = testApp.log.events.length
    expect((await ann.call('GET', '/api/v1/admin/users')).status).toBe(403)
    expect((await ann.call('GET', me)).status).toBe(200)
    expect((await browserOf(testApp).call('GET', me)).status).toBe(401)
    const requests = testApp.log.events.slice(before).filter(({ event }) => event === 'request')
    expect(requests.map(({ fields }) => [fields?.['status'], fields?.['userId']])).toEqual([
      [403, ann.userId],
      [200, undefined],
      [401, undefined],
    ])
  })

  test('a usable id is kept, another is replaced, and both are logged with the route alone', async () => {
    const testApp = await createTestApp()
    const browser = browserOf(testApp)
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const kept = await browser.call('DELETE', '/api/v1/auth/sessions/00000000-0000-7000-8000-00000000abcd', {
      headers: { 'x-request-id': 'my-request-1', traceparent: `00-${trace}-b7ad6b7169203331-01` },
    })
    expect(kept.headers.get('x-request-id')).toBe('my-request-1')
    const replaced = await browser.call('GET', me, {
      headers: { 'x-request-id': 'ann@example.com <script>' },
    })
    expect(replaced.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    const [first] = testApp.log.events.filter(({ event }) => event === 'request')
    expect(first?.fields).toMatchObject({
      requestId: 'my-request-1',
      linkedTraceId: trace,
      trace_id: expect.stringMatching(/^(?!0af7)[\da-f]{32}$/),
      method: 'DELETE',
      route: '/api/v1/auth/sessions/:id',
      status: 401,
    })
    expect(JSON.stringify(testApp.log.events)).not.toContain('abcd')
  })
})

describe('the trace of a stranger', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const parent = 'b7ad6b7169203331'
  test.each([
    ['is linked, and not gone on with', `00-${trace}-${parent}-01`, trace],
    ['of a later version is linked', `cc-${trace}-${parent}-01-what-comes`, trace],
    ['with more than version 00 has is none', `00-${trace}-${parent}-01-more`, undefined],
    ['of version ff is none', `ff-${trace}-${parent}-01`, undefined],
    ['of zeros is none', `00-${'0'.repeat(32)}-${parent}-01`, undefined],
    ['with a parent of zeros is none', `00-${trace}-${'0'.repeat(16)}-01`, undefined],
    ['in capitals is none', `00-${trace.toUpperCase()}-${parent}-01`, undefined],
    ['with something before it is none', ` x00-${trace}-${parent}-01`, undefined],
    ['that says nothing is none', '', undefined],
  ])('%s: %s', async (_, traceparent, linked) => {
    const testApp = await createTestApp()
    for (let n = 0; n < 2; n++)
      await browserOf(testApp).call('GET', '/api/healthz', {
        headers: { traceparent, 'x-request-id': 'my-request-1' },
      })
    const traces = testApp.log.events.flatMap(({ event, fields }) => (event === 'request' ? [fields] : []))
    expect(traces.map(({ linkedTraceId }) => linkedTraceId)).toEqual([linked, linked])
    const own = traces.map(({ trace_id }) => trace_id)
    for (const id of own) expect(id).toMatch(/^[\da-f]{32}$/)
    expect(new Set([...own, trace]).size).toBe(3)
  })
})

describe('idempotency keys', () => {
  async function setup(overrides: { cache?: Cache } = {}) {
    const { ports } = await createTestApp()
    const keys = createKeys(ports)
    let created = 0
    let fails: 404 | 500 | null = null
    let gate: Promise<void> = Promise.resolve()
    let onEnter = () => {}
    const app = new Hono<AppEnv>().onError(createOnError(() => {}))
    app.post(
      '/things',
      idempotent(createIdempotency({ ...ports, ...overrides }, { keys }).begin),
      async (c) => {
        onEnter()
        await gate
        if (fails) return c.json({ error: 'refused' }, fails)
        c.header('Location', `/things/${created + 1}`)
        return c.json({ id: ++created }, 201)
      },
    )
    const post = (key: string | undefined, body: string) =>
      app.request('/things', {
        method: 'POST',
        body,
        headers: key === undefined ? {} : { 'idempotency-key': key },
      })
    return {
      post,
      created: () => created,
      fail: (value: typeof fails) => {
        fails = value
      },
      hold: () => {
        const entered = Promise.withResolvers<void>()
        const released = Promise.withResolvers<void>()
        onEnter = entered.resolve
        gate = released.promise
        return { entered: entered.promise, release: released.resolve }
      },
    }
  }

  test('the same request gets the first answer again', async () => {
    const { post, created } = await setup()
    const first = await post('key-1', 'a')
    const again = await post('key-1', 'a')
    expect([again.status, await again.text()]).toEqual([201, await first.text()])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.headers.get('location')).toBe('/things/1')
    expect((await post('key-2', 'a')).status).toBe(201)
    expect((await post(undefined, 'a')).status).toBe(201)
    expect(created()).toBe(3)
  })

  test('a request still running is 409, and afterwards its answer is replayed', async () => {
    const { post, hold, created } = await setup()
    const { entered, release } = hold()
    const first = post('key-1', 'a')
    await entered
    expect((await post('key-1', 'a')).status).toBe(409)
    release()
    expect((await first).status).toBe(201)
    expect(created()).toBe(1)
    const replayed = await post('key-1', 'a')
    expect(replayed.headers.get('idempotent-replayed')).toBe('true')
  })

  test('what made nothing is not kept, a bad key is refused, a lost cache refuses nobody', async () => {
    const { post, fail } = await setup()
    for (const status of [500, 404] as const) {
      fail(status)
      expect((await post('key-1', 'a')).status).toBe(status)
    }
    fail(null)
    expect((await post('key-1', 'put right')).status).toBe(201)
    expect((await post('x'.repeat(256), 'a')).status).toBe(400)
    const withoutCache = await setup({ cache: cacheDown })
    expect((await withoutCache.post('key-1', 'a')).status).toBe(201)
  })
})

test('a page that is not signed in may see health, keys, description and reference, and those say no more', async () => {
  const browser = browserOf(await createTestApp())
  expect((await browser.call('GET', '/api/healthz')).body).toEqual({ status: 'ok' })
  const { body } = await browser.call('GET', '/.well-known/jwks.json')
  expect(body.keys).toEqual([
    {
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      kid: expect.any(String),
      x: expect.any(String),
      y: expect.any(String),
    },
  ])
  expect((await browser.call('GET', '/api/jwks.json')).body).toEqual(body)
  const docs = await browser.call('GET', '/api/docs')
  expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(docs.body).not.toMatch(/https?:\/\//)
  expect((await browser.call('GET', '/api/docs/..%2f..%2fpackage.json')).status).toBe(404)
  expect((await browser.call('GET', '/api/openapi.json')).body.openapi).toBe('3.1.0')
})
