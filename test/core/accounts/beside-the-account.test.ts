import { describe, expect, test } from 'vitest'
import { sessions } from '../../../src/core/accounts/auth/sessions.model.ts'
import { serviceTokens } from '../../../src/core/accounts/service-tokens/service-tokens.model.ts'
import { users } from '../../../src/core/accounts/users/users.model.ts'
import { dataExports } from '../../../src/core/privacy/exports/exports.model.ts'
import {
  type Answer,
  type Browser,
  browserOf,
  createTestApp,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { auth, lastMail, logIn, me, recoverByMail, reset, stepUp } from './intruder.ts'

/*
 * What a session makes or ends that is not in the account itself: it is taken back with the rest, and a request under
 * way does not outlive what ended its session either.
 */

const { email, password } = person
const day = 24 * 60 * 60_000
const newPassword = 'quite another secret 7'
const tokensPath = '/api/v1/admin/service-tokens'

const makeToken = (browser: Browser) =>
  browser.call('POST', tokensPath, { body: { name: 'Nightly', scopes: ['forms:read'] } })
const isLetIn = async (testApp: TestApp, token: string): Promise<boolean> =>
  (await browserOf(testApp).call('GET', '/api/v1/forms', { headers: { authorization: `Bearer ${token}` } }))
    .status === 200

async function confirmed(testApp: TestApp) {
  const ann = await signedInBrowser(testApp)
  const { code } = await lastMail(testApp, email, /confirm your e-mail/i)
  await ann.call('POST', `${auth}/verify-email`, { body: { email, code } })
  return ann
}
/** An administrator whose address is confirmed, from long ago. */
async function administrator(testApp: TestApp) {
  const ann = await confirmed(testApp)
  await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
  testApp.clock.advance(30 * day)
  return ann
}
async function steppedUp(testApp: TestApp) {
  const browser = await logIn(testApp)
  expect((await stepUp(browser)).status).toBe(200)
  return browser
}
const noticeOf = async (testApp: TestApp, userId: string, since: number): Promise<string> => {
  const account = (await testApp.users.read(userId))?.value
  const [told] = account ? await testApp.auth.whereToTell(account, new Date(since).toISOString()) : []
  return new URL(told?.notMe ?? '').searchParams.get('token') ?? ''
}
const press = (testApp: TestApp, token: string) =>
  browserOf(testApp).call('POST', `${auth}/not-me`, { body: { token } })

/** Ways of the owner to win the account back, from what happened at this moment on. */
const recoveries: Readonly<
  Record<string, (testApp: TestApp, userId: string, since: number) => Promise<void>>
> = {
  async 'it was not me'(testApp, userId, since) {
    expect((await press(testApp, await noticeOf(testApp, userId, since))).status).toBe(200)
    const { token } = await lastMail(testApp, email, /choose a new password/i)
    expect((await reset(testApp, token, newPassword)).status).toBe(200)
  },
  async 'a new password by mail'(testApp) {
    expect((await recoverByMail(testApp, newPassword)).status).toBe(200)
  },
}

describe.each(Object.entries(recoveries))('an administrator wins the account back: %s', (_, recover) => {
  test('tokens for programs that were made meanwhile let nobody in; those from before and after do', async () => {
    const testApp = await createTestApp()
    const ann = await administrator(testApp)
    const { token: older } = (await makeToken(await steppedUp(testApp))).body
    testApp.clock.advance(30 * day)
    const since = testApp.clock.now()
    const ofIntruder = (await makeToken(await steppedUp(testApp))).body
    expect(await isLetIn(testApp, ofIntruder.token)).toBe(true)
    testApp.clock.advance(60_000)
    await recover(testApp, ann.userId, since)
    expect(await isLetIn(testApp, ofIntruder.token)).toBe(false)
    expect(await isLetIn(testApp, older)).toBe(true)

    testApp.clock.advance(60_000)
    const again = await logIn(testApp, newPassword)
    await stepUp(again, { password: newPassword })
    const { token: newer } = (await makeToken(again)).body
    const { items } = (await again.call('GET', tokensPath)).body
    expect(items.map((item: any) => item.isRefused)).toEqual([false, true, false])
    // Nor do they come back when the account is won back once more.
    testApp.clock.advance(30 * day)
    await recoverByMail(testApp, 'and one more secret 8')
    expect(await isLetIn(testApp, ofIntruder.token)).toBe(false)
    expect(await isLetIn(testApp, older)).toBe(true)
    expect(await isLetIn(testApp, newer)).toBe(true)
  })
})

test('the spans in which somebody else may have been in an account are kept apart, and not for ever', async () => {
  const testApp = await createTestApp()
  const ann = await administrator(testApp)
  const spans = async () => (await testApp.users.read(ann.userId))?.value.disowned ?? []
  for (const n of [1, 2, 3]) {
    await recoverByMail(testApp, `${newPassword} ${n}`)
    testApp.clock.advance(day)
  }
  // One week reaches into the next.
  expect(await spans()).toHaveLength(1)
  testApp.clock.advance(30 * day)
  await recoverByMail(testApp, `${newPassword} later`)
  expect(await spans()).toHaveLength(2)
  testApp.clock.advance(800 * day)
  await recoverByMail(testApp, `${newPassword} much later`)
  expect(await spans()).toHaveLength(1)
})

interface Doing {
  /** What the store is asked for the request, once it is known whose it is. */
  readonly at: readonly [operation: 'insert' | 'query' | 'read', collection: string]
  /** The first for it is asked for authenticating it. */
  readonly nth?: number
  readonly act: (intruder: Browser) => Promise<Answer>
  /** Once everything has come to rest; `answer` is what the intruder got. */
  readonly isAnythingLeft: (testApp: TestApp, owner: Browser, answer: Answer) => Promise<boolean>
}
const { name: exportsName } = dataExports
const exportIt = ({ call }: Browser) => call('GET', `${me}/data-export`)
async function isExportLeft(testApp: TestApp, owner: Browser, { body }: Answer): Promise<boolean> {
  const stored = (await testApp.ports.documents.scan(dataExports)).items.map(({ value }) => value)
  const own = (await exportIt(owner)).body
  // The owner's own is still there, and nobody else was given it.
  return (
    body?.url !== undefined || own.status !== 'ready' || stored.some(({ exportId }) => exportId !== own.id)
  )
}
const isSignedOut = async (_: TestApp, { call }: Browser) =>
  (await call('PATCH', me, { body: { name: 'Ann' } })).status !== 200

const doings: Readonly<Record<string, Doing>> = {
  'DELETE auth/sessions': {
    at: ['query', sessions.name],
    act: ({ call }) => call('DELETE', `${auth}/sessions`),
    isAnythingLeft: isSignedOut,
  },
  'GET users/me/data-export, before the account is read': {
    at: ['read', users.name],
    nth: 2,
    act: exportIt,
    isAnythingLeft: isExportLeft,
  },
  'GET users/me/data-export, after the account is read': {
    at: ['read', exportsName],
    act: exportIt,
    isAnythingLeft: isExportLeft,
  },
  'POST admin/service-tokens': {
    at: ['insert', serviceTokens.name],
    act: makeToken,
    isAnythingLeft: async (testApp) => (await testApp.ports.documents.scan(serviceTokens)).items.length > 0,
  },
}

/** What ends every session of an account. Answers the owner's new one, stepped up. */
const boundaries: Readonly<Record<string, (testApp: TestApp, owner: Browser) => Promise<Browser>>> = {
  async 'the owner changed the password'(_, owner) {
    const body = { currentPassword: password, newPassword }
    expect((await owner.call('POST', `${auth}/change-password`, { body })).status).toBe(200)
    await stepUp(owner, { password: newPassword })
    return owner
  },
  async 'the owner set a new password by mail'(testApp) {
    expect((await recoverByMail(testApp, newPassword)).status).toBe(200)
    const again = await logIn(testApp, newPassword)
    await stepUp(again, { password: newPassword })
    return again
  },
}

describe.each(Object.entries(doings))(
  '%s',
  (_name, { at: [operation, collection], nth = 1, act, isAnythingLeft }) => {
    test.each(Object.entries(boundaries))('does nothing once %s meanwhile', async (_boundary, end) => {
      let between: (() => Promise<void>) | undefined
      let asked = 0
      const overtaking = async (what: string, { name }: { readonly name: string }) => {
        if (!between || what !== operation || name !== collection || ++asked < nth) return
        const run = between
        between = undefined
        await run()
      }
      const testApp = await createTestApp({
        ports: ({ documents }) => ({
          documents: {
            ...documents,
            async insert(c, value) {
              await overtaking('insert', c)
              return documents.insert(c, value)
            },
            async query(c, query) {
              await overtaking('query', c)
              return documents.query(c, query)
            },
            async read(c, key) {
              await overtaking('read', c)
              return documents.read(c, key)
            },
          },
        }),
      })
      await administrator(testApp)
      const [owner, intruder] = [await steppedUp(testApp), await steppedUp(testApp)]
      // Whose request it is has been seen lately: what is asked for next is for the request itself.
      await intruder.call('GET', me)
      await testApp.settled()
      let ownersOwn = owner
      between = async () => {
        ownersOwn = { ...ownersOwn, ...(await end(testApp, owner)) }
        await testApp.settled()
        await exportIt(ownersOwn)
        await testApp.settled()
      }
      const answer = await act(intruder)
      expect(between).toBeUndefined()
      if (operation !== 'query') expect(answer.status).toBe(401)
      await testApp.settled()
      expect(await isAnythingLeft(testApp, ownersOwn, answer)).toBe(false)
    })
  },
)
