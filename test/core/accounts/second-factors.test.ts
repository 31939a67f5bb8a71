import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { oneTimeTokens } from '../../../src/core/accounts/auth/one-time-tokens.ts'
import { users } from '../../../src/core/accounts/users/users.model.ts'
import {
  type Browser,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'

const login = '/api/v1/auth/login'
const secondStep = '/api/v1/auth/login/mfa'
const { email, password } = person

type SignedIn = Awaited<ReturnType<typeof signedInBrowser>>

const stepUp = (browser: Browser, proof: object = { password }) =>
  browser.call('POST', '/api/v1/auth/step-up', { body: proof })

/** As staff do, before they set up their first factor. */
async function proveMailbox(testApp: TestApp, browser: Browser) {
  await stepUp(browser)
  await browser.call('POST', '/api/v1/auth/step-up/options')
  await testApp.settled()
  const mails = (await testApp.ports.mailbox?.messages()) ?? []
  const text = mails.find(({ subject }) => /security code/i.test(subject))?.text ?? ''
  const mailedCode = /^ {4}(\d{6})$/m.exec(text)?.[1] ?? ''
  expect((await stepUp(browser, { mailedCode })).status).toBe(200)
}

const codeAt = (testApp: TestApp, secret: string, offsetMs = 0): string =>
  new TOTP({ secret }).generate({ timestamp: testApp.clock.now() + offsetMs })

async function withTotp(testApp: TestApp, browser: SignedIn) {
  await stepUp(browser)
  const { body } = await browser.call('POST', '/api/v1/auth/mfa/totp')
  const code = codeAt(testApp, body.secret)
  const confirmed = await browser.call('POST', '/api/v1/auth/mfa/totp/confirm', { body: { code } })
  expect(confirmed.status).toBe(200)
  testApp.clock.advance(60_000)
  return { secret: body.secret as string, code, recoveryCodes: confirmed.body.recoveryCodes as string[] }
}

async function withPasskey(browser: SignedIn, emulator = new WebAuthnEmulator(), proof?: object) {
  await stepUp(browser, proof)
  const { body } = await browser.call('POST', '/api/v1/auth/passkeys/options')
  const passkey = emulator.createJSON(origin, body.options)
  const added = await browser.call('POST', '/api/v1/auth/passkeys', {
    body: { challengeToken: body.challengeToken, passkey, name: 'My phone' },
  })
  return { emulator, added, id: passkey.id }
}

const firstStep = async (testApp: TestApp) => {
  const browser = browserOf(testApp)
  const answer = await browser.call('POST', login, { body: { email, password } })
  return { browser, answer, mfaToken: answer.body.mfaToken as string }
}

const refused = { status: 401, body: { error: { code: 'invalid_credentials' } } }
const stepUpFirst = { status: 403, body: { error: { code: 'step_up_required' } } }

describe('an authenticator app', () => {
  test('asks for a code at the next login, and the password alone sets no cookie', async () => {
    const testApp = await createTestApp()
    const { secret } = await withTotp(testApp, await signedInBrowser(testApp))
    const { browser, answer, mfaToken } = await firstStep(testApp)
    expect(answer).toMatchObject({ status: 202, body: { methods: ['totp', 'recovery-code'] } })
    expect(browser.cookies.size).toBe(0)
    const finished = await browser.call('POST', secondStep, {
      body: { mfaToken, code: codeAt(testApp, secret) },
    })
    expect(finished).toMatchObject({ status: 200, body: { user: { email } } })
    expect((await browser.call('GET', '/api/v1/users/me')).status).toBe(200)
  })

  test('is set up only after a step-up, and counts only once confirmed', async () => {
    const testApp = await createTestApp()
    const browser = await signedInBrowser(testApp)
    expect(await browser.call('POST', '/api/v1/auth/mfa/totp')).toMatchObject(stepUpFirst)
    await stepUp(browser)
    await browser.call('POST', '/api/v1/auth/mfa/totp')
    expect((await firstStep(testApp)).answer.status).toBe(200)
    expect(
      await browser.call('POST', '/api/v1/auth/mfa/totp/confirm', { body: { code: '000000' } }),
    ).toMatchObject(refused)
    expect((await browser.call('GET', '/api/v1/auth/mfa')).body).toMatchObject({
      totp: false,
      recoveryCodesLeft: 0,
    })
  })

  test('the address to scan names the account and the organisation', async () => {
    const testApp = await createTestApp()
    const browser = await signedInBrowser(testApp)
    await stepUp(browser)
    const { body } = await browser.call('POST', '/api/v1/auth/mfa/totp')
    expect(body.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(decodeURIComponent(body.uri)).toContain(`T.O.O.L.S Inc:${email}`)
  })

  test('a code works once, also for two at the same time, and one step early or late', async () => {
    const testApp = await createTestApp()
    const { secret, code } = await withTotp(testApp, await signedInBrowser(testApp))
    const used = await firstStep(testApp)
    expect(
      await used.browser.call('POST', secondStep, { body: { mfaToken: used.mfaToken, code } }),
    ).toMatchObject(refused)

    const two = await Promise.all([firstStep(testApp), firstStep(testApp)])
    const answers = await Promise.all(
      two.map(({ browser, mfaToken }) =>
        browser.call('POST', secondStep, { body: { mfaToken, code: codeAt(testApp, secret, -30_000) } }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
    const late = await firstStep(testApp)
    expect(
      await late.browser.call('POST', secondStep, {
        body: { mfaToken: late.mfaToken, code: codeAt(testApp, secret, 90_000) },
      }),
    ).toMatchObject(refused)
  })

  test('the same answer sent twice at once signs in once', async () => {
    const testApp = await createTestApp()
    const { secret } = await withTotp(testApp, await signedInBrowser(testApp))
    const { browser, mfaToken } = await firstStep(testApp)
    const body = { mfaToken, code: codeAt(testApp, secret) }
    const answers = await Promise.all([1, 2].map(() => browser.call('POST', secondStep, { body })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('is confirmed once, so that the recovery codes that were shown are the good ones', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await stepUp(ann)
    const { body } = await ann.call('POST', '/api/v1/auth/mfa/totp')
    const code = codeAt(testApp, body.secret)
    const answers = await Promise.all(
      [1, 2].map(() => ann.call('POST', '/api/v1/auth/mfa/totp/confirm', { body: { code } })),
    )
    const confirmed = answers.filter(({ status }) => status === 200)
    expect(confirmed).toHaveLength(1)
    const { browser, mfaToken } = await firstStep(testApp)
    const [recoveryCode] = confirmed[0]?.body.recoveryCodes ?? []
    expect((await browser.call('POST', secondStep, { body: { mfaToken, recoveryCode } })).status).toBe(200)
  })

  test('five wrong codes use a login up, and the right one does not help it', async () => {
    const testApp = await createTestApp()
    const { secret } = await withTotp(testApp, await signedInBrowser(testApp))
    const { browser, mfaToken } = await firstStep(testApp)
    for (let i = 0; i < 5; i++)
      expect(await browser.call('POST', secondStep, { body: { mfaToken, code: '000000' } })).toMatchObject(
        refused,
      )
    testApp.clock.advance(10_000)
    expect(
      await browser.call('POST', secondStep, { body: { mfaToken, code: codeAt(testApp, secret) } }),
    ).toMatchObject(refused)
  })

  test('a half-finished login ends after five minutes, and with a change of password', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const { secret } = await withTotp(testApp, ann)
    const slow = await firstStep(testApp)
    testApp.clock.advance(5 * 60_000)
    expect(
      await slow.browser.call('POST', secondStep, {
        body: { mfaToken: slow.mfaToken, code: codeAt(testApp, secret) },
      }),
    ).toMatchObject(refused)

    const overtaken = await firstStep(testApp)
    await ann.call('POST', '/api/v1/auth/refresh')
    const changed = await ann.call('POST', '/api/v1/auth/change-password', {
      body: { currentPassword: password, newPassword: 'another good secret 9' },
    })
    expect(changed.status).toBe(200)
    expect(
      await overtaken.browser.call('POST', secondStep, {
        body: { mfaToken: overtaken.mfaToken, code: codeAt(testApp, secret) },
      }),
    ).toMatchObject(refused)
  })

  test('setting it up and taking it away ends the other sessions, not this one', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await phone.call('POST', login, { body: { email, password } })
    const { secret } = await withTotp(testApp, ann)
    expect((await phone.call('POST', '/api/v1/auth/refresh')).body.error.code).toBe('token_revoked')
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(200)

    expect((await stepUp(ann, { code: codeAt(testApp, secret) })).status).toBe(200)
    expect((await ann.call('DELETE', '/api/v1/auth/mfa/totp')).status).toBe(204)
    expect((await ann.call('GET', '/api/v1/auth/mfa')).body).toEqual({
      totp: false,
      passkeys: [],
      recoveryCodesLeft: 0,
      required: false,
    })
    expect((await firstStep(testApp)).answer.status).toBe(200)
  })

  test('the secret and the codes are not in the store, and nothing of them in the log', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const { secret, recoveryCodes } = await withTotp(testApp, ann)
    const { mfaToken } = await firstStep(testApp)
    const stored = JSON.stringify([
      await testApp.ports.documents.scan(users),
      await testApp.ports.documents.scan(oneTimeTokens),
      testApp.log.events,
      testApp.auditRecords,
    ])
    for (const given of [secret, ...recoveryCodes, mfaToken.split('.')[2] as string])
      expect(stored).not.toContain(given)
  })
})

describe('recovery codes', () => {
  test('each works once, however it is typed, and the rest go on', async () => {
    const testApp = await createTestApp()
    const { recoveryCodes } = await withTotp(testApp, await signedInBrowser(testApp))
    expect(new Set(recoveryCodes).size).toBe(10)
    const [first = ''] = recoveryCodes
    const typed = first.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const one = await firstStep(testApp)
    expect(
      (await one.browser.call('POST', secondStep, { body: { mfaToken: one.mfaToken, recoveryCode: typed } }))
        .status,
    ).toBe(200)
    const again = await firstStep(testApp)
    expect(
      await again.browser.call('POST', secondStep, {
        body: { mfaToken: again.mfaToken, recoveryCode: first },
      }),
    ).toMatchObject(refused)
    expect((await one.browser.call('GET', '/api/v1/auth/mfa')).body.recoveryCodesLeft).toBe(9)
  })

  test('new ones void the old', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const { secret, recoveryCodes } = await withTotp(testApp, ann)
    await stepUp(ann, { code: codeAt(testApp, secret) })
    const renewed = await ann.call('POST', '/api/v1/auth/mfa/recovery-codes')
    expect(renewed.body.recoveryCodes).toHaveLength(10)
    for (const [code, status] of [
      [recoveryCodes[0], 401],
      [renewed.body.recoveryCodes[0], 200],
    ] as const) {
      const { browser, mfaToken } = await firstStep(testApp)
      const answer = await browser.call('POST', secondStep, { body: { mfaToken, recoveryCode: code } })
      expect(answer.status).toBe(status)
    }
  })
})

describe('a passkey', () => {
  test('signs in without a password, as both factors', async () => {
    const testApp = await createTestApp({ environment: { MFA_STAFF: 'required' } })
    const ann = await signedInBrowser(testApp)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
    await proveMailbox(testApp, ann)
    const { emulator, added } = await withPasskey(ann)
    expect(added).toMatchObject({ status: 201, body: { passkey: { name: 'My phone' } } })
    expect(added.body.recoveryCodes).toHaveLength(10)

    const browser = browserOf(testApp)
    const { body } = await browser.call('POST', '/api/v1/auth/login/passkey/options')
    const passkey = emulator.getJSON(origin, body.options)
    const signedIn = await browser.call('POST', '/api/v1/auth/login/passkey', {
      body: { challengeToken: body.challengeToken, passkey },
    })
    expect(signedIn).toMatchObject({ status: 200, body: { user: { email, role: 'admin' } } })
    const replayed = await browserOf(testApp).call('POST', '/api/v1/auth/login/passkey', {
      body: { challengeToken: body.challengeToken, passkey },
    })
    expect(replayed).toMatchObject(refused)
  })

  test('is a second factor at login and at a step-up', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const { emulator } = await withPasskey(ann)
    const { browser, answer, mfaToken } = await firstStep(testApp)
    expect(answer.body.methods).toEqual(['passkey', 'recovery-code'])
    const passkey = emulator.getJSON(origin, answer.body.passkeyOptions)
    expect((await browser.call('POST', secondStep, { body: { mfaToken, passkey } })).status).toBe(200)

    expect(await stepUp(browser)).toMatchObject(refused)
    const { body: ways } = await browser.call('POST', '/api/v1/auth/step-up/options')
    const again = emulator.getJSON(origin, ways.passkey.options)
    const { challengeToken } = ways.passkey
    expect((await stepUp(browser, { passkey: again, challengeToken })).status).toBe(200)
    expect(await stepUp(browser, { passkey: again, challengeToken })).toMatchObject(refused)
  })

  test.each([
    ['of another site', 'https://phishing.example'],
    ['of a neighbour on another port', 'http://localhost:9999'],
  ])('%s is refused', async (_, elsewhere) => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await stepUp(ann)
    const { body } = await ann.call('POST', '/api/v1/auth/passkeys/options')
    const options = { ...body.options, rp: { ...body.options.rp, id: new URL(elsewhere).hostname } }
    const passkey = new WebAuthnEmulator().createJSON(elsewhere, options)
    expect(
      await ann.call('POST', '/api/v1/auth/passkeys', {
        body: { challengeToken: body.challengeToken, passkey },
      }),
    ).toMatchObject(refused)
  })

  test('somebody else has registered does not sign this account in, nor does a made-up one', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    await withPasskey(ann)
    const { emulator } = await withPasskey(bob)
    const { browser, answer, mfaToken } = await firstStep(testApp)
    const { allowCredentials: _, ...anyKey } = answer.body.passkeyOptions
    const passkey = emulator.getJSON(origin, anyKey)
    expect(await browser.call('POST', secondStep, { body: { mfaToken, passkey } })).toMatchObject(refused)
    for (const body of [
      { challengeToken: 'x', passkey: { id: 'x', rawId: 'x', type: 'public-key' } },
      {
        challengeToken: 'x',
        passkey: { id: 'x', rawId: 'x', type: 'public-key', response: { userHandle: 7 } },
      },
    ])
      expect(await browser.call('POST', '/api/v1/auth/login/passkey', { body })).toMatchObject(refused)
  })

  test('is renamed, listed and removed by its owner alone', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    const { id } = await withPasskey(ann)
    await stepUp(bob)
    const path = `/api/v1/auth/passkeys/${id}`
    expect((await bob.call('DELETE', path)).status).toBe(404)
    expect((await bob.call('PATCH', path, { body: { name: 'Mine' } })).status).toBe(404)
    expect((await ann.call('PATCH', path, { body: { name: 'Library key' } })).status).toBe(204)
    expect((await ann.call('GET', '/api/v1/auth/mfa')).body.passkeys).toMatchObject([
      { id, name: 'Library key', lastUsedAt: null },
    ])
    expect((await ann.call('DELETE', path)).status).toBe(204)
    expect((await firstStep(testApp)).answer.status).toBe(200)
  })
})

