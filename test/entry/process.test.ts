import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBrowser, logInOf, person } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'process-'))
const environment = {
  DATA_DIR: directory,
  RATE_LIMIT_SCALE: '10000',
  PUBLIC_URL: 'http://localhost:7071',
}
let server: RunningServer

beforeAll(async () => {
  server = await startServer(environment)
})
afterAll(async () => {
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true })
})

test('secrets and database were made on the first start, for their owner alone', () => {
  expect(statSync(join(directory, 'tools-inc.db')).mode & 0o777).toBe(0o600)
  expect(statSync(join(directory, 'secrets.json')).mode & 0o777).toBe(0o600)
})

test('two processes on one file: two signups at once of one address make one account', async () => {
  const second = await startServer(environment, ['entry/node.ts', '--take-over'])
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
  await call('POST', '/api/v1/auth/login', { body: logInOf(account) })
  expect((await call('GET', '/api/v1/users/me')).status).toBe(200)
  expect(await second.stop()).toBe(0)
})

test('TRACE echoes nothing', async () => {
  // `fetch` sends none.
  const answer = await new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    socket.on('end', () => resolve(text)).on('error', reject)
    socket.write(
      `TRACE /api/v1/users/me HTTP/1.1\r\nHost: ${hostname}\r\nX-Marker: one-of-ours\r\nConnection: close\r\n\r\n`,
    )
  })
  expect(answer).toMatch(/^HTTP\/1\.1 405 /)
  expect(answer).not.toContain('one-of-ours')
})

test('no log line holds a secret of the deployment, and a stop is in good order', async () => {
  expect(await server.stop()).toBe(0)
  const log = server.lines.join('\n')
  expect(log).toContain('"event":"request"')
  expect(log).toContain('"event":"server_stopping"')
  const secrets = readFileSync(join(directory, 'secrets.json'), 'utf8').match(/[\w-]{40,}/g) ?? []
  expect(secrets.length).toBeGreaterThan(0)
  for (const text of ['example.com', person.password, '$argon2', '127.0.0.1', ...secrets])
    expect(log).not.toContain(text)
})
