import { beforeAll, describe, expect, test } from 'vitest'
import { type Browser, createTestApp, origin, person, signedInBrowser, type TestApp } from '../app.ts'
import { openForms, referral, submit } from '../core/forms/form-world.ts'
import { newCourse } from '../core/learning/course-people.ts'

/* What RFC 9110 and RFC 9457 ask of every operation, whatever it does. */

const testApp = await createTestApp()
const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const concrete = (path: string) =>
  path
    .replaceAll('{emoji}', encodeURIComponent('👍'))
    .replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
await admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })

interface Versioned {
  readonly app: TestApp
  readonly by: Browser
  readonly read: string
  readonly change: string
  readonly body: () => object
}
let count = 0
const versioned: Readonly<Record<string, () => Promise<Versioned>>> = {
  'PATCH /api/v1/users/me': async () => ({
    app: testApp,
    by: admin,
    read: '/api/v1/users/me',
    change: '/api/v1/users/me',
    body: () => ({ name: `Ann ${++count}` }),
  }),
  'PATCH /api/v1/courses/{id}': async () => {
    const { body } = await admin.call('POST', '/api/v1/courses', { body: newCourse })
    const path = `/api/v1/courses/${body.id}`
    return {
      app: testApp,
      by: admin,
      read: `${path}/draft`,
      change: path,
      body: () => ({ title: `Title ${++count}` }),
    }
  },
  'PATCH /api/v1/courses/{id}/lessons/{lessonId}': async () => {
    const course = await admin.call('POST', '/api/v1/courses', { body: newCourse })
    const path = `/api/v1/courses/${course.body.id}`
    const { body } = await admin.call('POST', `${path}/lessons`, { body: { title: 'One' } })
    return {
      app: testApp,
      by: admin,
      read: `${path}/draft/lessons/${body.id}`,
      change: `${path}/lessons/${body.id}`,
      body: () => ({ title: `Lesson ${++count}` }),
    }
  },
  'PATCH /api/v1/conversations/{id}': async () => {
    const other = await signedInBrowser(testApp, { ...person, email: `other${++count}@example.com` })
    const { body } = await admin.call('POST', '/api/v1/conversations', {
      body: { type: 'group', participantIds: [other.userId], name: 'Ours' },
    })
    const path = `/api/v1/conversations/${body.id}`
    return { app: testApp, by: admin, read: path, change: path, body: () => ({ name: `Name ${++count}` }) }
  },
  'PATCH /api/v1/forms/{id}': async () => {
    const { testApp: app, visitor, admin: by } = await openForms()
    const { body } = await submit(visitor, 'referral', referral)
    const path = `/api/v1/forms/${body.id}`
    return { app, by, read: path, change: path, body: () => ({ notes: `Note ${++count}` }) }
  },
}

test('every operation that knows a precondition is tried', () => {
  const found = operations.filter(({ operation }) => operation.responses['412'])
  const known = [...Object.keys(versioned), 'PATCH /api/v1/reports/{id}']
  expect(found.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(known.sort())
  for (const { operation } of found)
    expect(operation.parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['If-Match', 'If-None-Match']),
    )
})

describe.each(Object.entries(versioned))('%s', (_, open) => {
  let { by, read, change, body } = {} as Versioned
  beforeAll(async () => {
    ;({ by, read, change, body } = await open())
  })
  const tagNow = async () => (await by.call('GET', read)).headers.get('etag') ?? ''
  const send = async (headers: Record<string, string>) =>
    (await by.call('PATCH', change, { body: body(), headers })).status

  test('takes lists in If-Match, and no weak tag', async () => {
    const first = await tagNow()
    expect(first).toMatch(/^"[^"]+"$/)
    expect(await send({ 'if-match': `"nope", W/"other" , ${first}` })).toBe(200)
    expect(await send({ 'if-match': `"nope",${first}` })).toBe(412)
    expect(await send({ 'if-match': `W/${await tagNow()}` })).toBe(412)
    expect(await send({ 'if-match': `"a,b", ${await tagNow()}` })).toBe(200)
    expect(await send({ 'if-match': '*' })).toBe(200)
    for (const odd of ['', '"', 'nope', ',', '""']) expect(await send({ 'if-match': odd }), odd).toBe(412)
  })

  test('heeds If-None-Match, weakly', async () => {
    expect(await send({ 'if-none-match': '*' })).toBe(412)
    expect(await send({ 'if-none-match': await tagNow() })).toBe(412)
    expect(await send({ 'if-none-match': `"nope", W/${await tagNow()}` })).toBe(412)
    expect(await send({ 'if-none-match': '"nope", W/"other"' })).toBe(200)
    expect(await send({ 'if-match': await tagNow(), 'if-none-match': '"nope"' })).toBe(200)
  })
})

