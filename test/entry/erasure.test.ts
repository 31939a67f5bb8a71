import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { createNodeNative } from '../../entry/native-node.ts'
import { wire } from '../../entry/wire.ts'
import { createApp } from '../../src/app/create-app.ts'
import { readConfig } from '../../src/config/config.ts'
import { type Deletion, deletions } from '../../src/core/privacy/erasure/erasure.model.ts'
import { type Browser, createBrowser, origin } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'erasure-'))
afterAll(() => rmSync(directory, { recursive: true }))

const environment = {
  DATA_DIR: directory,
  PUBLIC_URL: origin,
  RATE_LIMIT_SCALE: '1000000',
  PASSWORD_MEMORY_KIB: '7168',
  PASSWORD_ITERATIONS: '1',
  LOG_LEVEL: 'info',
}
const password = 'SecurePass123!'
const written = 2_000
/** Would be recognised wherever they are. */
const annsWords = ['annabel', 'Annabel', 'zebrafinch', 'quicksilver']

const browserAt = ({ url }: RunningServer): Browser =>
  createBrowser((path, init) => fetch(`${url}${path.replace(origin, '')}`, init))

/** What a process of its own does with the data, a minute later. */
async function openLater() {
  const { config, secrets } = readConfig(environment)
  const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
  const { jobs, users, erasure, registry } = createApp(
    { ...ports, clock: { now: () => Date.now() + 60_000 } },
    config.app,
  )
  const eraseDue = () => jobs.find(({ name }) => name === 'erase-accounts')?.run()
  const shut = async () => {
    await defer.settled()
    await close()
  }
  return { ports, users, erasure, registry, eraseDue, shut }
}

/** Every file of the deployment, byte by byte. */
function filesWith(word: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(word))
}

/** Every row of every table, and every word of the index. */
function rowsWith(word: string): readonly string[] {
  const database = new DatabaseSync(join(directory, 'tools-inc.db'))
  database.exec(`create virtual table temp.vocabulary using fts5vocab('main', 'message_words', 'row')`)
  const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all()
  const found = [...tables.map(({ name }) => String(name)), 'temp.vocabulary'].filter((table) =>
    database
      .prepare(`select * from ${table}`)
      .all()
      .some((row) =>
        JSON.stringify(
          Object.values(row).map((value) =>
            value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
          ),
        ).includes(word),
      ),
  )
  database.close()
  return found
}

test('killed in the middle of an erasure, finished by two others: nothing of the person is in any file', async () => {
  let server = await startServer(environment)
  const people = await Promise.all(
    ['Annabel', 'Benedict'].map(async (name) => {
      const email = `${name.toLowerCase()}@example.com`
      const browser = browserAt(server)
      const { body } = await browser.call('POST', '/api/v1/auth/signup', { body: { email, password, name } })
      return { email, userId: body.user.id as string }
    }),
  )
  await server.stop()
  const before = await openLater()
  for (const { userId } of people)
    await before.users.changeUser(userId, (user) => ({ ...user, mentorId: 'shared', emailVerified: true }))
  await before.shut()

  server = await startServer(environment)
  const [ann, ben] = [browserAt(server), browserAt(server)]
  for (const [index, browser] of [ann, ben].entries())
    await browser.call('POST', '/api/v1/auth/login', { body: { email: people[index]?.email, password } })
  const opened = await ann.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [people[1]?.userId] },
  })
  const path = `/api/v1/conversations/${opened.body.id}/messages`
  for (let sent = 0; sent < written; sent += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ann.call('POST', path, { body: { text: `zebrafinch ${sent + index}` } }),
      ),
    )
  await ben.call('POST', path, { body: { text: 'marshmallow' } })
  const form = { name: 'Annabel', email: people[0]?.email, subject: 'Hello', message: 'I wrote quicksilver' }
  expect((await ann.call('POST', '/api/v1/forms/contact', { body: form })).status).toBe(201)
  await ann.call('POST', '/api/v1/auth/step-up', { body: { password } })
  await ann.call('GET', '/api/v1/users/me/data-export')
  for (let status = 202; status !== 200; )
    status = (await ann.call('GET', '/api/v1/users/me/data-export')).status
  expect(rowsWith('zebrafinch').length).toBeGreaterThan(0)

  const answer = await ann.call('DELETE', '/api/v1/users/me?immediate=true')
  expect(answer.status).toBe(204)
  const receipt = answer.headers.get('location') ?? ''
  for (let done: string[] = []; !done.includes('DirectPairs'); )
    done = (await ben.call('GET', receipt)).body.steps.done.map(({ store }: { store: string }) => store)
  await server.stop('SIGKILL')

  const [one, two] = [await openLater(), await openLater()]
  const interrupted = (await one.ports.documents.scan(deletions)).items[0]?.value as Deletion
  expect(interrupted.state).toBe('erasing')
  expect(interrupted.steps.map(({ store }) => store)).not.toContain('Users')
  await Promise.all([one.eraseDue(), two.eraseDue(), one.eraseDue()])
  const finished = await one.erasure.read(receipt.split('/').at(-1) ?? '')
  expect(finished.state).toBe('done')
  expect(finished.steps.done).toHaveLength(finished.steps.total)
  expect(await one.ports.audit.verify()).toMatchObject({ intact: true })
  await one.shut()
  await two.shut()

  for (const word of annsWords) expect(rowsWith(word), word).toEqual([])
  // Where pages of the database were rearranged, old bytes can lie between its rows until they are written over.
  const database = new DatabaseSync(join(directory, 'tools-inc.db'))
  database.exec('vacuum')
  database.close()
  for (const word of annsWords) expect(filesWith(word), word).toEqual([])
  expect(rowsWith('marshmallow').length).toBeGreaterThan(0)
}, 120_000)

