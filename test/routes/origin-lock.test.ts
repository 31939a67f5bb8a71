import { describe, expect, test } from 'vitest'
import { createTestApp, origin, signedInBrowser } from '../app.ts'

const ours = '11111111-2222-3333-4444-555555555555'
const next = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const testApp = await createTestApp({
  environment: { ORIGIN_LOCK: 'front-door', FRONT_DOOR_ID: `${ours},${next}` },
})
const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
)
/** What is asked at the address of the server: whether the process is alive, and by Web PubSub. */
const open = ['GET /api/healthz', 'OPTIONS /api/v1/realtime/events', 'POST /api/v1/realtime/events']
const elsewhere = [
  ['GET', '/'],
  ['GET', '/api/docs'],
  ['GET', '/api/openapi.json'],
  ['GET', '/api/asyncapi.json'],
  ['GET', '/dev/chat'],
  ['GET', '/dev/mailbox'],
  ['GET', '/nothing'],
  ['POST', '/api/v1/nothing'],
  ['GET', '/api/healthz/more'],
  ['GET', '/api//healthz'],
  ['GET', '/api/readyz'],
  ['PUT', '/api/blobs/files/nothing'],
  ['GET', '/api/blobs/files/nothing'],
  ['OPTIONS', '/api/blobs/files/nothing'],
  ['OPTIONS', '/api/v1/auth/login'],
  ['PATCH', '/api/v1/auth/login'],
  ['GET', '/api/v1/realtime/events'],
] as const

const send = (method: string, path: string, headers: Record<string, string> = {}) =>
  testApp.app.request(`${origin}${path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')}`, {
    method,
    headers,
  })
const codeOf = async (answer: Response): Promise<string | undefined> =>
  ((await answer.json().catch(() => null)) as { error?: { code: string } } | null)?.error?.code

const isOpen = (method: string, path: string) => open.includes(`${method} ${path}`)

describe('past our Front Door', () => {
  const ways: readonly (readonly [string, Record<string, string>])[] = [
    ['without an id', {}],
    ['with the id of another', { 'x-azure-fdid': ours.replace('1', '2') }],
    ['with more than an id', { 'x-azure-fdid': `${ours},${next}` }],
    ['with the address alone', { 'x-azure-socketip': '203.0.113.7', 'x-forwarded-for': '203.0.113.7' }],
  ]
  test.each(ways)('%s everything is 403 but what is asked there', async (_, headers) => {
    expect(operations.length).toBeGreaterThan(100)
    for (const [method, path] of [...operations, ...elsewhere]) {
      const answer = await send(method, path, headers)
      const code = await codeOf(answer)
      if (isOpen(method, path)) expect(code, `${method} ${path}`).not.toBe('forbidden_origin')
      else {
        expect([answer.status, code], `${method} ${path}`).toEqual([403, 'forbidden_origin'])
        expect(answer.headers.get('cache-control')).toBe('private, no-store')
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
        expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{8,}$/)
      }
    }
    expect((await send('HEAD', '/api/healthz', headers)).status).toBe(200)
    expect((await send('HEAD', '/api/v1/courses', headers)).status).toBe(403)
  })

  test('nothing is counted, kept or asked', async () => {
    const locked = await createTestApp({
      environment: { ORIGIN_LOCK: 'front-door', FRONT_DOOR_ID: ours, RATE_LIMIT_SCALE: '1' },
    })
    for (let n = 0; n < 150; n++) await locked.app.request(`${origin}/api/v1/courses`)
    const headers = { 'x-azure-fdid': ours }
    const answer = await locked.app.request(`${origin}/api/v1/users/me`, { headers })
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('99')
  })
})

test('with either of two ids nothing is refused for it', async () => {
  for (const id of [ours, next, ours.toUpperCase()])
    for (const [method, path] of [...operations, ...elsewhere]) {
      if (path.endsWith('/quick-exit') || path.endsWith('/logout')) continue
      expect(await codeOf(await send(method, path, { 'x-azure-fdid': id })), `${method} ${path}`).not.toBe(
        'forbidden_origin',
      )
    }
})

test('every operation that is locked says that it may be 403', () => {
  for (const [method, path] of operations)
    if (!isOpen(method, path))
      expect(Object.keys(paths[path]?.[method.toLowerCase()].responses), `${method} ${path}`).toContain('403')
})

test('without the lock nobody is asked for an id', async () => {
  const ann = await signedInBrowser(await createTestApp())
  expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(200)
})
