import { expect, test, vi } from 'vitest'
import { type Announcements, createAccount } from '../../src/client/account.ts'
import { createTestApp, origin, person, type TestApp } from '../app.ts'
import { codeOf } from '../core/accounts/intruder.ts'
import { createJar, createLocks, createNotes } from './browser.ts'

/** The tabs of one browser, each told what the others say. */
function createTabs() {
  const heard = new Map<object, () => void>()
  return (): Announcements => {
    const tab = {}
    return {
      say() {
        for (const [other, listener] of heard) if (other !== tab) listener()
      },
      listen(listener) {
        heard.set(tab, listener)
        return () => heard.delete(tab)
      },
    }
  }
}

async function setup(environment: Record<string, string> = {}) {
  const testApp: TestApp = await createTestApp({ environment })
  const jar = createJar(testApp)
  const shared = { locks: createLocks(), notes: createNotes() }
  const announce = createTabs()
  const line = { isUp: true }
  const timers: { readonly ms: number; readonly work: () => void }[] = []
  const open = (baseUrl = origin) =>
    createAccount({
      ...shared,
      baseUrl,
      fetch: async (...request) => {
        if (!line.isUp) throw new TypeError('The line is down.')
        return jar.fetch(...request)
      },
      announcements: announce(),
      pause: async () => {},
      now: testApp.clock.now,
      later(ms, work) {
        const timer = { ms, work }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), 1)
      },
    })
  return { testApp, jar, line, timers, open }
}
const settled = (account: ReturnType<typeof createAccount>, status: string) =>
  vi.waitFor(() => expect(account.state().status).toBe(status), { timeout: 20_000 })

test('nobody is shown as signed out before that is known; then somebody signs up', async () => {
  const { open } = await setup()
  const account = open()
  expect(account.state()).toMatchObject({ status: 'unknown', user: null })
  account.start()
  await settled(account, 'signed_out')
  expect(await account.signUp(person)).toBe(true)
  expect(account.state()).toMatchObject({ status: 'signed_in', user: { name: 'Ann', completedLessons: [] } })
})

test.each(['', '/', '/api', '/api/', '/api/v1'])(
  'the address of the API may be written as %o',
  async (path) => {
    const { open } = await setup()
    expect(await open(`${origin}${path}`).signUp(person)).toBe(true)
  },
)

test('signed in after a reload, and after the access token has run out', async () => {
  const { open, jar, testApp } = await setup()
  await open().signUp(person)
  testApp.clock.advance(16 * 60_000)
  jar.cookies.delete('accessToken')
  const reloaded = open()
  reloaded.start()
  await settled(reloaded, 'signed_in')
  expect(jar.refreshes()).toBe(1)
})

test('a line that is down signs nobody out, and is asked again when it is back', async () => {
  const { open, line } = await setup()
  await open().signUp(person)
  line.isUp = false
  const reloaded = open()
  reloaded.start()
  await vi.waitFor(() => expect(reloaded.state().isUnreachable).toBe(true), { timeout: 20_000 })
  expect(reloaded.state().status).toBe('unknown')
  expect(await reloaded.logIn({ email: person.email, password: person.password })).toBe(false)
  expect(reloaded.state()).toMatchObject({ isUnreachable: true, problem: null })
  line.isUp = true
  await reloaded.client.api.healthz.$get()
  await settled(reloaded, 'signed_in')
})

test('a refusal is in the state until the next attempt', async () => {
  const { open } = await setup()
  await open().signUp(person)
  const account = open()
  expect(await account.logIn({ email: person.email, password: 'Not-It-At-All-9' })).toBe(false)
  expect(account.state()).toMatchObject({ problem: { code: 'invalid_credentials' }, user: null })
  expect(await account.logIn({ email: person.email, password: person.password })).toBe(true)
  expect(account.state()).toMatchObject({ problem: null, status: 'signed_in' })
})

