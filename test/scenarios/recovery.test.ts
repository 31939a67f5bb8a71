import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import type { Browser } from '../app.ts'
import { useTarget } from './target.ts'

const { send, openBrowser } = useTarget({ environment: { RATE_LIMIT_SCALE: '10000' } })
const auth = '/api/v1/auth'
const password = 'SecurePass123!'

async function open(email: string) {
  const browser = openBrowser()
  const answer = await browser.call('POST', `${auth}/signup`, { body: { email, password, name: 'Ann' } })
  expect(answer.status).toBe(201)
  return browser
}

interface KeptMail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

async function mailTo(address: string, subject: RegExp): Promise<KeptMail> {
  const find = async () => {
    const answer = await send('/dev/mailbox', { headers: { accept: 'application/json' } })
    const { items } = (await answer.json()) as { items: KeptMail[] }
    return items.find((mail) => mail.to === address && subject.test(mail.subject))
  }
  await expect.poll(find, { timeout: 10_000 }).toBeDefined()
  return (await find()) as KeptMail
}
const tokenIn = ({ text }: KeptMail): string =>
  new URL(/https?:\S+/.exec(text)?.[0] ?? '').searchParams.get('token') ?? ''

const logIn = async (email: string, secret = password) => {
  const browser = openBrowser()
  return {
    browser,
    answer: await browser.call('POST', `${auth}/login`, { body: { email, password: secret } }),
  }
}
const stepUp = (browser: Browser, proof: object = { password }) =>
  browser.call('POST', `${auth}/step-up`, { body: proof })

test('an address is confirmed by its code; the link changes nothing until it is pressed', async () => {
  const email = 'confirm@example.com'
  const browser = await open(email)
  const mail = await mailTo(email, /confirm/i)
  const page = await browser.call('GET', `${auth}/verify-email?token=${tokenIn(mail)}`)
  expect(page.status).toBe(303)
  const isVerified = async () => (await browser.call('GET', '/api/v1/users/me')).body.emailVerified
  expect(await isVerified()).toBe(false)
  const code = /^ {4}(\d{6})$/m.exec(mail.text)?.[1]
  expect((await openBrowser().call('POST', `${auth}/verify-email`, { body: { email, code } })).status).toBe(
    200,
  )
  expect(await isVerified()).toBe(true)
})

test('a forgotten password is replaced, and every session ends', async () => {
  const email = 'forgot@example.com'
  const browser = await open(email)
  expect((await openBrowser().call('POST', `${auth}/forgot-password`, { body: { email } })).status).toBe(200)
  const token = tokenIn(await mailTo(email, /new password/i))
  const newPassword = 'quite another secret 7'
  const reset = () => openBrowser().call('POST', `${auth}/reset-password`, { body: { token, newPassword } })
  expect((await reset()).status).toBe(200)
  expect((await reset()).status).toBe(401)
  expect((await browser.call('POST', `${auth}/refresh`)).status).toBe(401)
  expect((await browser.call('PATCH', '/api/v1/users/me', { body: { name: 'X' } })).status).toBe(401)
  expect((await logIn(email)).answer.status).toBe(401)
  expect((await logIn(email, newPassword)).answer.status).toBe(200)
})

test('an authenticator app is asked for, at the login and before it is taken away', async () => {
  const email = 'totp@example.com'
  const browser = await open(email)
  expect((await browser.call('POST', `${auth}/mfa/totp`)).status).toBe(403)
  expect((await stepUp(browser)).status).toBe(200)
  const { body } = await browser.call('POST', `${auth}/mfa/totp`)
  const totp = new TOTP({ secret: body.secret })
  const confirmed = await browser.call('POST', `${auth}/mfa/totp/confirm`, {
    body: { code: totp.generate() },
  })
  expect(confirmed.body.recoveryCodes).toHaveLength(10)
  const { browser: second, answer } = await logIn(email)
  expect(answer.status).toBe(202)
  const [recoveryCode] = confirmed.body.recoveryCodes
  const { mfaToken } = answer.body
  const finish = (proof: object) => second.call('POST', `${auth}/login/mfa`, { body: { mfaToken, ...proof } })
  expect((await finish({ code: '000000' })).status).toBe(401)
  expect((await finish({ recoveryCode })).status).toBe(200)
  expect((await second.call('GET', `${auth}/mfa`)).body).toMatchObject({ totp: true, recoveryCodesLeft: 9 })
})

test('a passkey signs in without a password', async () => {
  const browser = await open('passkey@example.com')
  await stepUp(browser)
  const emulator = new WebAuthnEmulator()
  const made = await browser.call('POST', `${auth}/passkeys/options`)
  const origin = 'http://localhost:7071'
  const added = await browser.call('POST', `${auth}/passkeys`, {
    body: {
      challengeToken: made.body.challengeToken,
      passkey: emulator.createJSON(origin, made.body.options),
    },
  })
  expect(added.status).toBe(201)
  const another = openBrowser()
  const { body } = await another.call('POST', `${auth}/login/passkey/options`)
  const signedIn = await another.call('POST', `${auth}/login/passkey`, {
    body: { challengeToken: body.challengeToken, passkey: emulator.getJSON(origin, body.options) },
  })
  expect(signedIn).toMatchObject({ status: 200, body: { user: { email: 'passkey@example.com' } } })
})

test('a guest enters, and stays', async () => {
  const guest = openBrowser()
  const entered = await guest.call('POST', `${auth}/guest`, {
    body: { name: 'Somebody', sharedDevice: true },
  })
  expect(entered).toMatchObject({ status: 201, body: { user: { role: 'guest' } } })
  expect((await guest.call('GET', '/api/v1/users/me/progress')).status).toBe(403)
  const body = { email: 'stays@example.com', password }
  expect((await guest.call('POST', `${auth}/guest/upgrade`, { body })).body.user.id).toBe(
    entered.body.user.id,
  )
  const left = await guest.call('POST', `${auth}/quick-exit`)
  expect(left.headers.get('clear-site-data')).toContain('"cookies"')
  expect((await logIn('stays@example.com')).answer.status).toBe(200)
})
