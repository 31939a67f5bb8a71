import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createMemoryAssets } from '../../src/adapters/memory/assets.ts'
import { type Browser, createTestApp, origin } from '../app.ts'
import { pngOf } from '../core/files/sample-files.ts'
import { uploadFile } from '../core/files/upload.ts'
import { publishCourse, staffMember } from '../core/learning/course-people.ts'
import { consolePlaces, openedPushes, ownPages } from '../own-pages.ts'

/*
 * Every answer is of one of two kinds: the same for everybody, so that anybody on the way may keep it, or for one caller
 * and kept by nobody. Here every route is asked, by people who have nothing in common.
 */

const otherOrigin = 'https://learn.example.org'
const asset = (text: string, type: string) => ({
  body: new TextEncoder().encode(text),
  type,
  etag: text.slice(0, 8),
})
const long = (text: string) => text.repeat(500)
const manifest = { script: 'page-A.js', style: 'chat-B.css', imports: [] }

const testApp = await createTestApp({
  environment: { CORS_ORIGINS: otherOrigin, CHAT_PAGE: 'on' },
  ports: () => ({
    assets: createMemoryAssets({
      'chat/manifest.json': asset(JSON.stringify(manifest), 'application/json'),
      'console/manifest.json': asset(JSON.stringify(manifest), 'application/json'),
      'console/page-A.js': asset(long('console();'), 'text/javascript; charset=utf-8'),
      'console/licenses.txt': asset(long('MIT. '), 'text/plain; charset=utf-8'),
      'telemetry/manifest.json': asset(JSON.stringify(manifest), 'application/json'),
      'telemetry/page-A.js': asset(long('telemetry();'), 'text/javascript; charset=utf-8'),
      'telemetry/licenses.txt': asset(long('MIT. '), 'text/plain; charset=utf-8'),
      'client.tgz': asset('packed', 'application/gzip'),
      'sample-pictures/a.webp': asset('picture', 'image/webp'),
      'chat/page-A.js': asset(long('page();'), 'text/javascript; charset=utf-8'),
      'chat/worker.js': asset(long('worker();'), 'text/javascript; charset=utf-8'),
      'chat/licenses.txt': asset(long('MIT. '), 'text/plain; charset=utf-8'),
      'swagger-ui.css': asset(long('a { color: red }'), 'text/css; charset=utf-8'),
    }),
  }),
})
const admin = await staffMember(testApp, 'Adalbert', 'admin')
const learner = await staffMember(testApp, 'Lena', 'mentor')
for (const { call, logIn } of [admin, learner])
  await call('POST', '/api/v1/auth/step-up', { body: { password: logIn.password } })

const imageOf = async (category: string): Promise<string> => {
  const bytes = pngOf(8, 8)
  const file = { fileName: 'a.png', fileType: 'image/png', category, bytes }
  return ((await uploadFile(testApp, admin, file)) as { id: string }).id
}
const { id: courseId } = await publishCourse(admin.call, {
  lessons: 1,
  description: 'What is on it. '.repeat(100),
  thumbnailFileId: await imageOf('thumbnail'),
})
const course = (await admin.call('GET', `/api/v1/courses/${courseId}`)).body
await admin.call('POST', '/api/v1/users/me/avatar', { body: { fileId: await imageOf('avatar') } })
const { avatar } = (await admin.call('GET', '/api/v1/users/me')).body as { avatar: string }

const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
const nobody = '00000000-0000-7000-8000-00000000ffff'
const real: Readonly<Record<string, string>> = {
  '/api/v1/courses/{id}': `/api/v1/courses/${courseId}`,
  '/api/v1/avatars/{userId}/{name}': new URL(avatar).pathname,
  '/api/v1/thumbnails/{courseId}/{name}': new URL(course.thumbnail).pathname,
  '/api/v1/sample-pictures/{name}': '/api/v1/sample-pictures/a.webp',
  '/api/docs/:name': '/api/docs/swagger-ui.css',
  '/chat/:name': '/chat/page-A.js',
  '/dev/chat/:name': '/dev/chat/page-A.js',
  '/dev/telemetry/:name': '/dev/telemetry/page-A.js',
  '/console/:name': '/console/page-A.js',
}
/** Of pages and documents that the description leaves out, those that are for one caller. */
const undescribedPrivate = [
  '/dev/mailbox',
  '/dev/mailbox/:id',
  '/dev/telemetry/seen/:after',
  openedPushes,
  ...ownPages,
  ...consolePlaces,
]

