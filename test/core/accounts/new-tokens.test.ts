import { afterEach, describe, expect, test } from 'vitest'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { startTwoProcesses } from '../../two-processes.ts'
import {
  addPasskey,
  addTotp,
  auth,
  codeOf,
  copyOf,
  lastMail,
  logIn,
  logInWith,
  me,
  stepUp,
} from './intruder.ts'

/*
 * Whoever has a copy of somebody's tokens is left behind when the session may do more, or has ended all others.
 */

const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

const grace = 20_000
const newPassword = 'quite another secret 7'

interface Rise {
  /** As what the browser is signed in before. */
  readonly as?: 'guest'
  /** Before the copy is made. */
  readonly prepare?: (testApp: TestApp, browser: Browser) => Promise<unknown>
  readonly act: (testApp: TestApp, browser: Browser, prepared: any) => Promise<{ readonly status: number }>
}

const rises: Readonly<Record<string, Rise>> = {
  'a guest becomes an account': {
    as: 'guest',
    act: (_, browser) =>
      browser.call('POST', `${auth}/guest/upgrade`, {
        body: { email: 'guest@example.com', password: person.password },
      }),
  },
  'somebody signs in over a session': {
    act: async (_, browser) => (await logInWith(browser)).answer,
  },
  'somebody signs in over a session of somebody else': {
    prepare: (testApp) => signedInBrowser(testApp, { ...person, email: 'ben@example.com' }),
    act: async (_, browser) => (await logInWith(browser, person.password, 'ben@example.com')).answer,
  },
  'somebody signs up over a session': {
    act: (_, browser) =>
      browser.call('POST', `${auth}/signup`, { body: { ...person, email: 'cid@example.com' } }),
  },
  'a guest comes over a session': {
    act: (_, browser) => browser.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } }),
  },
  'a step-up': { act: (_, browser) => stepUp(browser) },
  'an authenticator app is set up': {
    prepare: (_, browser) => stepUp(browser),
    act: async (testApp, browser) => (await addTotp(testApp, browser)).answer,
  },
  'a passkey is set up': {
    prepare: (_, browser) => stepUp(browser),
    act: async (_, browser) => (await addPasskey(browser)).answer,
  },
  'an authenticator app is taken away': {
    prepare: async (testApp, browser) => {
      await stepUp(browser)
      return addTotp(testApp, browser)
    },
    act: (_, browser) => browser.call('DELETE', `${auth}/mfa/totp`),
  },
  'recovery codes are renewed': {
    prepare: async (testApp, browser) => {
      await stepUp(browser)
      return addTotp(testApp, browser)
    },
    act: (_, browser) => browser.call('POST', `${auth}/mfa/recovery-codes`),
  },
  'the password is changed': {
    act: (_, browser) =>
      browser.call('POST', `${auth}/change-password`, {
        body: { currentPassword: person.password, newPassword },
      }),
  },
  'the address is changed': {
    prepare: async (testApp, browser) => {
      await stepUp(browser)
      await browser.call('POST', `${me}/email`, { body: { email: 'ann.new@example.com' } })
      return (await lastMail(testApp, 'ann.new@example.com', /new e-mail/)).code
    },
    act: (_, browser, code) => browser.call('POST', `${me}/email/confirm`, { body: { code } }),
  },
}

async function open(testApp: TestApp, { as, prepare }: Rise) {
  await signedInBrowser(testApp)
  const browser = as === 'guest' ? browserOf(testApp) : await logIn(testApp)
  if (as === 'guest') await browser.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
  await testApp.settled()
  const prepared = await prepare?.(testApp, browser)
  return { browser, prepared }
}

const isSignedIn = async (browser: Browser) => (await browser.call('GET', `${auth}/sessions`)).status

describe.each(Object.entries(rises))('when %s', (_, rise) => {
  test('a copy of the tokens of before opens nothing, now or later, and costs the person nothing', async () => {
    const testApp = await createTestApp()
    const { browser, prepared } = await open(testApp, rise)
    const copy = copyOf(testApp, browser)
    expect((await rise.act(testApp, browser, prepared)).status).toBeLessThan(300)
    for (const name of ['accessToken', 'refreshToken'])
      expect(browser.cookies.get(name)).not.toBe(copy.cookies.get(name))
    expect(await isSignedIn(copy)).toBe(401)
    expect((await copy.call('PATCH', me, { body: { name: 'Mallory' } })).status).toBe(401)
    expect([401, 409]).toContain((await copy.call('POST', `${auth}/refresh`)).status)
    testApp.clock.advance(1_000)
    expect(await browser.call('GET', '/api/v1/consents')).toMatchObject({ status: 200 })
    expect((await browser.call('POST', `${auth}/refresh`)).status).toBe(200)
  })

  test('a bearer of before is dead on another process too, for changes at once', async () => {
    const { one, two, close } = await startTwoProcesses('sqlite')
    closes.push(close)
    const { browser, prepared } = await open(one, rise)
    const copy = copyOf(two, browser)
    await isSignedIn(copy)
    await rise.act(one, browser, prepared)
    expect((await copy.call('PATCH', me, { body: { name: 'Mallory' } })).status).toBe(401)
    one.clock.advance(30_001)
    expect(await isSignedIn(copy)).toBe(401)
  })
})

