import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import {
  type Browser,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'

/*
 * Where staff have to have a second factor, whoever has only the password of one who has none yet must not be able to
 * set it up: the first factor takes the mailbox beside the password.
 */

const auth = '/api/v1/auth'
const { email, password } = person
const stepUpFirst = { status: 403, body: { error: { code: 'step_up_required' } } }
const refused = { status: 401, body: { error: { code: 'invalid_credentials' } } }

const stepUp = (browser: Browser, proof: object = { password }) =>
  browser.call('POST', `${auth}/step-up`, { body: proof })
const askHow = async (browser: Browser): Promise<readonly string[]> =>
  (await browser.call('POST', `${auth}/step-up/options`)).body.methods

async function codesTo(testApp: TestApp, to: string): Promise<readonly string[]> {
  await testApp.settled()
  const mails = (await testApp.ports.mailbox?.messages()) ?? []
  return mails
    .filter((mail) => mail.to === to && /security code/i.test(mail.subject))
    .map(({ text }) => /^ {4}(\d{6})$/m.exec(text)?.[1] ?? '')
}

async function staff(role: 'admin' | 'mentor' = 'admin') {
  const testApp = await createTestApp({ environment: { MFA_STAFF: 'required' } })
  const owner = await signedInBrowser(testApp)
  await testApp.users.changeUser(owner.userId, (user) => ({ ...user, role }))
  const thief = browserOf(testApp)
  await thief.call('POST', `${auth}/login`, { body: { email, password } })
  return { testApp, owner, thief }
}

const passkey = { id: 'x', rawId: 'x', type: 'public-key' }
/** Everything that sets up what the role asks for, or that moves the mailbox which stands for its owner until then. */
const doors: [method: string, path: string, body: object | undefined][] = [
  ['POST', `${auth}/mfa/totp`, undefined],
  ['POST', `${auth}/mfa/totp/confirm`, { code: '123456' }],
  ['POST', `${auth}/passkeys/options`, undefined],
  ['POST', `${auth}/passkeys`, { challengeToken: 'x', passkey }],
  ['POST', '/api/v1/users/me/email', { email: 'thief@example.com' }],
  ['POST', '/api/v1/users/me/email/confirm', { code: '123456' }],
]

describe.each(['admin', 'mentor'] as const)('a %s without a second factor', (role) => {
  test.each(doors)('%s %s: the password is not enough', async (method, path, body) => {
    const { testApp, thief } = await staff(role)
    expect(await stepUp(thief)).toMatchObject({ status: 200 })
    expect(await thief.call(method, path, body ? { body } : {})).toMatchObject(stepUpFirst)
    expect((await testApp.ports.mailbox?.messages())?.map(({ to }) => to)).not.toContain('thief@example.com')
  })

  test('the doors are all there are', async () => {
    const { testApp } = await staff(role)
    const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
    const marked = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        operation['x-mailbox'] ? [`${method.toUpperCase()} ${path}`] : [],
      ),
    )
    expect(marked.sort()).toEqual(doors.map(([method, path]) => `${method} ${path}`).sort())
  })

  test('sets one up with the password and a code from the mailbox', async () => {
    const { testApp, owner } = await staff(role)
    expect(await askHow(owner)).toEqual(['password'])
    await stepUp(owner)
    expect(await askHow(owner)).toEqual(['mailed-code'])
    const [mailedCode = ''] = await codesTo(testApp, email)
    expect(await stepUp(owner, { mailedCode: mailedCode === '111111' ? '222222' : '111111' })).toMatchObject(
      refused,
    )
    expect(await stepUp(owner, { mailedCode })).toMatchObject({ status: 200 })
    const { secret } = (await owner.call('POST', `${auth}/mfa/totp`)).body
    const code = new TOTP({ secret }).generate({ timestamp: testApp.clock.now() })
    const confirmed = await owner.call('POST', `${auth}/mfa/totp/confirm`, { body: { code } })
    expect(confirmed).toMatchObject({ status: 200 })
    const list = role === 'admin' ? '/api/v1/admin/users' : '/api/v1/mentor/learners'
    expect((await owner.call('GET', list)).status).toBe(200)
    // From now on the factor is what is asked for; nothing is mailed for another one.
    expect(await askHow(owner)).toEqual(['totp', 'recovery-code'])
    testApp.clock.advance(60_000)
    expect(
      (await stepUp(owner, { code: new TOTP({ secret }).generate({ timestamp: testApp.clock.now() }) }))
        .status,
    ).toBe(200)
    expect((await owner.call('POST', `${auth}/passkeys/options`)).status).toBe(200)
    expect(await codesTo(testApp, email)).toHaveLength(1)
  })

  test('proves the mailbox for a passkey too, and for a change of address', async () => {
    const { testApp, owner } = await staff(role)
    await stepUp(owner)
    await askHow(owner)
    const [mailedCode] = await codesTo(testApp, email)
    await stepUp(owner, { mailedCode })
    expect(
      (await owner.call('POST', '/api/v1/users/me/email', { body: { email: 'new@example.com' } })).status,
    ).toBe(202)
    const { body } = await owner.call('POST', `${auth}/passkeys/options`)
    const answer = new WebAuthnEmulator().createJSON(origin, body.options)
    const added = await owner.call('POST', `${auth}/passkeys`, {
      body: { challengeToken: body.challengeToken, passkey: answer },
    })
    expect(added.status).toBe(201)
  })
})