test('who leaves in one tab has left in the others, and who comes in one is there in the others', async () => {
  const { open } = await setup()
  const [one, two] = [open(), open()]
  one.start()
  two.start()
  await settled(two, 'signed_out')
  await one.signUp(person)
  await settled(two, 'signed_in')
  expect(await one.logOut()).toEqual({ isSignedOut: true })
  await settled(two, 'signed_out')
  expect(one.state()).toMatchObject({ status: 'signed_out', user: null })
  await two.signUp({ ...person, email: 'bea@example.com', name: 'Bea' })
  await vi.waitFor(() => expect(one.state().user?.name).toBe('Bea'), { timeout: 20_000 })
})

test('leaving without a line shows nobody, and says that it did not work', async () => {
  const { open, line } = await setup()
  const account = open()
  await account.signUp(person)
  line.isUp = false
  expect(await account.logOut()).toMatchObject({ isSignedOut: false, reason: 'unreachable' })
  expect(account.state()).toMatchObject({ status: 'signed_out', user: null })
})

test('a change of the profile is shown at once, kept, and taken back when it is refused', async () => {
  const { open, line } = await setup()
  const account = open()
  await account.signUp(person)
  const change = account.updateProfile({ name: 'Ann B.', preferences: { theme: 'light' } })
  expect(account.state().user).toMatchObject({ name: 'Ann B.', preferences: { theme: 'light' } })
  expect(await change).toBe(true)
  expect(account.state().user).toMatchObject({ name: 'Ann B.', preferences: { theme: 'light' } })
  expect(await account.updateProfile({ name: '' })).toBe(false)
  expect(account.state()).toMatchObject({ user: { name: 'Ann B.' }, problem: { code: 'validation_error' } })
  const unknown = '0198a6f0-0000-7000-8000-0000000000f1'
  expect(await account.updateProfile({ enrolledCourses: [unknown] })).toBe(false)
  expect(account.state()).toMatchObject({
    user: { enrolledCourses: [] },
    problem: { code: 'not_found' },
  })
  line.isUp = false
  expect(await account.updateProfile({ name: 'Nobody Hears' })).toBe(false)
  expect(account.state()).toMatchObject({ user: { name: 'Ann B.' }, isUnreachable: true })
})

test('it is said in time that a session ends, and that somebody is there', async () => {
  const { open, testApp, timers } = await setup({ SESSION_IDLE_MINUTES: '30' })
  const account = open()
  await account.signUp(person)
  await vi.waitFor(() => expect(timers).toHaveLength(1), { timeout: 20_000 })
  testApp.clock.advance(timers[0]?.ms ?? 0)
  timers.splice(0)[0]?.work()
  await vi.waitFor(() => expect(account.state().secondsLeft).toBe(120), { timeout: 20_000 })
  expect(await account.stay()).toBe(true)
  await vi.waitFor(() => expect(account.state().secondsLeft).toBeNull(), { timeout: 20_000 })
})

test('an account that wants a second factor', async () => {
  const { open, testApp } = await setup()
  const account = open()
  await account.signUp(person)
  const { auth } = account.client.api.v1
  await auth['step-up'].$post({ json: { password: person.password } })
  const { secret } = (await (await auth.mfa.totp.$post()).json()) as { readonly secret: string }
  await auth.mfa.totp.confirm.$post({ json: { code: codeOf(testApp, secret) } })
  await account.logOut()
  expect(await account.logIn({ email: person.email, password: person.password })).toBe(false)
  expect(account.state()).toMatchObject({ user: null, secondFactor: { methods: ['totp', 'recovery-code'] } })
  const right = codeOf(testApp, secret)
  const wrong = right === '000000' ? '000001' : '000000'
  expect(await account.showSecondFactor({ code: wrong })).toBe(false)
  expect(account.state()).toMatchObject({ problem: { code: 'invalid_credentials' } })
  testApp.clock.advance(30_000)
  expect(await account.showSecondFactor({ code: codeOf(testApp, secret) })).toBe(true)
  expect(account.state()).toMatchObject({ user: { name: 'Ann' }, secondFactor: null })
})
