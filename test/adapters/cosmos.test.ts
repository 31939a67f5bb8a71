import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { layout } from '../../src/adapters/cosmos/layout.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { collections } from '../../src/app/domains.ts'
import { createSweepUnclaimedUsers } from '../../src/core/accounts/users/sweep-unclaimed-users.ts'
import { userEmails, users } from '../../src/core/accounts/users/users.model.ts'
import { browserOf, createBrowser, createTestApp, logInOf, origin, person, signedInBrowser } from '../app.ts'
import { startServer } from '../server.ts'
import type { CosmosRequest } from '../stand-ins/cosmos.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'

/** The app on Cosmos DB, with pauses that take no time. */
async function openApp() {
  const standIn = await startProvisionedCosmos()
  onTestFinished(() => standIn.close())
  const { endpoint, key, environment } = standIn
  const pauses: number[] = []
  const testApp = await createTestApp({
    ports: ({ clock, log }) => ({
      documents: openCosmosDocuments(
        { endpoint, key },
        {
          databaseName: environment.COSMOS_DATABASE,
          clock,
          log,
          sleep: async (ms) => void pauses.push(ms),
        },
      ).documents,
    }),
  })
  const { documents } = testApp.ports
  const countOf = async (collection: typeof users | typeof userEmails) =>
    (await documents.scan(collection as typeof users)).items.length
  return { standIn, testApp, pauses, countOf }
}

const named = (name: string) => collections.find((each) => each.name === name)!
const toCreate = (name: string) => (request: CosmosRequest) => {
  const { container, prefix = '' } = layout(named(name))
  return (
    request.operation === 'create' &&
    request.collection === container &&
    String(request.partition).startsWith(prefix)
  )
}

test('429 twice while somebody signs up: a slower 201', async () => {
  const { standIn, testApp, pauses } = await openApp()
  standIn.fail({ times: 2, what: { status: 429, headers: { 'x-ms-retry-after-ms': '15' } } })
  const { status } = await browserOf(testApp).call('POST', '/api/v1/auth/signup', { body: person })
  expect([status, pauses]).toEqual([201, [15, 15]])
})

test('429 for longer than anybody waits: 503, and when to come back', async () => {
  const { standIn, testApp, countOf } = await openApp()
  const headers = { 'x-ms-retry-after-ms': '4000' }
  standIn.fail({ times: 2, when: toCreate('UserEmails'), what: { status: 429, headers } })
  const browser = browserOf(testApp)
  const answer = await browser.call('POST', '/api/v1/auth/signup', { body: person })
  expect([answer.status, answer.body.error.code, answer.headers.get('retry-after')]).toEqual([
    503,
    'unavailable',
    '4',
  ])
  expect((await browser.call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
  expect(await countOf(userEmails)).toBe(1)
})

test.each(['Users', 'UserEmails', 'Sessions'])(
  'a connection that breaks after %s was written to: 201, and one account',
  async (collection) => {
    const { standIn, testApp, countOf } = await openApp()
    standIn.fail({ when: toCreate(collection), what: 'drop after' })
    const browser = browserOf(testApp)
    expect((await browser.call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
    expect([await countOf(users), await countOf(userEmails)]).toEqual([1, 1])
    expect((await browser.call('GET', '/api/v1/auth/sessions')).body.items).toHaveLength(1)
  },
)

test('a stale ETag gives 412 to the caller, also when it became stale on the way', async () => {
  const { standIn, testApp } = await openApp()
  const { call } = await signedInBrowser(testApp)
  const etag = (await call('GET', '/api/v1/users/me')).headers.get('etag') ?? ''
  const rename = (name: string) =>
    call('PATCH', '/api/v1/users/me', { body: { name }, headers: { 'if-match': etag } })
  standIn.fail({
    when: ({ operation, collection }) => operation === 'replace' && collection === 'Users',
    what: { status: 412 },
  })
  expect((await rename('Ann A.')).status).toBe(412)
  const both = await Promise.all([rename('Ann B.'), rename('Ann C.')])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  expect((await rename('Ann D.')).body.error.code).toBe('precondition_failed')
})

test('two processes on one account, ten signups of one address at once: one user', async () => {
  const standIn = await startProvisionedCosmos()
  const directories = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'cosmos-')))
  const servers = await Promise.all(
    directories.map((directory) =>
      startServer({
        ...standIn.environment,
        DATA_DIR: directory,
        RATE_LIMIT_SCALE: '10000',
        SAMPLE_COURSES: 'off',
        PUBLIC_URL: origin,
      }),
    ),
  )
  onTestFinished(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    for (const directory of directories) rmSync(directory, { recursive: true, force: true })
    await standIn.close()
  })
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      const { url } = servers[i % 2]!
      const { call } = createBrowser((path, init) => fetch(url + path, init))
      return (await call('POST', '/api/v1/auth/signup', { body: person })).status
    }),
  )
  expect(statuses.sort()).toEqual([201, ...Array(9).fill(409)])
  // A request that its sender gave up is carried out all the same, now and then: then a user without a claim is left.
  const clock = { now: () => Date.now() + 11 * 60_000 }
  const databaseName = standIn.environment.COSMOS_DATABASE
  const { documents, close } = openCosmosDocuments(standIn, { databaseName, clock, log: createMemoryLog() })
  const whileHeld = () => Promise.reject(new Error('nobody here is an administrator'))
  await createSweepUnclaimedUsers({ documents, clock }, { whileHeld })()
  const stored = (await documents.scan(users)).items.filter(({ value }) => value.email === person.email)
  expect(stored).toHaveLength(1)
  const claim = await documents.read(userEmails, { partition: person.email, id: person.email })
  expect(claim?.value.userId).toBe(stored[0]?.value.id)
  close()
  for (const server of servers) {
    const { call } = createBrowser((path, init) => fetch(server.url + path, init))
    expect((await call('POST', '/api/v1/auth/login', { body: logInOf(person) })).status).toBe(200)
  }
})