interface Route {
  readonly method: string
  readonly path: string
  readonly at: string
  readonly isShared: boolean
  readonly body?: unknown
}

const described: readonly Route[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    at: real[path] ?? path.replaceAll(/\{\w+\}/g, nobody),
    isShared: operation['x-shared'] === true,
    body: operation.requestBody?.content['application/json']?.example,
  })),
)
const undescribed: readonly Route[] = testApp.app.routes
  .filter(({ method, path }) => method === 'GET' && !path.endsWith('*') && !path.includes('{'))
  .filter(({ path }) => !paths[path.replaceAll(/:(\w+)/g, '{$1}')])
  .map(({ path }) => ({
    method: 'GET',
    path,
    at: real[path] ?? path.replaceAll(/:\w+/g, nobody),
    isShared: !undescribedPrivate.includes(path),
  }))
const routes = [...described, ...undescribed]
const shared = routes.filter(({ isShared }) => isShared)

const codings = ['br', 'zstd', 'gzip'] as const
const undo = { br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync, gzip: zlib.gunzipSync }
type Headers = Record<string, string>
const cookieOf = ({ cookies }: Pick<Browser, 'cookies'>) =>
  [...cookies].map((pair) => pair.join('=')).join('; ')
const send = async (
  { method, at }: Pick<Route, 'method' | 'at'>,
  headers: Headers = {},
  body?: unknown,
  remoteAddress = '192.0.2.1',
) =>
  testApp.app.request(
    `${origin}${at}`,
    {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { remoteAddress },
  )
const headersOf = (response: Response) => Object.fromEntries(response.headers)

const ann: Headers = {
  origin: otherOrigin,
  cookie: cookieOf(admin),
  'x-request-id': 'ann-request-1',
  accept: 'text/html, application/problem+json',
  'accept-language': 'es',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
}
const bob: Headers = { origin: 'https://stranger.example', 'x-request-id': 'bob-request-1', accept: '*/*' }

/** Whatever was asked before may have ended the session. */
async function signedIn(who: typeof admin): Promise<Headers> {
  const { call, logIn } = who
  if ((await call('GET', '/api/v1/users/me')).status !== 200) {
    expect((await call('POST', '/api/v1/auth/login', { body: logIn })).status).toBe(200)
    expect((await call('POST', '/api/v1/auth/step-up', { body: { password: logIn.password } })).status).toBe(
      200,
    )
  }
  return { cookie: cookieOf(who) }
}

test('there are both, and of each many', () => {
  expect(shared.length).toBeGreaterThan(12)
  expect(shared.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '/api/v1/courses',
      '/api/v1/courses/{id}',
      '/api/v1/consents',
      '/api/jwks.json',
      '/.well-known/jwks.json',
      '/api/v1/avatars/{userId}/{name}',
      '/api/v1/thumbnails/{courseId}/{name}',
      '/api/openapi.json',
      '/api/asyncapi.json',
      '/api/docs',
      '/api/docs/:name',
      '/chat',
      '/chat/:name',
      '/console',
    ]),
  )
  expect(shared.filter(({ method }) => method !== 'GET')).toEqual([])
})

/** What anybody may ask for, and is yet not the same for everybody or not to be kept. */
const notKept: Readonly<Record<string, string>> = {
  '/api/healthz': 'is about now',
  '/api/readyz': 'is about now',
  '/api/v1/auth/cancel-recovery': 'depends on the token of a mail',
  '/api/v1/auth/not-me': 'depends on the token of a mail',
  '/api/v1/auth/undo-email-change': 'depends on the token of a mail',
  '/api/v1/auth/verify-email': 'depends on the token of a mail',
  '/api/v1/certificates/{code}': 'is taken back at once',
  '/api/v1/certificates/{code}/page': 'is taken back at once',
  '/certificates/{code}': 'is taken back at once',
  '/api/v1/deletions/{receipt}': 'is for who has the receipt',
  '/api/v1/forms/status/{trackingNumber}': 'is for who has the receipt code',
  '/api/v1/shared': 'leaves no trace at a computer of many',
}

test('of everything that anybody may ask for it is decided which it is', () => {
  const open = Object.entries(paths).filter(
    ([, { get }]) => get?.['x-access'] === 'public' && !get['x-shared'],
  )
  expect(open.map(([path]) => path).toSorted()).toEqual(Object.keys(notKept).toSorted())
})

