import { expect, test } from 'vitest'
import { users } from '../../../src/core/accounts/users/users.model.ts'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'

const auth = '/api/v1/auth'
const { password } = person

async function staffOf(testApp: TestApp, role: 'admin' | 'mentor', email = `${role}@example.com`) {
  const browser = await signedInBrowser(testApp, { ...person, email, name: `The ${role}` })
  await testApp.users.changeUser(browser.userId, (user) => ({ ...user, role }))
  testApp.clock.advance(31_000)
  return browser
}

test('consents: the texts in force, and what each person said to which version', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
  const texts = (await browserOf(testApp).call('GET', '/api/v1/consents')).body.items
  expect(new Set(texts.map(({ document }: { document: string }) => document)).size).toBe(texts.length)
  const [{ document, version }] = texts
  const decide = (given: boolean) =>
    ann.call('POST', '/api/v1/users/me/consents', { body: { document, version, given } })
  expect(await decide(true)).toMatchObject({ status: 201, body: { decision: 'given' } })
  testApp.clock.advance(1000)
  expect((await decide(false)).status).toBe(201)
  const listed = (await ann.call('GET', '/api/v1/users/me/consents')).body.items
  expect(listed).toMatchObject([
    { decision: 'withdrawn', version },
    { decision: 'given', version },
  ])
  expect((await bob.call('GET', '/api/v1/users/me/consents')).body.items).toEqual([])
  const unknown = { document, version: 'of yesterday', given: true }
  expect((await ann.call('POST', '/api/v1/users/me/consents', { body: unknown })).status).toBe(400)
})

test('disclosures: who saw my progress, when and why; neither my own reading nor what others were shown', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
  const admin = await staffOf(testApp, 'admin')
  await ann.call('GET', '/api/v1/users/me/progress')
  for (const { userId } of [ann, ann, bob])
    expect((await admin.call('GET', `/api/v1/users/${userId}/progress`)).status).toBe(200)
  const first = await ann.call('GET', '/api/v1/users/me/disclosures?limit=1')
  expect(first.body.items).toMatchObject([
    { who: { role: 'admin', name: 'The admin' }, what: 'Your progress in your courses', why: 'Mentoring' },
  ])
  const all: unknown[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = await ann.call('GET', `/api/v1/users/me/disclosures?limit=1${query}`)
    all.push(...page.body.items)
    cursor = page.body.pagination.nextCursor
  }
  expect(all).toHaveLength(2)
  testApp.clock.advance(1000)
  await admin.call('POST', `${auth}/step-up`, { body: { password } })
  await admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { status: 'suspended' } })
  await admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { status: 'active' } })
  const again = browserOf(testApp)
  await again.call('POST', `${auth}/login`, { body: { email: person.email, password } })
  const latest = await again.call('GET', '/api/v1/users/me/disclosures')
  expect(latest.body.items).toHaveLength(4)
  expect(latest.body.items[0]).toMatchObject({ what: 'Your account', why: 'Administration' })
  const headers = { 'accept-language': 'es' }
  const inSpanish = await again.call('GET', '/api/v1/users/me/disclosures', { headers })
  expect(inSpanish.headers.get('content-language')).toBe('es')
  expect(inSpanish.body.items[0]).toMatchObject({ what: 'Su cuenta', why: 'Administración' })
  const asShown = await admin.call('GET', `/api/v1/admin/users/${ann.userId}/disclosures`, { headers })
  expect(asShown.body.items[0]).toMatchObject({ what: 'Su cuenta', why: 'Administración' })
})

test('migrating people: row by row, again without doubling, by mail and never with a password', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const admin = await staffOf(testApp, 'admin')
  const rows = [
    { email: 'Carl@Example.com', name: 'Carl', password: 'an imported password' },
    { email: 'not an address', name: 'Nobody' },
    { email: person.email, name: 'Somebody else' },
    'nonsense',
    { email: 'olga.van-dyk+old@example.com', password: 'another imported password' },
    { email: '42@example.com' },
    { email: 'carl@example.com', name: 'Carl again' },
    { email: 'mia@example.com', name: 'Mia', role: 'mentor' },
  ]
  const migrate = () => admin.call('POST', '/api/v1/admin/migrate-users', { body: { users: rows } })
  expect((await migrate()).body.error.code).toBe('step_up_required')
  await admin.call('POST', `${auth}/step-up`, { body: { password } })
  const statuses = async () => (await migrate()).body.results.map(({ status }: { status: string }) => status)
  expect(await statuses()).toEqual([
    'created',
    'invalid',
    'exists',
    'invalid',
    'created',
    'created',
    'exists',
    'created',
  ])
  expect(await statuses()).toEqual([
    'exists',
    'invalid',
    'exists',
    'invalid',
    'exists',
    'exists',
    'exists',
    'exists',
  ])
  expect((await ann.call('POST', '/api/v1/admin/migrate-users', { body: { users: rows } })).status).toBe(403)

  await testApp.settled()
  const letters = ((await testApp.ports.mailbox?.messages()) ?? []).filter(({ subject }) =>
    /moved/.test(subject),
  )
  expect(letters.map(({ to }) => to).sort()).toEqual([
    '42@example.com',
    'carl@example.com',
    'mia@example.com',
    'olga.van-dyk+old@example.com',
  ])
  const stored = JSON.stringify(await testApp.ports.documents.scan(users))
  expect(stored).not.toContain('imported password')
  expect(stored).toContain('"name":"Olga Van Dyk"')
  expect(stored).toContain('"name":"New member"')

  const link = /https?:\S+/.exec(letters.find(({ to }) => to === 'carl@example.com')?.text ?? '')?.[0] ?? ''
  const token = new URL(link).searchParams.get('token')
  testApp.clock.advance(6 * 24 * 60 * 60_000)
  const chosen = await browserOf(testApp).call('POST', `${auth}/reset-password`, {
    body: { token, newPassword: 'quite another secret 7' },
  })
  expect(chosen.status).toBe(200)
  const body = { email: 'carl@example.com', password: 'quite another secret 7' }
  expect(await browserOf(testApp).call('POST', `${auth}/login`, { body })).toMatchObject({
    status: 200,
    body: { user: { name: 'Carl', role: 'user' } },
  })
})
