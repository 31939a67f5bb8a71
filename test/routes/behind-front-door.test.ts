import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMemoryAssets } from '../../src/adapters/memory/assets.ts'
import type { Closing } from '../../src/adapters/node/closing.ts'
import { listen } from '../../src/adapters/node/server.ts'
import { type Browser, createTestApp, origin } from '../app.ts'
import { publishCourse, staffMember } from '../core/learning/course-people.ts'
import { readEdgeRule } from '../edge-rule.ts'
import { ownPageScript } from '../own-pages.ts'
import { startFrontDoor } from '../stand-ins/front-door.ts'

/*
 * Front Door before the whole API, keeping whatever it may keep of every path: what it keeps is what anybody would have got.
 */

const asset = (text: string, type: string) => ({
  body: new TextEncoder().encode(text),
  type,
  etag: text.slice(0, 8),
})
const testApp = await createTestApp({
  environment: { CHAT_PAGE: 'on', CORS_ORIGINS: 'https://ann.example' },
  ports: () => ({
    assets: createMemoryAssets({
      'swagger-ui.css': asset('a { color: red } '.repeat(200), 'text/css; charset=utf-8'),
      'client.tgz': asset('packed', 'application/gzip'),
      'chat/page-A.js': asset('page(); '.repeat(200), 'text/javascript; charset=utf-8'),
    }),
  }),
})
const admin = await staffMember(testApp, 'Adalbert', 'admin')
const mentor = await staffMember(testApp, 'Mara', 'mentor')
const { id: courseId } = await publishCourse(admin.call, { description: 'What is on it. '.repeat(100) })
const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
const nobody = '00000000-0000-7000-8000-00000000ffff'
const concrete = (path: string): string =>
  path
    .replace('/courses/{id}', `/courses/${courseId}`)
    .replace(/\{name\}|:name/, 'swagger-ui.css')
    .replaceAll(/\{\w+\}|:\w+/g, nobody)
const described = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    isShared: operation['x-shared'] === true,
  })),
)
const undescribed = testApp.app.routes
  .filter(({ method, path }) => method === 'GET' && !path.endsWith('*'))
  .filter(({ path }) => !paths[path.replaceAll(/:(\w+)/g, '{$1}')])
  .map(({ path }) => ({ method: 'GET', path, isShared: false }))

let server: Closing & { readonly port: number }
let edge: Awaited<ReturnType<typeof startFrontDoor>>
let time = Date.now()
beforeAll(async () => {
  server = await listen({ fetch: testApp.app.fetch, port: 0, hostname: '127.0.0.1', log: testApp.log })
  edge = await startFrontDoor({
    origin: `http://127.0.0.1:${server.port}`,
    isCached: () => true,
    now: () => time,
  })
})
afterAll(() => {
  edge.stop()
  return server.close(0)
})

type Headers = Record<string, string>
const cookieOf = ({ cookies }: Pick<Browser, 'cookies'>) =>
  [...cookies].map((pair) => pair.join('=')).join('; ')
const ask = (path: string, headers: Headers = {}, method = 'GET') =>
  fetch(edge.url + path, { method, headers, redirect: 'manual' })
const ann = (): Headers => ({
  cookie: cookieOf(admin),
  origin: 'https://ann.example',
  'x-request-id': 'ann-request-1',
})
const ben = (): Headers => ({
  cookie: cookieOf(mentor),
  origin: 'https://ben.example',
  'x-request-id': 'ben-request-1',
})

