import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBrowser, origin, person } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'
import { redisServerMissing, startBreakableRedisServer } from '../stand-ins/redis-server.ts'
import { startUpstashBridge } from '../stand-ins/upstash-bridge.ts'

const authPerMinute = 20
const patiently = { timeout: 15_000, interval: 100 }

/** By TCP or by HTTP: what a process needs in its environment, and how to take the cache away from it. */
async function startCache(kind: 'redis' | 'upstash') {
  const redis = await startBreakableRedisServer()
  if (kind === 'redis') return { ...redis, environment: { REDIS_URL: redis.url } }
  const bridge = await startUpstashBridge({ redisUrl: redis.url })
  return {
    ...redis,
    environment: { UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token },
    async stop() {
      await bridge.stop()
      await redis.stop()
    },
  }
}

describe.skipIf(redisServerMissing).each([
  ['redis', 'killed'],
  ['redis', 'frozen'],
  ['upstash', 'killed'],
] as const)(`CACHE=%s, %s${redisServerMissing ? ` (${redisServerMissing})` : ''}`, (kind, how) => {
  const directory = mkdtempSync(join(tmpdir(), 'cache-outage-'))
  let cache: Awaited<ReturnType<typeof startCache>>
  let server: RunningServer
  let second: RunningServer
  const openBrowser = (at = () => server) => createBrowser((path, init) => fetch(at().url + path, init))
  const reader = openBrowser()
  const leaver = openBrowser()
  const logIn = (browser: ReturnType<typeof openBrowser>, password = person.password) =>
    browser.call('POST', '/api/v1/auth/login', { body: { email: person.email, password } })
  const readiness = async () => {
    const { status, body } = await openBrowser().call('GET', '/api/readyz')
    return { status, cache: body.dependencies.cache.state, documents: body.dependencies.documents.state }
  }

  beforeAll(async () => {
    cache = await startCache(kind)
    const environment = {
      ...cache.environment,
      DATA_DIR: directory,
      PUBLIC_URL: origin,
      RATE_LIMIT_PER_MINUTE: '1000',
      RATE_LIMIT_AUTH_PER_MINUTE: String(authPerMinute),
      PASSWORD_MEMORY_KIB: '7168',
    }
    server = await startServer(environment)
    // What they share is the cache alone, which is what this is about.
    second = await startServer(environment, ['entry/node.ts', '--take-over'])
  })
  afterAll(async () => {
    await Promise.all([server?.stop(), second?.stop()])
    await cache?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  test('processes count limits, and remember logged-out tokens, together', async () => {
    const answer = await reader.call('POST', '/api/v1/auth/signup', { body: person })
    expect(answer.status).toBe(201)
    const limits = []
    for (const at of [server, second, server])
      limits.push((await logIn(openBrowser(() => at))).headers.get('x-ratelimit-remaining'))
    expect(limits).toEqual(['19', '18', '17'])

    const { body } = await logIn(leaver)
    const bearer = { headers: { authorization: `Bearer ${body.accessToken}` } }
    const elsewhere = openBrowser(() => second)
    expect((await elsewhere.call('GET', '/api/v1/users/me', bearer)).status).toBe(200)
    expect((await leaver.call('POST', '/api/v1/auth/logout')).status).toBe(200)
    expect((await elsewhere.call('GET', '/api/v1/users/me', bearer)).status).toBe(401)
    expect((await logIn(leaver)).status).toBe(200)
    expect(await readiness()).toEqual({ status: 200, cache: 'up', documents: 'up' })
  })

  test('without the cache it says not ready, and names it', async () => {
    await cache.breakDown(how)
    await vi.waitFor(
      async () => expect(await readiness()).toEqual({ status: 503, cache: 'down', documents: 'up' }),
      patiently,
    )
  })

  test('reading goes on', async () => {
    const answer = await reader.call('GET', '/api/v1/users/me')
    expect(answer).toMatchObject({ status: 200, body: { email: person.email } })
  })

  test('logout still works, and the token opens nothing from then on', async () => {
    const bearer = { headers: { authorization: `Bearer ${leaver.cookies.get('accessToken')}` } }
    expect((await leaver.call('GET', '/api/v1/users/me')).status).toBe(200)
    expect((await leaver.call('POST', '/api/v1/auth/logout')).status).toBe(200)
    for (const at of [server, second])
      expect((await openBrowser(() => at).call('GET', '/api/v1/users/me', bearer)).status).toBe(401)
  })

  test('signing in works up to half the limit, for each process, and guessing is refused', async () => {
    const statuses: number[] = []
    for (let i = 0; i < authPerMinute; i++)
      statuses.push((await logIn(openBrowser(), 'Wrong-Guess-123!')).status)
    const isRefused = (status: number) => status === 429
    expect(statuses.findIndex(isRefused)).toBe(authPerMinute / 2)
    expect(statuses.slice(authPerMinute / 2).every(isRefused)).toBe(true)
    const answer = await logIn(openBrowser(() => second))
    expect(answer.headers.get('x-ratelimit-limit')).toBe(String(authPerMinute / 2))
  })

  test('when the cache is back it is ready, and counts with the whole limit again', async () => {
    await cache.repair()
    await vi.waitFor(
      async () => expect(await readiness()).toEqual({ status: 200, cache: 'up', documents: 'up' }),
      patiently,
    )
    const answer = await logIn(openBrowser())
    expect(answer.headers.get('x-ratelimit-limit')).toBe(String(authPerMinute))
    expect(server.lines.join('\n')).toContain('"event":"rate_limit_counts_locally"')
  })
})