describe('what is the same for everybody', () => {
  test.each(shared)('$path: nothing of who asks is in it', async (route) => {
    const mine = await send(route, ann, undefined, '203.0.113.1')
    const yours = await send(route, bob, undefined, '198.51.100.2')
    expect([mine.status, yours.status]).toEqual([200, 200])
    expect(headersOf(mine)).toEqual(headersOf(yours))
    expect(Buffer.from(await mine.arrayBuffer())).toEqual(Buffer.from(await yours.arrayBuffer()))
    expect(headersOf(mine)).toMatchObject({
      'cache-control': expect.stringMatching(
        /^public, max-age=\d+, s-maxage=\d+, (?:must-revalidate|immutable)$/,
      ),
      etag: expect.stringMatching(/^"[^"]+"$/),
      'access-control-allow-origin': '*',
    })
    expect(
      Object.keys(headersOf(mine)).filter((name) =>
        /request-id|ratelimit|cookie|credentials|session/.test(name),
      ),
    ).toEqual([])
    expect(['Accept-Encoding', null]).toContain(mine.headers.get('vary'))
  })

  test.each(shared)('$path: is not sent again to who has it, whatever the coding', async (route) => {
    const whole = await (await send(route)).arrayBuffer()
    const tags = new Set<string>()
    for (const coding of ['identity', ...codings]) {
      const first = await send(route, { 'accept-encoding': coding })
      const encoding = first.headers.get('content-encoding')
      const bytes = new Uint8Array(await first.arrayBuffer())
      const isText = /text|json|javascript/.test(first.headers.get('content-type') ?? '')
      expect(encoding, coding).toBe(
        isText && whole.byteLength >= 1_024 && coding !== 'identity' ? coding : null,
      )
      const plain = encoding === null ? bytes : undo[encoding as keyof typeof undo](bytes)
      expect(Buffer.from(plain)).toEqual(Buffer.from(whole))
      if (encoding !== null) expect(bytes.byteLength).toBeLessThan(whole.byteLength)
      const etag = first.headers.get('etag') ?? ''
      tags.add(etag)
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await send(route, { 'if-none-match': known, 'accept-encoding': coding })
        expect([again.status, await again.text()], known).toEqual([304, ''])
        const { 'content-type': _, 'content-encoding': __, ...kept } = headersOf(first)
        expect(headersOf(again)).toEqual(kept)
      }
      expect((await send(route, { 'if-none-match': '"other"' })).status).toBe(200)
    }
    // What was got in one coding is known in any other.
    for (const etag of tags) expect((await send(route, { 'if-none-match': etag })).status).toBe(304)
  })

  test.each(shared)('$path: Front Door gets the plain form, and has nothing to mix up', async (route) => {
    const plain = await send(route)
    const atFrontDoor = await send(route, { 'x-azure-fdid': nobody, 'accept-encoding': 'gzip, br' })
    expect(headersOf(atFrontDoor)).toEqual(headersOf(plain))
  })

  test.each(shared)('$path: HEAD says the same', async (route) => {
    const head = await send({ ...route, method: 'HEAD' }, ann)
    expect(head.status).toBe(200)
    expect(headersOf(head)).toEqual(headersOf(await send(route, ann)))
  })

  test.each(shared)(
    '$path: is counted like anything else, and its refusal is for one caller',
    async (route) => {
      const strict = await createTestApp({ environment: { RATE_LIMIT_SCALE: '0.0001' } })
      const at = `${origin}${route.at}`
      await strict.app.request(at)
      const refused = await strict.app.request(at, { headers: { 'accept-encoding': 'gzip' } })
      expect(refused.status).toBe(429)
      expect(refused.headers.get('x-ratelimit-limit')).not.toBeNull()
      expect(refused.headers.get('cache-control')).toBe('private, no-store')
    },
  )
})

