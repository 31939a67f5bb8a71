import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { createClient, readError } from '../../src/client/client.ts'
import { createLeaving } from '../../src/client/leaving.ts'
import { createOutboxStore } from '../../src/client/outbox-store.ts'
import { createTestApp, person } from '../app.ts'
import { createJar, createNotes } from './browser.ts'

const origin = 'http://localhost:7071'

/** A browser whose line can be cut, and a page in it; `reload` gives another page of the same browser. */
async function setup() {
  const testApp = await createTestApp()
  const jar = createJar(testApp)
  const notes = createNotes()
  let line: 'good' | 'cut' | 'filtered' | 'broken' = 'good'
  let signedOut = 0
  const beacons: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (line === 'cut') throw new TypeError('the network is gone')
    if (line === 'filtered') return new Response('<h1>Blocked</h1>', { status: 200 })
    if (line === 'broken')
      return new Response('{"error":{"code":"unavailable","message":"Later."}}', { status: 503 })
    return jar.fetch(input, init)
  }
  const reload = () => ({
    client: createClient({ baseUrl: origin, fetch, notes, locks: null, onSignedOut: () => signedOut++ }),
    leaving: createLeaving({
      baseUrl: origin,
      fetch,
      notes,
      beacon(url) {
        beacons.push(url)
        return true
      },
    }),
  })
  const page = reload()
  await page.client.api.v1.auth.signup.$post({ json: person })
  return {
    testApp,
    jar,
    page,
    reload,
    beacons,
    notes,
    signedOut: () => signedOut,
    cut: (how: typeof line) => {
      line = how
    },
  }
}
const signedInBy = ({ cookies }: ReturnType<typeof createJar>) => cookies.has('refreshToken')
const statusOf = async ({ client }: { client: ReturnType<typeof createClient> }) =>
  (await client.api.v1.users.me.$get()).status

test('leaving says that it worked, once the server has said so', async () => {
  const { page, jar, reload, beacons } = await setup()
  expect(await page.leaving.leave()).toEqual({ isSignedOut: true })
  expect([signedInBy(jar), beacons.length]).toEqual([false, 0])
  expect(await reload().leaving.settle()).toBeNull()
  expect(await statusOf(reload())).toBe(401)
})

test.each([
  ['cut', 'unreachable'],
  ['filtered', 'unreachable'],
  ['broken', 'refused'],
] as const)(
  'on a line that is %s it says that it did not, and nobody is signed in here any more',
  async (how, reason) => {
    const { page, jar, cut, reload, beacons, signedOut } = await setup()
    cut(how)
    expect(await page.leaving.leave()).toMatchObject({
      isSignedOut: false,
      reason,
      message: expect.stringContaining('not signed out yet'),
    })
    expect(beacons).toEqual([`${origin}/api/v1/auth/quick-exit`])
    expect(signedInBy(jar)).toBe(true)
    for (const loaded of [page, reload()]) {
      const answer = await loaded.client.api.v1.users.me.$get()
      expect(await readError(answer)).toMatchObject({ code: 'token_revoked' })
    }
    expect(signedOut()).toBeGreaterThan(0)

    cut('good')
    expect(await reload().leaving.settle()).toEqual({ isSignedOut: true })
    expect(signedInBy(jar)).toBe(false)
  },
)

test('the next request tries again by itself, before it is sent', async () => {
  const { page, jar, cut, reload } = await setup()
  cut('cut')
  await page.leaving.leave()
  cut('good')
  expect(await statusOf(reload())).toBe(401)
  expect(jar.sent.slice(-3, -1)).toEqual(['POST /api/v1/auth/logout', 'GET /api/v1/users/me'])
})

test('what the page keeps is cleared first, whatever becomes of the request', async () => {
  const { jar, notes } = await setup()
  const cleared: string[] = []
  const leaving = createLeaving({
    baseUrl: origin,
    fetch: async () => {
      throw new Error(`nothing is sent before ${cleared} was cleared`)
    },
    notes,
    beacon: null,
    clear: () => void cleared.push('all'),
  })
  await leaving.leave()
  expect(cleared).toEqual(['all'])
  expect(jar.sent.at(-1)).not.toContain('logout')
})

test('whoever signs in instead is let in, and is not signed out again', async () => {
  const { page, cut, reload } = await setup()
  cut('cut')
  await page.leaving.leave()
  cut('good')
  const next = reload()
  const { email, password } = person
  expect((await next.client.api.v1.auth.login.$post({ json: { email, password } })).status).toBe(200)
  expect(await statusOf(next)).toBe(200)
  expect(await next.leaving.settle()).toBeNull()
})

test('an answer that never comes is given up', async () => {
  const deadline = new AbortController()
  const leaving = createLeaving({
    baseUrl: '',
    notes: null,
    beacon: null,
    abortAfter: () => deadline.signal,
    fetch: (_, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(new Error('given up'))),
      ),
  })
  const left = leaving.leave()
  await Promise.resolve()
  deadline.abort()
  expect(await left).toMatchObject({ isSignedOut: false, reason: 'unreachable' })
  // Without storage it is remembered for as long as the page is there.
  expect(leaving.isPending()).toBe(true)
})

/** What somebody wrote that was never sent. */
async function leaveUnsent() {
  const store = createOutboxStore<object>(() => {})
  const kept = {
    userId: 'u',
    conversationId: 'c',
    clientMessageId: 'm',
    message: {},
    shown: null,
    writtenAt: 0,
  }
  await store.add({ ...kept, attempts: 0, faults: 0, retryAt: 0, problem: null, isRefused: false })
  store.close()
}
const isUnsentThere = async () =>
  (await indexedDB.databases()).some(({ name }) => name === 'tools-inc-outbox')

test.each(['good', 'cut'] as const)(
  'what was never sent goes with whoever leaves, the line being %s',
  async (line) => {
    const { page, cut } = await setup()
    await leaveUnsent()
    expect(await isUnsentThere()).toBe(true)
    cut(line)
    await page.leaving.leave()
    await vi.waitFor(async () => expect(await isUnsentThere()).toBe(false), { timeout: 20_000 })
  },
)

test('and where the page was closed too soon, when it is opened again', async () => {
  const { page, reload, cut } = await setup()
  cut('cut')
  await page.leaving.leave()
  await leaveUnsent()
  await reload().leaving.settle()
  await vi.waitFor(async () => expect(await isUnsentThere()).toBe(false), { timeout: 20_000 })
})