const unsafe = operations.filter(
  ({ method, path, operation }) =>
    !['GET', 'OPTIONS'].includes(method) &&
    path.startsWith('/api/v1') &&
    !operation['x-leaves'] &&
    // Of a service that signs what it sends: asked for before anything is read.
    path !== '/api/v1/realtime/events',
)
const sent = (body: BodyInit | null, headers: Record<string, string>) => ({ origin, ...headers, body })

describe('a body', () => {
  test.each(unsafe)('of $method $path is plain UTF-8', async ({ method, path }) => {
    const send = async (headers: Record<string, string>, body: BodyInit | null = '{}') => {
      const { body: given, ...rest } = sent(body, headers)
      const cookie = [...admin.cookies].map((pair) => pair.join('=')).join('; ')
      const init = { method, headers: { cookie, ...rest } as Record<string, string>, body: given }
      return testApp.app.request(`${origin}${concrete(path)}`, init)
    }
    const json = { 'content-type': 'application/json' }
    for (const coding of ['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip']) {
      const answer = await send({ ...json, 'content-encoding': coding })
      expect([answer.status, answer.headers.get('accept-encoding')], coding).toEqual([415, 'identity'])
      expect((await answer.json()).error.code).toBe('unsupported_media_type')
    }
    for (const charset of ['iso-8859-1', 'utf-16', '"latin1"', 'UTF-16LE'])
      expect((await send({ 'content-type': `application/json; charset=${charset}` })).status, charset).toBe(
        415,
      )
    for (const type of [
      'application/json; charset=utf-8',
      'application/json ; charset=UTF-8',
      'Application/JSON;charset="utf-8"',
      'application/json;',
      'application/json; v=1; charset=utf8',
      'application/json; odd',
    ])
      expect([415, 500], type).not.toContain((await send({ 'content-type': type })).status)
    for (const type of ['text/html', 'application/jsonp', 'application/problem+json', 'multipart/form-data'])
      expect((await send({ 'content-type': type })).status, type).toBe(415)
    for (const type of ['text/html', 'application/json', 'multipart/form-data', 'application/json; odd'])
      expect([415, 500], `nothing, as ${type}`).not.toContain(
        (await send({ 'content-type': type }, null)).status,
      )
  })
})

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
}

describe('problem details', () => {
  const asked: readonly (readonly [number, string, RequestInit])[] = [
    [
      400,
      '/api/v1/auth/login',
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
    ],
    [401, '/api/v1/users/me', {}],
    [404, '/api/v1/nothing', {}],
    [404, '/api/v1/courses/7', {}],
    [405, '/api/v1/users/me', { method: 'PUT' }],
    [413, '/api/v1/auth/login', { method: 'POST', body: '{}', headers: { 'content-length': '99000000' } }],
    [415, '/api/v1/auth/login', { method: 'POST', body: 'x', headers: { 'content-type': 'text/html' } }],
  ]

  test.each(asked)(
    'of %i at %s: what the status is called, and what is wrong',
    async (status, path, init) => {
      const ask = (accept: string) =>
        testApp.app.request(`${origin}${path}`, { ...init, headers: { ...init.headers, accept } })
      const plain = await ask('application/json')
      expect([plain.status, plain.headers.get('content-type')]).toEqual([status, 'application/json'])
      const { error } = await plain.json()
      for (const accept of [
        'application/problem+json',
        'APPLICATION/PROBLEM+JSON',
        'application/problem+json; q=0.9, application/json; q=0.1',
        'text/html, Application/Problem+Json;charset=utf-8',
      ]) {
        const answer = await ask(accept)
        expect([answer.status, answer.headers.get('content-type')], accept).toEqual([
          status,
          'application/problem+json',
        ])
        expect(await answer.json()).toMatchObject({
          type: 'about:blank',
          title: phrases[status],
          status,
          detail: error.message,
          code: error.code,
        })
      }
      for (const accept of [
        'image/png',
        'text/html',
        'application/json;q=0',
        '*/*;q=0',
        'application/problem+json;q=0',
      ])
        expect((await ask(accept)).status, `${accept}: never 406`).toBe(status)
      for (const accept of ['application/json', 'application/problem+json'])
        expect((await ask(accept)).headers.get('vary')).toBe('Origin, Accept, Accept-Language')
    },
  )

  test('also of what nobody foresaw', async () => {
    const broken = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          query: async () => {
            throw new TypeError('secret')
          },
        },
      }),
    })
    const headers = { accept: 'application/problem+json' }
    const answer = await broken.app.request(`${origin}/api/v1/courses`, { headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/problem+json'])
    expect(await answer.json()).toMatchObject({
      title: 'Internal Server Error',
      status: 500,
      code: 'server_error',
      detail: 'Something went wrong on our side.',
    })
  })
})