describe('a step-up', () => {
  test('counts for ten minutes, in this session alone', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await phone.call('POST', login, { body: { email, password } })
    expect(await stepUp(ann, { password: 'wrong password here' })).toMatchObject(refused)
    await stepUp(ann)
    expect(await phone.call('POST', '/api/v1/auth/mfa/totp')).toMatchObject(stepUpFirst)
    expect((await ann.call('POST', '/api/v1/auth/mfa/totp')).status).toBe(200)
    testApp.clock.advance(10 * 60_000 + 1)
    expect(await ann.call('POST', '/api/v1/auth/mfa/totp')).toMatchObject(stepUpFirst)
  })

  test('is on the record, right or wrong', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await stepUp(ann, { password: 'wrong password here' })
    await stepUp(ann)
    const records = testApp.auditRecords.filter(({ eventType }) => eventType === 'auth.step_up')
    expect(records.map(({ outcome }) => outcome)).toEqual(['failure', 'success'])
  })
})

describe('staff with MFA_STAFF=required', () => {
  const adminOnly = '/api/v1/admin/users'

  test('are ordinary people until the second factor is proved, also through refresh', async () => {
    const testApp = await createTestApp({ environment: { MFA_STAFF: 'required' } })
    const ann = await signedInBrowser(testApp)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
    const roleIn = (token: string) => JSON.parse(atob(token.split('.')[1] as string)).role

    const before = await browserOf(testApp).call('POST', login, { body: { email, password } })
    expect(roleIn(before.body.accessToken)).toBe('user')
    const refreshed = await ann.call('POST', '/api/v1/auth/refresh')
    expect(roleIn(refreshed.body.accessToken)).toBe('user')
    expect((await ann.call('GET', '/api/v1/auth/mfa')).body.required).toBe(true)
    if (testApp.app.routes.some(({ path }) => path === adminOnly))
      expect(await ann.call('GET', adminOnly)).toMatchObject(stepUpFirst)

    await proveMailbox(testApp, ann)
    await withTotp(testApp, ann)
    const after = await ann.call('POST', '/api/v1/auth/refresh')
    expect(roleIn(after.body.accessToken)).toBe('admin')
  })

  test('are ordinary people again, in this session too, once they took the second factor away', async () => {
    const testApp = await createTestApp({ environment: { MFA_STAFF: 'required' } })
    const ann = await signedInBrowser(testApp)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
    await proveMailbox(testApp, ann)
    await withTotp(testApp, ann)
    expect((await ann.call('GET', adminOnly)).status).toBe(200)
    expect((await ann.call('DELETE', '/api/v1/auth/mfa/totp')).status).toBe(204)
    expect(await ann.call('GET', adminOnly)).toMatchObject(stepUpFirst)
  })
})