test('a minute after an erasure the person is in no byte of any file, and nobody had to rebuild one', async () => {
  const { config, secrets } = readConfig(environment)
  const { ports, defer, jobs, close } = await wire(config, secrets, createNodeNative(config))
  const api = createApp(ports, config.app)
  const run = (name: string) => [...jobs, ...api.jobs].find((job) => job.name === name)?.run()
  const browser = () => createBrowser(async (path, init) => api.app.request(`${origin}${path}`, init))
  const arrive = async (name: string) => {
    const { call } = browser()
    const body = { email: `${name.toLowerCase()}@example.com`, password, name }
    const userId = (await call('POST', '/api/v1/auth/signup', { body })).body.user.id as string
    await api.users.changeUser(userId, (user) => ({ ...user, mentorId: 'shared', emailVerified: true }))
    return { call, userId }
  }
  const [cleo, dora] = [await arrive('Cleopatra'), await arrive('Dora')]
  const { body: direct } = await cleo.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [dora.userId] },
  })
  const path = `/api/v1/conversations/${direct.id}/messages`
  for (let sent = 0; sent < 5; sent++)
    expect((await cleo.call('POST', path, { body: { text: `hummingbird ${sent}` } })).status).toBe(201)
  const form = {
    name: 'Cleopatra',
    email: 'cleopatra@example.com',
    subject: 'Hello',
    message: 'I wrote moonstone',
  }
  expect((await cleo.call('POST', '/api/v1/forms/contact', { body: form })).status).toBe(201)
  await defer.settled()
  const words = ['cleopatra', 'Cleopatra', 'hummingbird']
  for (const word of words) expect(filesWith(word), word).not.toEqual([])

  await cleo.call('POST', '/api/v1/auth/step-up', { body: { password } })
  expect((await cleo.call('DELETE', '/api/v1/users/me?immediate=true')).status).toBe(204)
  await defer.settled()
  // Mail that was on its way to the person has been sent, and is kept for developers to read, in a file of its own.
  const database = () =>
    filesWith('hummingbird')
      .concat(filesWith('Cleopatra'))
      .filter((file) => file.includes('tools-inc.db'))
  expect(database(), 'the log still has it').not.toEqual([])
  await run('empty-database-log')
  expect(database()).toEqual([])
  expect(rowsWith(cleo.userId)).not.toContain('indexed_messages')
  await defer.settled()
  await close()
}, 60_000)
