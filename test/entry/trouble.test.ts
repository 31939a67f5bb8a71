import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { type Browser, createBrowser, origin } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'

/*
 * A process that is killed, whose disk is full, whose database somebody else has locked, whose clock is a day off: what it has acknowledged is
 * there afterwards, it says that it is alive all the while, and when it is not ready.
 */

const dayMs = 24 * 60 * 60_000
const patiently = { timeout: 20_000, interval: 100 }
let directory: string
let server: RunningServer
let watched: { readonly stop: () => Promise<void> } | undefined

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trouble-'))
})
afterEach(async () => {
  await watched?.stop()
  watched = undefined
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

const start = async (
  extra: Record<string, string> = {},
  program: readonly string[] = ['entry/node.ts'],
  through: readonly string[] = [],
) => {
  server = await startServer(
    { DATA_DIR: directory, DEMO_DATA: 'on', RATE_LIMIT_SCALE: '100000', PUBLIC_URL: origin, ...extra },
    program,
    through,
  )
  return server
}
const browser = () => createBrowser((path, init) => fetch(server.url + path, init))
async function signIn(email: string) {
  const signedIn = browser()
  const { status, body } = await signedIn.call('POST', '/api/v1/auth/login', {
    body: { email, password: demoPassword },
  })
  expect(status).toBe(200)
  return { ...signedIn, userId: body.user.id as string }
}
const readiness = async () => (await browser().call('GET', '/api/readyz')) as { status: number; body: any }

/** Asks again and again whether it is alive, until told to stop; then every answer has to have been yes. */
function watchLiveness() {
  let isOver = false
  const answers: unknown[] = []
  const watching = (async () => {
    while (!isOver)
      answers.push(await fetch(`${server.url}/api/healthz`).then(({ status }) => status, String))
  })()
  return {
    async stop() {
      isOver = true
      await watching
      expect(new Set(answers)).toEqual(new Set([200]))
    },
  }
}

const form = (n: number) => ({
  name: 'Ann Example',
  email: 'ann@example.com',
  subject: 'A question',
  message: `This is question number ${n}. `.padEnd(4_000, 'x'),
})

interface Told {
  readonly conversationId: string
  readonly texts: string[]
  readonly forms: string[]
}
async function openTold({ call }: Pick<Browser, 'call'>): Promise<Told> {
  const mentor = await signIn('mentor@example.org')
  const body = { type: 'direct', participantIds: [mentor.userId] }
  const { body: conversation } = await call('POST', '/api/v1/conversations', { body })
  return { conversationId: conversation.id, texts: [], forms: [] }
}
/** Sends one of each, and notes what was acknowledged. Answers the statuses; 0 where there was no answer. */
async function tell({ call }: Pick<Browser, 'call'>, told: Told, n: number): Promise<readonly number[]> {
  const text = `message ${n} `.padEnd(8_000, 'x')
  const sent = call('POST', `/api/v1/conversations/${told.conversationId}/messages`, { body: { text } })
  const submitted = browser().call('POST', '/api/v1/forms/contact', { body: form(n) })
  const none = { status: 0, body: null as any }
  const [message, submission] = await Promise.all([sent.catch(() => none), submitted.catch(() => none)])
  if (message.status === 201) told.texts.push(text)
  if (submission.status === 201) told.forms.push(submission.body.id)
  return [message.status, submission.status]
}
async function everythingIsThere(told: Told): Promise<void> {
  const admin = await signIn('admin@example.org')
  const texts = new Set<string>()
  let before = ''
  for (;;) {
    const path = `/api/v1/conversations/${told.conversationId}/messages?limit=100${before && `&before=${encodeURIComponent(before)}`}`
    const { items, pagination } = (await admin.call('GET', path)).body
    for (const { text } of items) texts.add(text)
    if (!pagination.hasMore) break
    before = pagination.nextCursor
  }
  expect(told.texts.filter((text) => !texts.has(text))).toEqual([])
  for (const id of told.forms)
    expect([id, (await admin.call('GET', `/api/v1/forms/${id}`)).status]).toEqual([id, 200])
}

test('killed while it writes, it has everything that it acknowledged', { timeout: 60_000 }, async () => {
  await start()
  const admin = await signIn('admin@example.org')
  const told = await openTold(admin)
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let n = 0; ; n++) if ((await tell(admin, told, writer * 1_000 + n)).includes(0)) return
  })
  await vi.waitFor(() => expect(told.texts.length).toBeGreaterThan(40), patiently)
  await server.stop('SIGKILL')
  await Promise.all(writers)
  await start()
  await everythingIsThere(told)
})

