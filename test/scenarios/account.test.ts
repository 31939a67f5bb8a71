import { expect, test } from 'vitest'
import { demoPassword, demoStaff } from '../../entry/demo.ts'
import { person } from '../app.ts'
import { useTarget } from './target.ts'

const { send, openBrowser, printed } = useTarget()

test('the published curl call works as written', async () => {
  const response = await send('/api/v1/auth/signup', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"email":"test@example.com","password":"SecurePass123!","name":"Test User"}',
  })
  expect(response.status).toBe(201)
  expect(await response.json()).toMatchObject({
    user: { email: 'test@example.com', name: 'Test User', avatar: null },
  })
})

test('a person signs up, stays signed in, changes things, and signs out', async () => {
  const { call, cookies } = openBrowser()
  expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
  expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(409)
  expect((await call('GET', '/api/v1/users/me')).body.name).toBe('Ann')
  expect((await call('PATCH', '/api/v1/users/me', { body: { name: 'Ann B.' } })).body.name).toBe('Ann B.')
  cookies.delete('accessToken')
  expect((await call('GET', '/api/v1/users/me')).status).toBe(401)
  expect((await call('POST', '/api/v1/auth/refresh')).status).toBe(200)
  expect((await call('GET', '/api/v1/users/me')).status).toBe(200)
  const { items } = (await call('GET', '/api/v1/auth/sessions')).body
  expect(items).toHaveLength(1)

  const phone = openBrowser()
  const wrong = { email: person.email, password: 'not the right one' }
  expect((await phone.call('POST', '/api/v1/auth/login', { body: wrong })).status).toBe(401)
  const right = { email: 'ANN@EXAMPLE.COM', password: person.password }
  expect((await phone.call('POST', '/api/v1/auth/login', { body: right })).status).toBe(200)
  expect((await phone.call('DELETE', `/api/v1/auth/sessions/${items[0].id}`)).status).toBe(204)
  expect((await call('POST', '/api/v1/auth/refresh')).status).toBe(401)

  const change = { currentPassword: person.password, newPassword: 'Another-Long-One-5' }
  expect((await phone.call('POST', '/api/v1/auth/change-password', { body: change })).status).toBe(200)
  expect((await phone.call('DELETE', '/api/v1/auth/sessions')).status).toBe(204)
  expect((await phone.call('POST', '/api/v1/auth/logout')).status).toBe(200)
  expect((await phone.call('GET', '/api/v1/users/me')).status).toBe(401)
  expect((await phone.call('POST', '/api/v1/auth/login', { body: { email: 7 } })).status).toBe(400)
})

/** What a browser makes of a `Set-Cookie` line, however it was written. */
function meaningOf(line: string) {
  const [pair = '', ...attributes] = line.split(/; */)
  const facts = attributes.map((attribute) => attribute.toLowerCase().split('='))
  return { name: pair.split('=')[0], ...Object.fromEntries(facts.map(([key, value = true]) => [key, value])) }
}

test('signing in sets two cookies, signing out deletes them; what the device is known by stays', async () => {
  const { call } = openBrowser()
  const cookiesOf = async (path: string, body?: object) =>
    (await call('POST', path, { body })).headers.getSetCookie().map(meaningOf)
  const kept = { path: '/', httponly: true, samesite: 'strict' }
  const account = { ...person, email: 'cookies@example.com' }
  expect(await cookiesOf('/api/v1/auth/signup', account)).toEqual([
    { name: 'accessToken', 'max-age': '900', ...kept },
    { name: 'refreshToken', 'max-age': '604800', ...kept },
    { name: 'device', 'max-age': '15552000', ...kept, path: '/api/v1/auth' },
  ])
  expect(await cookiesOf('/api/v1/auth/logout')).toEqual([
    { name: 'accessToken', 'max-age': '0', ...kept },
    { name: 'refreshToken', 'max-age': '0', ...kept },
  ])
})

test('two signups at once of one address make one account', async () => {
  const account = { ...person, email: 'race@example.com' }
  const statuses = await Promise.all(
    Array.from(
      { length: 6 },
      async () => (await openBrowser().call('POST', '/api/v1/auth/signup', { body: account })).status,
    ),
  )
  expect(statuses.sort()).toEqual([201, ...Array(5).fill(409)])
})

test('the demonstration accounts can sign in', async () => {
  const { call } = openBrowser()
  for (const { email, role } of demoStaff) {
    const answer = await call('POST', '/api/v1/auth/login', { body: { email, password: demoPassword } })
    expect(answer).toMatchObject({ status: 200, body: { user: { role } } })
  }
})

test('health, keys and the reference page with its files', async () => {
  expect((await send('/api/healthz')).status).toBe(200)
  expect((await send('/api/readyz')).status).toBe(200)
  expect((await send('/api/jwks.json')).status).toBe(200)
  const page = await (await send('/api/docs')).text()
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '')
  expect(files.length).toBeGreaterThan(2)
  for (const file of files) {
    const response = await send(file)
    expect([file, response.status]).toEqual([file, 200])
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0)
  }
})

test('no line that was printed holds a person or a secret', async () => {
  await expect.poll(printed).toContain('"route":"/api/docs"')
  for (const text of [
    'example.com',
    'Ann',
    'SecurePass',
    'Another-Long',
    'eyJ',
    'v1.0',
    '$argon2',
    '127.0.0.1',
  ])
    expect(printed()).not.toContain(text)
})
