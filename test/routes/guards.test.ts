import { describe, expect, test } from 'vitest'
import { createTestApp, origin, person, signedInBrowser } from '../app.ts'
import { consolePlaces, openedPushes, ownPageScript, ownPages } from '../own-pages.ts'

const testApp = await createTestApp()
const document = testApp.describe() as { paths: Record<string, Record<string, any>> }
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
/** Routes outside the description: the description itself, the page that shows it, and what only
 * developers see, and the pages that mails lead to. */
const undescribed = [
  '/',
  '/api/openapi.json',
  '/api/asyncapi.json',
  '/api/docs',
  '/api/docs/:name',
  '/client.tgz',
  '/dev/mailbox',
  '/dev/mailbox/:id',
  '/dev/chat',
  '/dev/chat/:name',
  '/dev/chat/licenses.txt',
  '/dev/telemetry',
  '/dev/telemetry/:name',
  '/dev/telemetry/licenses.txt',
  '/dev/telemetry/seen/:after',
  '/dev/chat/worker.js',
  '/dev/chat/manifest.webmanifest',
  openedPushes,
  '/console',
  '/console/:name',
  '/console/licenses.txt',
  ...consolePlaces,
  ...ownPages,
  ownPageScript,
]

describe('every route', () => {
  test('is described, or is part of the reference page', () => {
    const described = new Set(
      operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const handlers = testApp.app.routes.filter(
      ({ method, path }) => method !== 'ALL' && !path.endsWith('*') && !undescribed.includes(path),
    )
    expect(handlers.length).toBeGreaterThan(0)
    for (const { method, path } of handlers) expect(described).toContain(`${method} ${path}`)
  })

  test.each(operations)('$method $path declares who may call it', ({ operation }) => {
    expect(['public', 'signed-in']).toContain(operation['x-access'])
    expect(operation.security.length > 0).toBe(operation['x-access'] === 'signed-in')
    expect(operation.operationId).toMatch(/^[a-z]\w+$/)
  })

  test.each(operations.filter(({ operation }) => operation['x-access'] !== 'public'))(
    '$method $path is 401 without a token',
    async ({ method, path }) => {
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      const response = await testApp.app.request(`${origin}${concrete}`, { method })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: { code: 'missing_token' } })
    },
  )

  test('is refused to whoever speaks for somebody else than the session that comes along', async () => {
    const { call } = await signedInBrowser(testApp, { ...person, email: 'other@example.org' })
    const headers = { 'x-expected-user': '00000000-0000-7000-8000-00000000ffff' }
    const mismatch = { status: 403, body: { error: { code: 'account_mismatch' } } }
    for (const { method, path, operation } of operations) {
      if (operation['x-access'] === 'public') continue
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      expect(await call(method, concrete, { headers }), `${method} ${path}`).toMatchObject(mismatch)
    }
  })

  test('that signs somebody in ends who was signed in before', () => {
    const answersSignedIn = ({ responses }: { responses: Record<string, any> }) =>
      Object.values(responses).some(({ content }) =>
        JSON.stringify(content?.['application/json']?.schema ?? '').includes(
          '#/components/schemas/SignedIn"',
        ),
      )
    // A guest who becomes an account is the same person, whose session the use case changes.
    const signing = operations.filter(
      ({ operation }) => operation['x-access'] === 'public' && answersSignedIn(operation),
    )
    expect(signing.length).toBeGreaterThan(5)
    for (const { method, path, operation } of signing)
      expect(operation['x-signs-in'], `${method} ${path}`).toBe(true)
  })

  test('for staff gives nothing to staff whose session has no second factor, and says what to do', async () => {
    const strict = await createTestApp({ environment: { MFA_STAFF: 'required' } })
    const forStaff = operations.filter(
      ({ operation }) => operation['x-roles'] && !operation['x-roles'].includes('user'),
    )
    expect(forStaff.length).toBeGreaterThan(20)
    for (const role of ['admin', 'mentor'] as const) {
      const account = { ...person, email: `${role}@example.org` }
      const { call, userId } = await signedInBrowser(strict, account)
      await strict.users.changeUser(userId, (user) => ({ ...user, role }))
      await call('POST', '/api/v1/auth/step-up', { body: { password: account.password } })
      for (const { method, path } of forStaff) {
        const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
        expect(await call(method, concrete), `${role} ${method} ${path}`).toMatchObject({
          status: 403,
          body: { error: { code: 'step_up_required', message: expect.stringContaining('second factor') } },
        })
      }
      expect((await call('GET', '/api/v1/auth/mfa')).body).toMatchObject({ required: true })
    }
  })

  test('is 403 to a role it is not for', async () => {
    const { call } = await signedInBrowser(testApp, { ...person, email: 'ben@example.com' })
    for (const { method, path, operation } of operations) {
      if (!operation['x-roles'] || operation['x-roles'].includes('user')) continue
      const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
      expect(await call(method, concrete), `${method} ${path}`).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      })
    }
  })
})