test('a code from the mailbox alone steps nobody up who has a password, and lasts no longer than a step-up', async () => {
  const { testApp, owner } = await staff()
  await stepUp(owner)
  await askHow(owner)
  const [mailedCode] = await codesTo(testApp, email)
  testApp.clock.advance(5 * 60_000)
  await stepUp(owner, { mailedCode })
  testApp.clock.advance(6 * 60_000)
  // The password was shown eleven minutes ago, the code six.
  expect(await owner.call('POST', `${auth}/mfa/totp`)).toMatchObject(stepUpFirst)
  expect(await owner.call('GET', '/api/v1/users/me/data-export')).toMatchObject(stepUpFirst)
  await stepUp(owner)
  expect((await owner.call('POST', `${auth}/mfa/totp`)).status).toBe(200)
  testApp.clock.advance(5 * 60_000)
  await owner.call('POST', `${auth}/refresh`)
  expect(await owner.call('POST', `${auth}/mfa/totp`)).toMatchObject(stepUpFirst)
})

test('it was proved in one session, and not in another', async () => {
  const { testApp, owner, thief } = await staff()
  await stepUp(owner)
  await askHow(owner)
  const [mailedCode] = await codesTo(testApp, email)
  await stepUp(owner, { mailedCode })
  await stepUp(thief)
  expect(await thief.call('POST', `${auth}/mfa/totp`)).toMatchObject(stepUpFirst)
})

test('staff without a password prove the mailbox once', async () => {
  const { testApp, owner } = await staff()
  await testApp.users.changeUser(owner.userId, (user) => ({
    ...user,
    passwordHash: null,
    identities: [{ id: 'i', provider: 'google', email, linkedAt: user.createdAt }],
  }))
  expect(await askHow(owner)).toEqual(['mailed-code', 'provider'])
  const [mailedCode] = await codesTo(testApp, email)
  expect(await stepUp(owner, { mailedCode })).toMatchObject({ status: 200 })
  expect((await owner.call('POST', `${auth}/mfa/totp`)).status).toBe(200)
})

test('nobody else is asked for it: not learners, and not staff where a factor is their own choice', async () => {
  for (const [role, environment] of [
    ['user', { MFA_STAFF: 'required' }],
    ['admin', { MFA_STAFF: 'optional' }],
  ] as const) {
    const testApp = await createTestApp({ environment })
    const ann = await signedInBrowser(testApp)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role }))
    await stepUp(ann)
    expect((await ann.call('POST', `${auth}/mfa/totp`)).status).toBe(200)
    expect(await askHow(ann)).toEqual(['password'])
    expect(await codesTo(testApp, email)).toEqual([])
  }
})
