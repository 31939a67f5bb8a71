import { describe, expect, test } from 'vitest'
import { createMemoryIdentityProviders } from '../../../src/adapters/memory/identity-providers.ts'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { sharedStores, startTwoProcesses } from '../../two-processes.ts'
import { auth, forgot, lastMail, logIn, mailsTo, me, stepUp } from './intruder.ts'

/*
 * A stranger opens an account with somebody's address, which nobody has proved, and moves on to another: the address is
 * not kept from its owner.
 */

const { email, password } = person
const mallory = 'mallory@example.com'
const own = 'the owner chose this 5'
const minute = 60_000

async function leave(testApp: TestApp, isProved = false) {
  const stranger = await signedInBrowser(testApp)
  if (isProved) {
    const { code } = await lastMail(testApp, email, /confirm your e-mail/i)
    await stranger.call('POST', `${auth}/verify-email`, { body: { email, code } })
  }
  await stepUp(stranger)
  await stranger.call('POST', `${me}/email`, { body: { email: mallory } })
  const { code } = await lastMail(testApp, mallory, /new e-mail/)
  expect((await stranger.call('POST', `${me}/email/confirm`, { body: { code } })).status).toBe(200)
  return stranger
}
const signUp = (testApp: TestApp) =>
  browserOf(testApp).call('POST', `${auth}/signup`, { body: { email, password: own, name: 'Ann' } })
const isTheirs = async (testApp: TestApp, strangerId: string) => {
  const owner = (await testApp.users.findByEmail(email))?.value
  return owner !== undefined && owner.id !== strangerId
}

/** Every way to come to an address. */
const ways: Readonly<
  Record<string, (there: TestApp, providers: Providers, testApp: TestApp) => Promise<unknown>>
> = {
  'signing up': signUp,
  async 'a provider that vouches'(testApp, providers) {
    const body = await providers.authorize('google', { subject: 'ann', email, isEmailVouchedFor: true })
    return browserOf(testApp).call('POST', `${auth}/social`, { body })
  },
  async 'a guest who stays'(testApp) {
    const guest = browserOf(testApp)
    await guest.call('POST', `${auth}/guest`, { body: { name: 'Ann' } })
    return guest.call('POST', `${auth}/guest/upgrade`, { body: { email, password: own } })
  },
  async 'a change of address'(there, _, testApp) {
    // Signed up where that signs in, and used where it may not.
    const { userId, cookies } = await signedInBrowser(testApp, {
      ...person,
      email: `before${testApp.clock.now()}@example.com`,
    })
    expect(userId).toBeDefined()
    const other = browserOf(there)
    for (const [name, value] of cookies) other.cookies.set(name, value)
    await stepUp(other)
    await other.call('POST', `${me}/email`, { body: { email } })
    const { code } = await lastMail(testApp, email, /new e-mail/)
    return other.call('POST', `${me}/email/confirm`, { body: { code } })
  },
}
type Providers = ReturnType<typeof createMemoryIdentityProviders>

describe.each(['open', 'hidden'])('with SIGNUP_DISCLOSURE=%s', (SIGNUP_DISCLOSURE) => {
  test.each(Object.entries(ways))('its owner gets it by %s, minutes later', async (_, come) => {
    const providers = createMemoryIdentityProviders()
    const environment: Record<string, string> = {}
    const testApp = await createTestApp({ environment, ports: () => ({ identityProviders: providers }) })
    const { userId } = await leave(testApp)
    const { ports, clock } = testApp
    const there = await createTestApp({ environment: { SIGNUP_DISCLOSURE }, ports: () => ports })
    // Whoever moves has a moment to come back.
    await come(there, providers, testApp)
    await testApp.settled()
    expect(await isTheirs(there, userId)).toBe(false)
    clock.advance(11 * minute)
    await come(there, providers, testApp)
    await testApp.settled()
    expect(await isTheirs(there, userId)).toBe(true)
    // And keeps it: nothing of the stranger's brings it back.
    const undo = await lastMail(testApp, email, /address was changed/i)
    const answer = await browserOf(there).call('POST', `${auth}/undo-email-change`, {
      body: { token: undo.tokenFor('/undo-email-change') },
    })
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'user_exists' } } })
    clock.advance(30 * 24 * 60 * minute)
    for (const job of ['sweep-reserved-addresses', 'sweep-unclaimed-users']) await testApp.runJob(job)
    expect(await isTheirs(there, userId)).toBe(true)
    expect((await testApp.users.findByEmail(mallory))?.value.id).toBe(userId)
  })
})

test('while nobody else has it, it can still be taken back', async () => {
  const testApp = await createTestApp()
  const { userId } = await leave(testApp)
  testApp.clock.advance(60 * minute)
  const undo = await lastMail(testApp, email, /address was changed/i)
  const body = { token: undo.tokenFor('/undo-email-change') }
  expect((await browserOf(testApp).call('POST', `${auth}/undo-email-change`, { body })).status).toBe(200)
  expect((await testApp.users.findByEmail(email))?.value.id).toBe(userId)
  expect((await logIn(testApp, password)).answer.status).toBe(401)
})

test('one that was proved is kept for a week', async () => {
  const testApp = await createTestApp()
  await leave(testApp, true)
  testApp.clock.advance(6 * 24 * 60 * minute)
  expect((await signUp(testApp)).status).toBe(409)
  testApp.clock.advance(25 * 60 * minute)
  expect((await signUp(testApp)).status).toBe(201)
  await forgot(testApp)
  expect((await mailsTo(testApp, email)).at(-1)?.subject).toMatch(/choose a new password/i)
})

test.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])(
  'of thirty who come for it at once on two processes on %s one gets it',
  async (kind) => {
    const { one, two, close } = await startTwoProcesses(kind)
    try {
      const { userId } = await leave(one)
      one.clock.advance(11 * minute)
      const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => signUp(i % 2 ? one : two)))
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(29).fill(409)])
      expect(await isTheirs(one, userId)).toBe(true)
    } finally {
      await close()
    }
  },
)
