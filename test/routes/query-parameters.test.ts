import { describe, expect, test } from 'vitest'
import { browserOf, createTestApp, origin, person, signedInBrowser } from '../app.ts'
import { requestFields } from './request-fields.ts'

const testApp = await createTestApp()
const document = testApp.describe() as { paths: Record<string, Record<string, any>> }
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
const concrete = (path: string) => path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')

/** What mail programs, social networks, shops, caches, identity providers and monitors add to addresses. */
const additions = [
  'utm_source=mail',
  'fbclid=IwAR0x',
  'v=12',
  '_=1764278400',
  'session_state=a&iss=b',
  'filter[a]=b',
]

/**
 * Whoever opens these is a browser or a service that was given the address by somebody else. Outside `/api/v1` nothing is
 * asked: there are probes, key sets and pages.
 */
const takingAny = [
  'readAvatar',
  'readSamplePicture',
  'readThumbnail',
  'receiveRealtimeEvent',
  'showCancelRecovery',
  'showDisownChanges',
  'showShared',
  'showUndoEmailChange',
  'showVerifyEmail',
  'validateRealtimeEvents',
]
const isAsked = ({ path, operation }: (typeof operations)[number]) =>
  path.startsWith('/api/v1/') && !operation['x-any-query']

test('which operations take any parameter is known', () => {
  const found = operations.filter(({ operation }) => operation['x-any-query'])
  expect(found.map(({ operation }) => operation.operationId).sort()).toEqual(takingAny)
  expect(operations.filter(isAsked).length).toBeGreaterThan(150)
})

describe('a parameter that an operation does not have', () => {
  test.each(operations.filter(isAsked))(
    '$method $path refuses and names it',
    async ({ method, path, operation }) => {
      const known: string[] = (operation.parameters ?? [])
        .filter((parameter: any) => parameter.in === 'query')
        .map(({ name }: any) => name)
      const unknown = [
        'trackingnumber',
        'utm_source',
        ...known.map((name) => `${name}s`),
        ...known.map((name) => name.toUpperCase()),
      ]
      expect(operation.responses['400'], 'is described').toBeDefined()
      for (const { call } of [admin, browserOf(testApp)])
        for (const name of unknown.filter((name) => !known.includes(name))) {
          const answer = await call(
            method,
            `${concrete(path)}?${name}=${encodeURIComponent('REF-2026-000006')}`,
          )
          expect(answer, name).toMatchObject({
            status: 400,
            body: {
              error: { code: 'validation_error', details: [{ path: name, code: 'unknown_parameter' }] },
            },
          })
          expect(JSON.stringify(answer.body)).not.toContain('REF-2026')
        }
    },
  )

  test.each(operations.filter((operation) => !isAsked(operation)))(
    '$method $path does not mind',
    async ({ method, path }) => {
      const { call } = browserOf(testApp)
      const needed = path.includes('.js') || !/verify|undo|not-me|cancel/.test(path) ? '' : 'token=abc'
      const plain = await call(method, `${concrete(path)}?${needed}`)
      for (const addition of additions)
        expect((await call(method, `${concrete(path)}?${needed}&${addition}`)).status, addition).toBe(
          plain.status,
        )
    },
  )

  test('pages, assets and the description do not mind', async () => {
    for (const path of [
      '/',
      '/api/docs',
      '/api/docs/start.js',
      '/api/openapi.json',
      '/api/asyncapi.json',
      '/dev/mailbox',
      '/dev/chat',
      '/dev/telemetry',
      '/console',
    ])
      for (const addition of additions) {
        const response = await testApp.app.request(`${origin}${path}?${addition}`)
        expect(response.status, `${path} ${addition}`).toBe(200)
      }
  })

  test('is named once, and its value never; a name that is none is not repeated', async () => {
    const path = '/api/v1/courses?nope=secret&nope=other&%3Cscript%3E=1&=2&__proto__=3&constructor=4'
    const { status, body } = await admin.call('GET', path)
    expect(status).toBe(400)
    expect(body.error.details.map(({ path }: { path: string }) => path)).toEqual([
      'nope',
      '',
      '',
      '',
      'constructor',
    ])
    expect(JSON.stringify(body)).not.toMatch(/secret|script/)
  })

  test('where nothing is there it stays 404', async () => {
    expect((await admin.call('GET', '/api/v1/nothing?utm_source=a')).status).toBe(404)
    expect((await admin.call('HEAD', '/api/v1/courses?nope=1')).status).toBe(400)
  })
})

test('an optional parameter that is there and empty is not given', async () => {
  const optional = requestFields(document as never).filter(({ at }) => / query\./.test(at))
  expect(optional.length).toBeGreaterThan(30)
  for (const { method, path, operation } of operations.filter(isAsked)) {
    const parameters = (operation.parameters ?? []).filter((parameter: any) => parameter.in === 'query')
    if (parameters.length === 0 || method !== 'GET') continue
    const without = await admin.call(method, concrete(path))
    for (const { name, required } of parameters.filter((parameter: any) => !parameter.required)) {
      expect(required).not.toBe(true)
      for (const empty of ['', '%20', '+'])
        expect(
          (await admin.call(method, `${concrete(path)}?${name}=${empty}`)).status,
          `${path} ${name}`,
        ).toBe(without.status)
    }
  }
})
