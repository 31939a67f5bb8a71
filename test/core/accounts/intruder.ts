import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { TOTP } from 'otpauth'
import { type Answer, type Browser, browserOf, origin, person, type TestApp } from '../../app.ts'

/*
 * What the tests about accounts that are taken and won back do to them, by HTTP alone.
 */

export const auth = '/api/v1/auth'
export const me = '/api/v1/users/me'

/** The mails to one address so far, oldest first. */
export async function mailsTo(testApp: TestApp, to: string) {
  await testApp.settled()
  const mails = (await testApp.ports.mailbox?.messages()) ?? []
  return mails.filter((mail) => mail.to === to).toReversed()
}

/** The last mail to an address whose subject matches, with what can be pressed or typed of it. */
export async function lastMail(testApp: TestApp, to: string, subject: RegExp) {
  const mail = (await mailsTo(testApp, to)).findLast((sent) => subject.test(sent.subject))
  if (!mail) throw new Error(`no mail ${subject} to ${to}`)
  const links = mail.text.match(/https?:\/\/\S+/g) ?? []
  const tokenOf = (link: string | undefined) => (link ? (new URL(link).searchParams.get('token') ?? '') : '')
  return {
    text: mail.text,
    code: /^ {4}(\d{6})$/m.exec(mail.text)?.[1] ?? '',
    links,
    token: tokenOf(links[0]),
    tokenFor: (path: string) => tokenOf(links.find((link) => new URL(link).pathname.endsWith(path))),
  }
}

export const logIn = (testApp: TestApp, password = person.password, email = person.email) =>
  logInWith(browserOf(testApp), password, email)
export async function logInWith(browser: Browser, password = person.password, email = person.email) {
  const answer = await browser.call('POST', `${auth}/login`, { body: { email, password } })
  return { ...browser, answer, mfaToken: answer.body?.mfaToken as string | undefined }
}

export const stepUp = (browser: Browser, proof: object = { password: person.password }): Promise<Answer> =>
  browser.call('POST', `${auth}/step-up`, { body: proof })

export const codeOf = (testApp: TestApp, secret: string): string =>
  new TOTP({ secret }).generate({ timestamp: testApp.ports.clock.now() })

/** After a step-up. */
export async function addTotp(testApp: TestApp, browser: Browser) {
  const { body } = await browser.call('POST', `${auth}/mfa/totp`)
  const secret = body.secret as string
  const answer = await browser.call('POST', `${auth}/mfa/totp/confirm`, {
    body: { code: codeOf(testApp, secret) },
  })
  return { secret, answer, recoveryCodes: (answer.body?.recoveryCodes ?? []) as string[] }
}

/** After a step-up. */
export async function addPasskey(browser: Browser, emulator = new WebAuthnEmulator()) {
  const { body } = await browser.call('POST', `${auth}/passkeys/options`)
  // As another device, which knows nothing of those that there are.
  const passkey = emulator.createJSON(origin, { ...body.options, excludeCredentials: [] })
  const answer = await browser.call('POST', `${auth}/passkeys`, {
    body: { challengeToken: body.challengeToken, passkey },
  })
  return { emulator, id: passkey.id, answer, recoveryCodes: (answer.body?.recoveryCodes ?? []) as string[] }
}

export async function logInByPasskey(testApp: TestApp, emulator: WebAuthnEmulator): Promise<Answer> {
  const browser = browserOf(testApp)
  const { body } = await browser.call('POST', `${auth}/login/passkey/options`)
  const passkey = emulator.getJSON(origin, body.options)
  return browser.call('POST', `${auth}/login/passkey`, {
    body: { challengeToken: body.challengeToken, passkey },
  })
}

export const forgot = (testApp: TestApp, email = person.email) =>
  browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
export const reset = (testApp: TestApp, token: string, newPassword: string) =>
  browserOf(testApp).call('POST', `${auth}/reset-password`, { body: { token, newPassword } })

/** The owner proves the mailbox and sets a new password. */
export async function recoverByMail(testApp: TestApp, newPassword: string, email = person.email) {
  await forgot(testApp, email)
  const { token } = await lastMail(testApp, email, /choose a new password/i)
  return reset(testApp, token, newPassword)
}

/** Another browser with the same cookies: of somebody who has copied or planted them. */
export function copyOf(testApp: TestApp, browser: Browser): Browser {
  const copy = browserOf(testApp)
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  return copy
}
