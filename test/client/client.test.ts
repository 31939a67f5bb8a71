import { describe, expect, test } from 'vitest'
import { ForeignAnswer } from '../../src/client/answers.ts'
import { createClient, type Locks, readError, type SharedNotes } from '../../src/client/client.ts'
import { createTestApp, origin, person } from '../app.ts'
import { createJar, createLocks, createNotes } from './browser.ts'

async function setup() {
  const testApp = await createTestApp()
  const jar = createJar(testApp)
  let signedOut = 0
  let time = 1_000
  const open = (
    shared: { locks?: Locks; notes?: SharedNotes; fetch?: typeof globalThis.fetch; baseUrl?: string } = {},
  ) =>
    createClient({
      baseUrl: shared.baseUrl ?? origin,
      fetch: shared.fetch ?? jar.fetch,
      locks: shared.locks ?? null,
      notes: shared.notes ?? null,
      onSignedOut: () => signedOut++,
      pause: async () => {},
      now: () => ++time,
    })
  return { testApp, jar, open, signedOut: () => signedOut }
}

test('calls are typed from body to answer', async () => {
  const { open } = await setup()
  const client = open()
  const signedUp = await client.api.v1.auth.signup.$post({ json: person })
  if (signedUp.status !== 201) throw new Error('not signed up')
  const { user } = await signedUp.json()
  expect(user.email satisfies string).toBe(person.email)
  const again = await client.api.v1.auth.signup.$post({ json: person })
  expect(await readError(again)).toMatchObject({ code: 'user_exists' })
  expect(await readError(signedUp)).toBeNull()
})

test('two requests whose token ran out refresh once, and both go through with their bodies', async () => {
  const { open, jar } = await setup()
  const client = open()
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  const [read, changed] = await Promise.all([
    client.api.v1.users.me.$get(),
    client.api.v1.users.me.$patch({ json: { name: 'Ann B.' } }),
  ])
  expect([read.status, changed.status]).toEqual([200, 200])
  expect(jar.refreshes()).toBe(1)
  expect(await (await client.api.v1.users.me.$get()).json()).toMatchObject({ name: 'Ann B.' })
})

test('two tabs that share locks and notes refresh once', async () => {
  const { open, jar } = await setup()
  const shared = { locks: createLocks(), notes: createNotes() }
  const tabs = [open(shared), open(shared)]
  await tabs[0]?.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  const answers = await Promise.all(tabs.map((tab) => tab.api.v1.users.me.$get()))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(jar.refreshes()).toBe(1)
})

describe('a tab that waited for another one, whose note it does not see yet', () => {
  const waiting: Locks = { request: (_, work) => work(true) }

  test('sends again first: the other one has refreshed', async () => {
    const { open, jar } = await setup()
    const one = open()
    await one.api.v1.auth.signup.$post({ json: person })
    jar.cookies.delete('accessToken')
    const refused = Promise.withResolvers<void>()
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await jar.fetch(input, init)
      if (answer.status === 401) await refused.promise
      return answer
    }
    const late = open({ locks: waiting, fetch }).api.v1.users.me.$get()
    expect((await one.api.v1.users.me.$get()).status).toBe(200)
    refused.resolve()
    expect((await late).status).toBe(200)
    expect(jar.refreshes()).toBe(1)
  })

  test('refreshes when the other one did not get through', async () => {
    const { open, jar } = await setup()
    let asked = 0
    const locks: Locks = { request: (_, work) => work(asked++ === 0) }
    const client = open({ locks })
    await client.api.v1.auth.signup.$post({ json: person })
    jar.cookies.delete('accessToken')
    expect((await client.api.v1.users.me.$get()).status).toBe(200)
    expect(jar.refreshes()).toBe(1)
  })

  test('is signed out when the session is over', async () => {
    const { open, jar, signedOut } = await setup()
    let asked = 0
    const client = open({ locks: { request: (_, work) => work(asked++ === 0) } })
    await client.api.v1.auth.signup.$post({ json: person })
    jar.cookies.clear()
    expect((await client.api.v1.users.me.$get()).status).toBe(401)
    expect([jar.refreshes(), signedOut()]).toEqual([1, 1])
  })
})