test('on a full disk it serves what it has, is not ready, loses nothing, and goes on when there is room', {
  timeout: 120_000,
}, async () => {
  // No file of it may grow beyond this, in blocks of 512 bytes: writing fails as on a full disk, before the log is brought into the database.
  const limited = ['sh', '-c', 'ulimit -f 24000; exec "$@"', 'sh']
  await start({}, ['entry/node.ts'], limited)
  watched = watchLiveness()
  const admin = await signIn('admin@example.org')
  const told = await openTold(admin)
  expect((await readiness()).body.status).toBe('ready')
  let refused: readonly number[] = []
  for (let n = 0; n < 2_000 && refused.length === 0; n++)
    if ((await tell(admin, told, n)).every((status) => status === 503)) refused = [n]
  expect(refused).toHaveLength(1)
  expect(told.texts.length).toBeGreaterThan(20)
  await vi.waitFor(
    async () => expect(await readiness()).toMatchObject({ status: 503, body: { status: 'not_ready' } }),
    patiently,
  )
  const { dependencies } = (await readiness()).body
  expect([dependencies.documents.state, dependencies.records.state]).toEqual(['down', 'down'])
  expect((await browser().call('GET', '/api/v1/courses')).status).toBe(200)
  await everythingIsThereWithoutSigningIn(admin, told)
  await watched.stop()
  watched = undefined
  await server.stop()
  await start()
  expect((await readiness()).body.status).toBe('ready')
  expect(await tell(await signIn('admin@example.org'), told, 9_999)).toEqual([201, 201])
  await everythingIsThere(told)
})

/** Signing in is a write. */
async function everythingIsThereWithoutSigningIn({ call }: Pick<Browser, 'call'>, told: Told): Promise<void> {
  const { status, body } = await call('GET', `/api/v1/conversations/${told.conversationId}/messages?limit=10`)
  expect(status).toBe(200)
  expect(body.items.map(({ text }: { text: string }) => text)).toContain(told.texts.at(-1))
}

test('a disk that loses what was written is not asked again: whoever waits is told, the process ends, and the next one has the rest', {
  timeout: 60_000,
}, async () => {
  const sign = join(directory, 'fails')
  await start({ DISK_FAILS_AT: sign }, ['--import', './test/entry/failing-disk.ts', 'entry/node.ts'])
  const admin = await signIn('admin@example.org')
  const told = await openTold(admin)
  expect(await tell(admin, told, 1)).toEqual([201, 201])
  const ended = once(server.process, 'exit')
  writeFileSync(sign, '')
  const statuses = (await Promise.all([2, 3, 4].map((n) => tell(admin, told, n)))).flat()
  expect(statuses).toContain(503)
  expect(statuses.filter((status) => ![0, 503].includes(status))).toEqual([])
  expect(await ended).toEqual([1, null])
  expect(server.lines.some((line) => /"event":"uncaught_exception".*DiskFailed.*EIO/.test(line))).toBe(true)
  await start()
  expect((await readiness()).body.status).toBe('ready')
  await everythingIsThere(told)
  expect(await tell(await signIn('admin@example.org'), told, 9)).toEqual([201, 201])
})

test('while somebody else has locked the database it lives, is not ready, and goes on afterwards', {
  timeout: 60_000,
}, async () => {
  await start()
  const admin = await signIn('admin@example.org')
  const told = await openTold(admin)
  expect(await tell(admin, told, 1)).toEqual([201, 201])
  const other = new DatabaseSync(join(directory, 'tools-inc.db'))
  other.exec('begin immediate')
  watched = watchLiveness()
  let isAnswered = false
  const write = tell(admin, told, 2).finally(() => {
    isAnswered = true
  })
  // The loop turns for others while the write waits.
  for (let n = 0; n < 20; n++) expect((await fetch(`${server.url}/api/healthz`)).status).toBe(200)
  expect((await admin.call('GET', '/api/v1/courses')).status).toBe(200)
  expect(isAnswered).toBe(false)
  expect(await readiness()).toMatchObject({
    status: 503,
    body: { dependencies: { documents: { state: 'down' }, records: { state: 'down' } } },
  })
  expect(await write).toEqual([503, 503])
  other.exec('rollback')
  other.close()
  await vi.waitFor(async () => expect((await readiness()).status).toBe(200), patiently)
  expect(await tell(admin, told, 3)).toEqual([201, 201])
  await everythingIsThere(told)
})

test('with a clock a day back, and then one a day ahead, it serves and keeps everything', {
  timeout: 60_000,
}, async () => {
  const shifted = ['--import', './test/entry/shifted-clock.ts', 'entry/node.ts']
  await start()
  const told = await openTold(await signIn('admin@example.org'))
  let n = 0
  for (const [shiftMs, concerns] of [
    [-dayMs, ['clock_behind_keys']],
    [dayMs, []],
    [0, []],
  ] as const) {
    await server.stop()
    await start({ CLOCK_SHIFT_MS: String(shiftMs) }, shifted)
    watched = watchLiveness()
    for (const path of ['/api/v1/courses', '/api/openapi.json', '/api/jwks.json'])
      expect([path, (await browser().call('GET', path)).status]).toEqual([path, 200])
    const { status, body } = await readiness()
    expect([status, body.concerns]).toEqual([200, concerns])
    expect(server.lines.join('\n').includes('"event":"clock_behind_keys"')).toBe(concerns.length > 0)
    expect(await tell(await signIn('admin@example.org'), told, ++n)).toEqual([201, 201])
    await everythingIsThere(told)
    await watched.stop()
    watched = undefined
  }
})