test('the answer to a step-up, and to an upgrade, carries the new access token', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const { body } = await stepUp(ann)
  const headers = { authorization: `Bearer ${body.accessToken}` }
  expect((await browserOf(testApp).call('POST', `${auth}/mfa/totp`, { headers })).status).toBe(200)
  const old = { authorization: `Bearer ${ann.accessToken}` }
  expect(await browserOf(testApp).call('GET', me, { headers: old })).toMatchObject({
    status: 401,
    body: { error: { code: 'invalid_token' } },
  })
})

test('another tab that was refreshing at that moment is told to try again; a copy that comes later ends the session', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const tab = copyOf(testApp, ann)
  await stepUp(ann)
  expect((await tab.call('POST', `${auth}/refresh`)).status).toBe(409)
  expect((await ann.call('GET', me)).status).toBe(200)
  testApp.clock.advance(grace + 1)
  expect((await tab.call('POST', `${auth}/refresh`)).body.error.code).toBe('token_revoked')
  expect((await ann.call('POST', `${auth}/refresh`)).body.error.code).toBe('token_revoked')
})

test('a session stored before tokens were numbered goes on, and is renewed by a step-up', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const [, payload = ''] = ann.accessToken.split('.')
  const { gen: _, iss: __, aud: ___, ...claims } = JSON.parse(atob(payload))
  const unnumbered = await testApp.ports.accessTokens.sign(claims)
  ann.cookies.set('accessToken', unnumbered)
  expect((await ann.call('GET', me)).status).toBe(200)
  expect((await stepUp(ann)).status).toBe(200)
  ann.cookies.set('accessToken', unnumbered)
  expect((await ann.call('GET', me)).status).toBe(401)
})

test('the sessions that a change has ended are not listed any more', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  await logIn(testApp)
  expect((await ann.call('GET', `${auth}/sessions`)).body.items).toHaveLength(2)
  await ann.call('POST', `${auth}/change-password`, {
    body: { currentPassword: person.password, newPassword },
  })
  expect((await ann.call('GET', `${auth}/sessions`)).body.items).toMatchObject([{ current: true }])
})

test('a login that fails leaves the session that was there', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  await logInWith(ann, 'not the password')
  expect((await ann.call('GET', me)).status).toBe(200)
})

test('with a second factor the session before ends once that was shown', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  await stepUp(ann)
  const { secret } = await addTotp(testApp, ann)
  testApp.clock.advance(60_000)
  const copy = copyOf(testApp, ann)
  const { mfaToken } = await logInWith(ann)
  expect((await ann.call('GET', me)).status).toBe(200)
  const code = codeOf(testApp, secret)
  expect((await ann.call('POST', `${auth}/login/mfa`, { body: { mfaToken, code } })).status).toBe(200)
  expect((await copy.call('GET', me)).status).toBe(401)
})

describe.each(['sqlite', 'cosmos'] as const)('two processes on %s', (kind) => {
  test('of thirty upgrades of one guest one counts', async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    closes.push(close)
    const guest = browserOf(one)
    await guest.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        copyOf(i % 2 ? two : one, guest).call('POST', `${auth}/guest/upgrade`, {
          body: { email: `guest${i}@example.com`, password: person.password },
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('of thirty step-ups of one session each leaves the ones before behind: one bearer is left', async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    closes.push(close)
    const ann = await signedInBrowser(one)
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => stepUp(copyOf(i % 2 ? two : one, ann))),
    )
    const bearers = answers.flatMap(({ status, body }) => (status === 200 ? [body.accessToken] : []))
    expect(bearers.length).toBeGreaterThan(0)
    const alive = await Promise.all(
      bearers.map((bearer, i) =>
        browserOf(i % 2 ? two : one).call('PATCH', me, {
          body: { preferences: { theme: 'dark' } },
          headers: { authorization: `Bearer ${bearer}` },
        }),
      ),
    )
    expect(alive.filter(({ status }) => status !== 401)).toHaveLength(1)
  })
})