test('when the session is over each request gets its own 401, and it is said once', async () => {
  const { open, jar, signedOut } = await setup()
  const client = open()
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.clear()
  const answers = await Promise.all([client.api.v1.users.me.$get(), client.api.v1.users.me.$get()])
  expect(answers.map(({ status }) => status)).toEqual([401, 401])
  expect(signedOut()).toBe(1)
  expect(jar.refreshes()).toBe(1)
})

test('an access token that expired is refreshed too', async () => {
  const { open, jar, testApp } = await setup()
  const client = open()
  await client.api.v1.auth.signup.$post({ json: person })
  testApp.clock.advance(20 * 60_000)
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
  expect(jar.refreshes()).toBe(1)
})

test('a session that was revoked is over at once: no refresh, and it is said once', async () => {
  const { open, jar, signedOut } = await setup()
  const client = open()
  await client.api.v1.auth.signup.$post({ json: person })
  const before = new Map(jar.cookies)
  await client.api.v1.auth.logout.$post()
  for (const [name, value] of before) jar.cookies.set(name, value)
  for (let call = 0; call < 2; call++)
    expect(await readError(await client.api.v1.users.me.$get())).toMatchObject({ code: 'token_revoked' })
  expect([jar.refreshes(), signedOut()]).toEqual([0, 1])
})

const unavailable = '{"error":{"code":"unavailable","message":"","requestId":""}}'
test.each([
  ['by a gateway', 503, 'busy', ForeignAnswer],
  ['by the page of a filter', 401, '<html>Sign in to this network</html>', ForeignAnswer],
  ['by the API itself', 503, unavailable, null],
] as const)('a refresh that was not answered, %s, signs nobody out', async (_, status, body, thrown) => {
  const { open, jar, signedOut } = await setup()
  const fetch: typeof globalThis.fetch = async (input, init) =>
    String(input).endsWith('/auth/refresh') ? new Response(body, { status }) : jar.fetch(input, init)
  const client = open({ fetch })
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  const asked = client.api.v1.users.me.$get()
  if (thrown) await expect(asked).rejects.toThrow(thrown)
  else expect(await readError(await asked)).toMatchObject({ code: 'unavailable' })
  expect(signedOut()).toBe(0)
})

test('a refresh that another tab was faster with counts as done', async () => {
  const { open, jar } = await setup()
  let isFirst = true
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await jar.fetch(input, init)
    if (!String(input).endsWith('/auth/refresh') || !isFirst) return response
    isFirst = false
    return new Response('{"error":{"code":"conflict","message":"","requestId":""}}', { status: 409 })
  }
  const client = open({ fetch })
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
})

test('when the second sending fails, that is what the caller learns', async () => {
  const { open, jar } = await setup()
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (jar.refreshes() > 0) throw new TypeError('the network is gone')
    return jar.fetch(input, init)
  }
  const client = open({ fetch })
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  await expect(client.api.v1.users.me.$get()).rejects.toThrow('the network is gone')
})

test('a note from the future, left by a clock that was wrong, holds up no refresh', async () => {
  const { open, jar } = await setup()
  const notes = createNotes()
  const client = open({ notes })
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  notes.setItem('tools-inc-refreshed-at', '9999999999999')
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
  expect(jar.refreshes()).toBe(1)
})

test('storage that is full or forbidden costs only the coordination', async () => {
  const { open, jar } = await setup()
  const refuse = () => {
    throw new Error('the quota has been exceeded')
  }
  const client = open({ notes: { getItem: refuse, setItem: refuse } })
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
})

test('a trailing slash of the address does no harm', async () => {
  const { open, jar } = await setup()
  const client = open({ baseUrl: `${origin}/` })
  await client.api.v1.auth.signup.$post({ json: person })
  jar.cookies.delete('accessToken')
  expect((await client.api.v1.users.me.$get()).status).toBe(200)
})

test('a wrong password is not answered with a refresh', async () => {
  const { open, jar, signedOut } = await setup()
  const client = open()
  const answer = await client.api.v1.auth.login.$post({ json: { email: person.email, password: 'wrong' } })
  expect(await readError(answer)).toMatchObject({ code: 'invalid_credentials' })
  expect([jar.refreshes(), signedOut()]).toEqual([0, 0])
})