describe('everything else', () => {
  const callers: readonly (readonly [string, () => Promise<Headers>])[] = [
    ['a stranger', async () => ({})],
    ['a mentor', () => signedIn(learner)],
    ['an administrator', () => signedIn(admin)],
  ]
  // These change how whoever calls them signs in.
  const ends = /change-password|users\/me$|totp|recovery-codes|reset-password|not-me|undo|erase/
  const apart = (route: Route) => route.method !== 'GET' && ends.test(route.path)

  test.each(routes)(
    '$method $path: what is for one caller is kept by nobody, and never compressed',
    async (route) => {
      for (const [who, headersNow] of callers) {
        if (apart(route) && who !== 'a stranger') continue
        const headers = await headersNow()
        const response = await send(
          route,
          { ...headers, origin, 'accept-encoding': 'br, gzip, zstd' },
          route.body,
        )
        const what = `${who}: ${response.status}`
        expect(response.status, what).toBeLessThan(500)
        if (route.isShared) {
          expect(response.headers.get('cache-control'), what).toMatch(/^public, .*s-maxage/)
          continue
        }
        expect(response.headers.get('cache-control'), what).toBe('private, no-store')
        expect(response.headers.get('content-encoding'), what).toBeNull()
        expect(response.headers.get('access-control-allow-origin'), what).not.toBe('*')
      }
    },
  )

  test('refusals of what is not there, not understood or not for this method', async () => {
    for (const [method, at] of [
      ['GET', '/nothing'],
      ['GET', '/api/v1/nothing'],
      ['GET', '/api/v1/courses?colour=red'],
      ['GET', `/api/v1/courses/${nobody}`],
      ['GET', `/api/v1/avatars/${nobody}/${nobody}.png`],
      ['GET', '/api/docs/nothing.js'],
      ['GET', '/api/docs/swagger-ui.css.br'],
      ['PUT', '/api/v1/courses'],
      ['OPTIONS', '/api/v1/courses'],
    ] as const) {
      const { headers, status } = await send({ method, at }, { ...ann, 'accept-encoding': 'gzip' })
      expect([status < 500, headers.get('cache-control'), headers.get('content-encoding')], at).toEqual([
        true,
        'private, no-store',
        null,
      ])
    }
  })
})

describe('files behind signed addresses', () => {
  const body = { fileName: 'a.txt', fileType: 'text/plain', fileSize: 5, category: 'document' }

  test('say how they may be kept, and refusals that they may not', async () => {
    await signedIn(admin)
    const asked = (await admin.call('POST', '/api/v1/files/upload-url', { body })).body
    const put = (headers: Headers) =>
      testApp.app.request(asked.uploadUrl, { method: 'PUT', headers, body: 'hello' })
    const answers = [await put({}), await put(asked.headers), await put(asked.headers)]
    await admin.call('POST', '/api/v1/files/complete', { body: { fileId: asked.fileId, fileName: 'a.txt' } })
    const { headers } = await admin.call('GET', `/api/v1/files/${asked.fileId}/download`)
    const url = headers.get('location') ?? ''
    const get = (given: Headers = {}, method = 'GET', at = url) =>
      testApp.app.request(at, { method, headers: given })
    const whole = await get()
    expect(whole.headers.get('cache-control')).toMatch(/^private, (?:max-age=\d+|no-store)$/)
    answers.push(
      await get({ range: 'bytes=900-' }),
      await get({ 'if-match': '"other"' }),
      await get({}, 'DELETE'),
      await get({}, 'GET', `${origin}/api/blobs/files/nothing`),
      await get({}, 'GET', `${url}x`),
      await get({ origin, 'access-control-request-method': 'PUT' }, 'OPTIONS', asked.uploadUrl),
    )
    expect(new Set(answers.map(({ status }) => status)).size).toBeGreaterThan(4)
    for (const answer of answers)
      expect(answer.headers.get('cache-control'), String(answer.status)).toBe('private, no-store')
    for (const answer of [
      await get({ range: 'bytes=0-1' }),
      await get({ 'if-none-match': whole.headers.get('etag') ?? '' }),
      await get({}, 'HEAD'),
    ])
      expect(answer.headers.get('cache-control'), String(answer.status)).toMatch(/^private, /)
  })
})

describe('pages, scripts and pictures', () => {
  const candidates = routes.filter(({ method }) => method === 'GET')
  test.each(candidates)('$path has an ETag, if it is one', async (route) => {
    const at = /token/.test(JSON.stringify(paths[route.path]?.['get']?.parameters ?? ''))
      ? `${route.at}?token=abc`
      : route.at
    const headers = { cookie: cookieOf(admin) }
    const first = await send({ method: 'GET', at }, headers)
    const type = first.headers.get('content-type') ?? ''
    if (first.status !== 200 || !/^(?:text\/(?:html|css|javascript)|image\/)/.test(type)) return
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[^"]+"$/)
    const again = await send({ method: 'GET', at }, { ...headers, 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })
})