test('nothing but what is the same for everybody is kept, whoever asks, and two callers never see each other’s headers', async () => {
  for (const { path, method } of [...described, ...undescribed]) {
    if (method !== 'GET') continue
    for (const headers of [ann(), ben(), {}]) {
      const answer = await ask(concrete(path), headers)
      const text = `${JSON.stringify([...answer.headers])}`
      const isMine = (whose: string) => headers['x-request-id']?.startsWith(whose) === true
      if (!isMine('ann')) expect(text, path).not.toMatch(/ann-request-1|ann\.example/)
      if (!isMine('ben')) expect(text, path).not.toMatch(/ben-request-1|ben\.example/)
      await answer.arrayBuffer()
    }
  }
  expect(edge.leaks).toEqual([])
  const shared = described.filter(({ isShared }) => isShared).map(({ path }) => concrete(path))
  const documents = [
    '/',
    '/api/openapi.json',
    '/api/asyncapi.json',
    '/api/docs',
    '/api/docs/swagger-ui.css',
    '/client.tgz',
    '/chat/manifest.webmanifest',
    '/dev/chat/manifest.webmanifest',
    ownPageScript,
  ]
  const kept = new Set(edge.stored.map(({ path }) => path))
  expect([...kept].filter((path) => ![...shared, ...documents].includes(path))).toEqual([])
  for (const path of [
    '/api/v1/courses',
    `/api/v1/courses/${courseId}`,
    '/api/v1/consents',
    '/api/jwks.json',
    ...documents,
  ])
    expect(kept, path).toContain(path)
})

test('nothing is kept of what is sent', async () => {
  const before = edge.stored.length
  for (const { path, method } of described)
    if (method !== 'GET' && !/logout|exit|sessions/.test(path))
      await (await ask(concrete(path), ann(), method)).arrayBuffer()
  expect(edge.stored.length).toBe(before)
})

describe('what is kept', () => {
  test('is read by whoever cannot decompress, after one who can, and the other way round', async () => {
    for (const [first, second] of [
      ['gzip, br', 'identity'],
      ['identity', 'gzip, br'],
    ] as const) {
      time += 3_600_000
      const texts = []
      for (const accepted of [first, second]) {
        const answer = await ask('/api/openapi.json', { 'accept-encoding': accepted })
        texts.push((await answer.json()) as { openapi: string })
      }
      expect(texts.map(({ openapi }) => openapi)).toEqual(['3.1.0', '3.1.0'])
    }
  })

  test('is a hit within a minute, asked for again after it, and known by its tag', async () => {
    time += 3_600_000
    const path = '/api/v1/courses'
    const first = await ask(path, ann())
    expect([first.headers.get('x-cache'), (await ask(path, ben())).headers.get('x-cache')]).toEqual([
      'TCP_MISS',
      'TCP_HIT',
    ])
    const etag = first.headers.get('etag') ?? ''
    expect((await ask(path, { 'if-none-match': etag })).status).toBe(304)
    await publishCourse(admin.call, { title: 'Another one' })
    time += 59_000
    expect((await ask(path)).headers.get('etag')).toBe(etag)
    time += 2_000
    expect((await ask(path)).headers.get('etag')).not.toBe(etag)
    expect(edge.leaks).toEqual([])
  })

  test('is another one for another query', async () => {
    const titles = async (query: string) =>
      ((await (await ask(`/api/v1/courses${query}`)).json()) as { items: { title: string }[] }).items.map(
        ({ title }) => title,
      )
    expect(await titles('?q=another')).toEqual(['Another one'])
    expect((await titles('?q=pay')).length).toBe(1)
  })

  test('is read by pages of every origin', async () => {
    for (const page of ['https://ann.example', 'https://ben.example', 'https://nobody.example'])
      expect((await ask('/api/jwks.json', { origin: page })).headers.get('access-control-allow-origin')).toBe(
        '*',
      )
  })
})

describe('the rule that operators are given', () => {
  const rule = readEdgeRule()
  test.each(described)('$method $path', ({ method, path, isShared }) => {
    // A private GET at such a path would be handed to whoever asks at the same moment.
    if (method === 'GET') expect(rule.test(concrete(path))).toBe(isShared)
  })
  test('the documents and the pages, and no page of developers', () => {
    for (const path of [
      '/api/openapi.json',
      '/api/asyncapi.json',
      '/api/docs',
      '/api/docs/start.js',
      '/chat/page-A.js',
      '/client.tgz',
    ])
      expect(rule.test(path), path).toBe(true)
    for (const path of [
      '/',
      '/chat',
      '/dev/chat',
      '/dev/mailbox',
      '/dev/telemetry',
      '/dev/telemetry/seen/0',
      '/metrics',
      '/api/healthz',
      '/api/readyz',
      '/api/blobs/files/x',
      `${origin}/api/v1/courses`,
    ])
      expect(rule.test(path), path).toBe(false)
  })
})
