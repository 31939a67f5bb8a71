import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBrowser, person, type Send } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'
import { createCheckedSend } from './openapi.ts'

const directory = mkdtempSync(join(tmpdir(), 'scenario-'))
let server: RunningServer
let send: Send

beforeAll(async () => {
  server = await startServer({
    DATA_DIR: directory,
    RATE_LIMIT_SCALE: '10000',
    PUBLIC_URL: 'http://localhost:7071',
  })
  send = await createCheckedSend(async (path, init) => fetch(server.url + path, init))
})
afterAll(async () => {
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true })
})

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
  const { call, cookies } = createBrowser(send)
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

  const phone = createBrowser(send)
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

test('secrets and database were made on the first start, for their owner alone', () => {
  expect(statSync(join(directory, 'tools-inc.db')).mode & 0o777).toBe(0o600)
  expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('two processes on one file: two signups at once of one address make one account', async () => {
  const second = await startServer({
    DATA_DIR: directory,
    RATE_LIMIT_SCALE: '10000',
    PUBLIC_URL: 'http://localhost:7071',
  })
  const account = { ...person, email: 'race@example.com' }
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const url = i % 2 ? server.url : second.url
      const { call } = createBrowser((path, init) => fetch(url + path, init))
      return (await call('POST', '/api/v1/auth/signup', { body: account })).status
    }),
  )
  expect(statuses.sort()).toEqual([201, ...Array(9).fill(409)])
  const { call } = createBrowser((path, init) => fetch(second.url + path, init))
  await call('POST', '/api/v1/auth/login', { body: account })
  expect((await call('GET', '/api/v1/users/me')).status).toBe(200)
  expect(await second.stop()).toBe(0)
})

test('no log line holds a person or a secret, and a stop is in good order', async () => {
  expect(await server.stop()).toBe(0)
  const log = server.lines.join('\n')
  expect(log).toContain('"event":"request"')
  expect(log).toContain('"event":"server_stopping"')
  const secrets = readFileSync(join(directory, 'secrets.json'), 'utf8').match(/[\w-]{40,}/g) ?? []
  for (const text of [
    'example.com',
    'Ann',
    'SecurePass',
    'Another-Long',
    'eyJ',
    'v1.0',
    '$argon2',
    '127.0.0.1',
    ...secrets,
  ])
    expect(log).not.toContain(text)
})
