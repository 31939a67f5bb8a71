import { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { oneTimeTokens } from '../../../src/core/accounts/auth/one-time-tokens.ts'
import { userEmails, users } from '../../../src/core/accounts/users/users.model.ts'
import {
  type Answer,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { createPlainBrowser } from '../../routes/plain-browser.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const newPassword = 'quite another secret 7'
const refused = { status: 401, body: { error: { code: 'invalid_token' } } }

/** The mails to one address so far, oldest first. */
async function mailsTo(testApp: TestApp, to: string) {
  await testApp.settled()
  const letters = (await testApp.ports.mailbox?.messages()) ?? []
  return letters.filter((letter) => letter.to === to).toReversed()
}

async function lastMail(testApp: TestApp, to: string, subject: RegExp) {
  const mail = (await mailsTo(testApp, to)).findLast((letter) => subject.test(letter.subject))
  if (!mail) throw new Error(`no mail ${subject} to ${to}`)
  const link = /https?:\/\/\S+/.exec(mail.text)?.[0]
  return {
    code: /^ {4}(\d{6})$/m.exec(mail.text)?.[1] ?? '',
    link: link ?? '',
    token: link ? (new URL(link).searchParams.get('token') ?? '') : '',
  }
}

const verification = (testApp: TestApp, to = email) => lastMail(testApp, to, /confirm your e-mail/i)
const resetLink = (testApp: TestApp) => lastMail(testApp, email, /new password/i)
const verify = (testApp: TestApp, body: object) =>
  browserOf(testApp).call('POST', `${auth}/verify-email`, { body })
const logIn = (testApp: TestApp, secret: string, address = email) =>
  browserOf(testApp).call('POST', `${auth}/login`, { body: { email: address, password: secret } })
const reset = (testApp: TestApp, token: string, secret = newPassword) =>
  browserOf(testApp).call('POST', `${auth}/reset-password`, { body: { token, newPassword: secret } })
const forgot = (testApp: TestApp, address = email) =>
  browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email: address } })
const isVerified = async (browser: { call(method: string, path: string): Promise<Answer> }) =>
  (await browser.call('GET', '/api/v1/users/me')).body.emailVerified
const wrongFor = (code: string) => (code === '111111' ? '222222' : '111111')

describe('confirming an address', () => {
  test('by the code, once', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const { code } = await verification(testApp)
    expect(await isVerified(ann)).toBe(false)
    expect((await verify(testApp, { email: ' ANN@example.com', code })).status).toBe(200)
    expect(await isVerified(ann)).toBe(true)
    expect(await verify(testApp, { email, code })).toMatchObject(refused)
  })

  test('by the link: whoever fetches it changes nothing, the button does, once', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const { link, token } = await verification(testApp)
    const page = createPlainBrowser(testApp)
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect((await page.visit(link, method)).status).toBe(200)
      if (method === 'GET') expect(page.page()).toContain('<button')
    }
    expect(await isVerified(ann)).toBe(false)
    expect((await verify(testApp, { token })).status).toBe(200)
    expect(await isVerified(ann)).toBe(true)
    expect(await verify(testApp, { token })).toMatchObject(refused)
    await page.visit(link)
    expect(page.page()).not.toContain('<button')
  })

  test('a code is over after ten minutes, after five tries, and when there is a newer one', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const first = await verification(testApp)
    testApp.clock.advance(10 * 60_000)
    expect(await verify(testApp, { email, code: first.code })).toMatchObject(refused)
    expect(await verify(testApp, { token: first.token })).toMatchObject(refused)

    expect((await ann.call('POST', `${auth}/resend-verification`)).status).toBe(202)
    const second = await verification(testApp)
    expect(await verify(testApp, { token: first.token })).toMatchObject(refused)
    for (let i = 0; i < 5; i++)
      expect(await verify(testApp, { email, code: wrongFor(second.code) })).toMatchObject(refused)
    expect(await verify(testApp, { email, code: second.code })).toMatchObject(refused)
    expect(await isVerified(ann)).toBe(false)
  })

  test('a hundred guesses at once are no better than five in a row', async () => {
    let judged = 0
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          read(c, key) {
            if (c.name === oneTimeTokens.name) judged++
            return documents.read(c, key)
          },
        },
      }),
    })
    const ann = await signedInBrowser(testApp)
    const { code } = await verification(testApp)
    const guesses = Array.from({ length: 100 }, (_, i) => (i === 99 ? code : String(100_000 + i)))
    judged = 0
    await Promise.all(guesses.map((guess) => verify(testApp, { email, code: guess })))
    expect(judged).toBe(5)
    expect(await verify(testApp, { email, code })).toMatchObject(refused)
    expect(await isVerified(ann)).toBe(false)
  })

  test('a stranger cannot use up the code: whoever is signed in has tries of their own, the link has no end', async () => {
    const testApp = await createTestApp({ environment: { TRUSTED_PROXY_HOPS: '1' } })
    const ann = await signedInBrowser(testApp)
    const eve = await signedInBrowser(testApp, { ...person, email: 'eve@example.com' })
    const { code, token } = await verification(testApp)
    for (let n = 0; n < 1_000; n++) {
      const headers = { 'x-forwarded-for': `198.51.${Math.floor(n / 250)}.${n % 250}` }
      const stranger = n % 2 === 0 ? eve : browserOf(testApp)
      await stranger.call('POST', `${auth}/verify-email`, {
        body: { email, code: wrongFor(code) },
        headers,
      })
    }
    expect(await verify(testApp, { email, code })).toMatchObject(refused)
    const own = (given: string) => ann.call('POST', `${auth}/verify-email`, { body: { email, code: given } })
    for (let n = 0; n < 4; n++) expect(await own(wrongFor(code))).toMatchObject(refused)
    expect((await own(code)).status).toBe(200)
    expect(await isVerified(ann)).toBe(true)

    const bob = { ...person, email: 'bob@example.com' }
    await signedInBrowser(testApp, bob)
    const mail = await verification(testApp, bob.email)
    for (let n = 0; n < 20; n++) await verify(testApp, { email: bob.email, code: wrongFor(mail.code) })
    expect((await verify(testApp, { token: mail.token })).status).toBe(200)
    expect(await verify(testApp, { token })).toMatchObject(refused)
  })

  test('nor does whoever is signed in to the account guess without end', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const again = browserOf(testApp)
    await again.call('POST', `${auth}/login`, { body: { email, password } })
    const { code } = await verification(testApp)
    for (let n = 0; n < 5; n++)
      await (n % 2 ? ann : again).call('POST', `${auth}/verify-email`, {
        body: { email, code: wrongFor(code) },
      })
    expect(await ann.call('POST', `${auth}/verify-email`, { body: { email, code } })).toMatchObject(refused)
  })

  test('a code costs the same whether or not the address has an account', async () => {
    let reads: string[] = []
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          read(c, key) {
            reads.push(c.name)
            return documents.read(c, key)
          },
          async replace(c, value, version) {
            reads.push(`write ${c.name}`)
            return documents.replace(c, value, version)
          },
        },
      }),
    })
    await signedInBrowser(testApp)
    const { code } = await verification(testApp)
    const readsOf = async (address: string) => {
      reads = []
      expect(await verify(testApp, { email: address, code: '123456' })).toMatchObject(refused)
      return reads
    }
    const nobodys = await readsOf('nobody@example.com')
    expect(await readsOf(email)).toEqual(nobodys)
    await verify(testApp, { email, code })
    expect(await readsOf(email)).toEqual(nobodys)
  })

  test('nobody fills a mailbox by asking again', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    for (let i = 0; i < 20; i++) await ann.call('POST', `${auth}/resend-verification`)
    expect((await mailsTo(testApp, email)).length).toBeLessThanOrEqual(6)
  })

  test('asking in the name of others for a new password does not keep them from confirming', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    for (let i = 0; i < 10; i++) await forgot(testApp)
    const before = (await mailsTo(testApp, email)).length
    await ann.call('POST', `${auth}/resend-verification`)
    expect(await mailsTo(testApp, email)).toHaveLength(before + 1)
  })

  test('with REQUIRE_VERIFIED_EMAIL off nobody is held up', async () => {
    const testApp = await createTestApp({ environment: { REQUIRE_VERIFIED_EMAIL: 'off' } })
    expect((await signedInBrowser(testApp)).accessToken).toBeTruthy()
  })
})

describe('a forgotten password', () => {
  test('is replaced by the link, once; every session ends and nobody is signed in by it', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await forgot(testApp)
    const { token } = await resetLink(testApp)
    const answer = await reset(testApp, token)
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^device=/)])
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(401)
    expect((await ann.call('POST', `${auth}/refresh`)).body.error.code).toBe('token_revoked')
    expect((await logIn(testApp, password)).status).toBe(401)
    expect((await logIn(testApp, newPassword)).status).toBe(200)
    expect(await reset(testApp, token)).toMatchObject(refused)
    await lastMail(testApp, email, /was changed/)
  })

  test('two at once with one link: one counts', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    await forgot(testApp)
    const { token } = await resetLink(testApp)
    const answers = await Promise.all([reset(testApp, token), reset(testApp, token, 'a third good secret 5')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('the answer is the same for everybody, and costs the same calls', async () => {
    const calls: string[] = []
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          read(c, key) {
            calls.push(`read ${c.name}`)
            return documents.read(c, key)
          },
          insert(c, value) {
            calls.push(`insert ${c.name}`)
            return documents.insert(c, value)
          },
        },
      }),
    })
    await signedInBrowser(testApp)
    await testApp.settled()
    const attempt = async (address: string) => {
      calls.length = 0
      const { status, body } = await forgot(testApp, address)
      await testApp.settled()
      return { status, body, calls: [...calls] }
    }
    expect(await attempt('nobody@example.com')).toEqual(await attempt(email))
    expect(await mailsTo(testApp, 'nobody@example.com')).toEqual([])
  })

  test('no answer waits for the mail, which only some addresses get', async () => {
    let release = () => {}
    const testApp = await createTestApp({
      ports: ({ mailQueue }) => ({
        mailQueue: {
          ...mailQueue,
          async enqueue(mail) {
            if (mail.template === 'reset_password') await held
            await mailQueue.enqueue(mail)
          },
        },
      }),
    })
    var held: Promise<void> = Promise.resolve()
    await signedInBrowser(testApp)
    await testApp.settled()
    held = new Promise((resolve) => {
      release = resolve
    })
    expect((await forgot(testApp)).status).toBe(200)
    release()
    expect((await resetLink(testApp)).token).toEqual(expect.any(String))
  })

  test('the link is over after 15 minutes, and after another reset; not by what a session changes', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await forgot(testApp)
    const first = await resetLink(testApp)
    testApp.clock.advance(15 * 60_000)
    expect(await reset(testApp, first.token)).toMatchObject(refused)
    await forgot(testApp)
    const second = await resetLink(testApp)
    await forgot(testApp)
    const third = await resetLink(testApp)
    await ann.call('POST', `${auth}/refresh`)
    await ann.call('POST', `${auth}/change-password`, { body: { currentPassword: password, newPassword } })
    expect((await reset(testApp, third.token, 'a third good secret 5')).status).toBe(200)
    expect(await reset(testApp, second.token)).toMatchObject(refused)
    expect((await logIn(testApp, 'a third good secret 5')).status).toBe(200)
  })

  test('a password that is refused leaves the link good', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    await forgot(testApp)
    const { token } = await resetLink(testApp)
    expect((await reset(testApp, token, 'short')).status).toBe(400)
    expect((await reset(testApp, token)).status).toBe(200)
  })

  test('a token of one flow is good for no other', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    await forgot(testApp)
    const { token } = await resetLink(testApp)
    const mailed = await verification(testApp)
    expect(await verify(testApp, { token })).toMatchObject(refused)
    expect(await reset(testApp, mailed.token)).toMatchObject(refused)
    expect((await reset(testApp, token)).status).toBe(200)
  })

  test('works for a locked account, and unlocks it', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    for (let i = 0; i < 8; i++) await logIn(testApp, 'wrong password here')
    expect((await logIn(testApp, password)).status).toBe(401)
    await forgot(testApp)
    await reset(testApp, (await resetLink(testApp)).token)
    expect((await logIn(testApp, newPassword)).status).toBe(200)
  })

  test('is no way around a second factor that has stood for a week', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await verify(testApp, { email, code: (await verification(testApp)).code })
    await ann.call('POST', `${auth}/step-up`, { body: { password } })
    const { body } = await ann.call('POST', `${auth}/mfa/totp`)
    const code = new TOTP({ secret: body.secret }).generate({ timestamp: testApp.clock.now() })
    await ann.call('POST', `${auth}/mfa/totp/confirm`, { body: { code } })
    testApp.clock.advance(7 * 24 * 60 * 60_000 + 1)
    await forgot(testApp)
    await reset(testApp, (await resetLink(testApp)).token)
    const answer = await logIn(testApp, newPassword)
    expect(answer.status).toBe(202)
    expect(answer.body.accessToken).toBeUndefined()
  })

  test('leaves no passkey of whoever opened the account with an address that was not theirs', async () => {
    const testApp = await createTestApp()
    const squatter = await signedInBrowser(testApp)
    await squatter.call('POST', `${auth}/step-up`, { body: { password } })
    const { body } = await squatter.call('POST', `${auth}/passkeys/options`)
    const emulator = new WebAuthnEmulator()
    const passkey = emulator.createJSON(origin, body.options)
    const { challengeToken } = body
    await squatter.call('POST', `${auth}/passkeys`, { body: { challengeToken, passkey } })
    await forgot(testApp)
    await reset(testApp, (await resetLink(testApp)).token)
    const asked = await squatter.call('POST', `${auth}/login/passkey/options`)
    const answer = await squatter.call('POST', `${auth}/login/passkey`, {
      body: {
        challengeToken: asked.body.challengeToken,
        passkey: emulator.getJSON(origin, asked.body.options),
      },
    })
    expect(answer.status).toBe(401)
    expect((await logIn(testApp, newPassword)).status).toBe(200)
  })

  test('is not sent for a suspended account', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, status: 'suspended' }))
    expect((await forgot(testApp)).status).toBe(200)
    expect((await mailsTo(testApp, email)).some(({ subject }) => /new password/.test(subject))).toBe(false)
  })
})

describe('another address', () => {
  const newEmail = 'ann.new@example.com'
  const askAndConfirm = async (
    testApp: TestApp,
    ann: Awaited<ReturnType<typeof signedInBrowser>>,
    address = newEmail,
  ) => {
    await ann.call('POST', `${auth}/step-up`, { body: { password } })
    const asked = await ann.call('POST', '/api/v1/users/me/email', { body: { email: address } })
    expect(asked.status).toBe(202)
    const { code } = await lastMail(testApp, address, /new e-mail/)
    return ann.call('POST', '/api/v1/users/me/email/confirm', { body: { code } })
  }

  test('is asked for after a step-up, proved in the new mailbox, and told to the old one', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await phone.call('POST', `${auth}/login`, { body: { email, password } })
    expect(
      (await ann.call('POST', '/api/v1/users/me/email', { body: { email: newEmail } })).body.error.code,
    ).toBe('step_up_required')
    expect((await askAndConfirm(testApp, ann)).status).toBe(200)
    expect((await ann.call('GET', '/api/v1/users/me')).body).toMatchObject({
      email: newEmail,
      emailVerified: true,
    })
    expect((await phone.call('POST', `${auth}/refresh`)).status).toBe(401)
    expect((await logIn(testApp, password, newEmail)).status).toBe(200)
    expect((await logIn(testApp, password)).status).toBe(401)
    const { link } = await lastMail(testApp, email, /was changed/)
    expect(link).toContain('/api/v1/auth/pages/undo-email-change?token=')
  })

  test('is taken back from the old mailbox within a week; nobody gets the old address meanwhile', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await askAndConfirm(testApp, ann)
    await testApp.runJob('sweep-reserved-addresses')
    expect((await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })).status).toBe(409)
    testApp.clock.advance(6 * 24 * 60 * 60_000)
    await testApp.runJob('sweep-reserved-addresses')
    const { link, token } = await lastMail(testApp, email, /address was changed/)
    const page = createPlainBrowser(testApp)
    await page.visit(link)
    expect(page.page()).toContain('<button')
    const undone = await browserOf(testApp).call('POST', `${auth}/undo-email-change`, { body: { token } })
    expect(undone.status).toBe(200)
    for (const address of [email, newEmail])
      expect((await logIn(testApp, password, address)).status).toBe(401)
    expect((await reset(testApp, (await resetLink(testApp)).token)).status).toBe(200)
    expect((await logIn(testApp, newPassword)).status).toBe(200)
    expect((await ann.call('POST', `${auth}/refresh`)).status).toBe(401)
    await testApp.runJob('sweep-reserved-addresses')
    const claims = (await testApp.ports.documents.scan(userEmails)).items.map(({ value }) => value)
    expect(claims).toEqual([{ id: email, userId: ann.userId }])
  })

  test('is taken back for good: no link to an address in between brings that one back', async () => {
    const testApp = await createTestApp()
    const thief = await signedInBrowser(testApp)
    await askAndConfirm(testApp, thief)
    const fromOwner = await lastMail(testApp, email, /address was changed/)
    testApp.clock.advance(60_000)
    await askAndConfirm(testApp, thief, 'third@example.com')
    const fromThief = await lastMail(testApp, newEmail, /address was changed/)
    const undo = (token: string) =>
      browserOf(testApp).call('POST', `${auth}/undo-email-change`, { body: { token } })
    expect((await undo(fromOwner.token)).status).toBe(200)
    expect(await undo(fromThief.token)).toMatchObject(refused)
    expect((await reset(testApp, (await resetLink(testApp)).token)).status).toBe(200)
    expect((await logIn(testApp, newPassword)).status).toBe(200)
  })

  test('is taken back with every way in that was set up since; what was there before stays', async () => {
    const testApp = await createTestApp()
    const thief = await signedInBrowser(testApp)
    const at = (ms: number) => new Date(testApp.clock.now() + ms).toISOString()
    const passkey = (id: string, createdAt: string) => ({
      id,
      publicKey: '',
      counter: 0,
      transports: [],
      name: id,
      createdAt,
      lastUsedAt: null,
    })
    const identity = (id: string, linkedAt: string) => ({ id, provider: 'google' as const, email, linkedAt })
    const [before, after] = [at(-1), at(60_000)]
    await askAndConfirm(testApp, thief)
    await testApp.users.changeUser(thief.userId, (user) => ({
      ...user,
      formerAddresses: (user.formerAddresses ?? []).map((former) => ({ ...former, wasProved: true })),
      identities: [identity('own', before), identity('of the thief', after)],
      secondFactors: {
        totp: { sealedSecret: '', confirmedAt: after, lastStep: 0 },
        recoveryCodes: ['a code'],
        passkeys: [passkey('own', before), passkey('of the thief', after)],
      },
    }))
    const { token } = await lastMail(testApp, email, /address was changed/)
    await browserOf(testApp).call('POST', `${auth}/undo-email-change`, { body: { token } })
    expect((await testApp.users.read(thief.userId))?.value).toMatchObject({
      email,
      identities: [{ id: 'own' }],
      secondFactors: { totp: null, passkeys: [{ id: 'own' }], recoveryCodes: ['a code'] },
    })
  })

  test('that was reserved before is not swept away while it is being taken again', async () => {
    let isSwept = false
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          async replace(c, value, version) {
            if (c.name === users.name && (value as { email?: string }).email === newEmail && !isSwept) {
              isSwept = true
              await testApp.runJob('sweep-reserved-addresses')
            }
            return documents.replace(c, value, version)
          },
        },
      }),
    })
    const ann = await signedInBrowser(testApp)
    const reservedUntil = new Date(testApp.clock.now()).toISOString()
    await testApp.ports.documents.insert(userEmails, { id: newEmail, userId: ann.userId, reservedUntil })
    await testApp.users.changeAddress(ann.userId, newEmail, 0, (user) => user)
    expect(isSwept).toBe(true)
    expect((await logIn(testApp, password, newEmail)).status).toBe(200)
  })

  test('after a week the old address is free again', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await askAndConfirm(testApp, ann)
    testApp.clock.advance(7 * 24 * 60 * 60_000 + 1)
    await testApp.runJob('sweep-reserved-addresses')
    expect((await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })).status).toBe(201)
  })

  test('of somebody else: the words are the same, and its owner is told', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    await ann.call('POST', `${auth}/step-up`, { body: { password } })
    const asked = await ann.call('POST', '/api/v1/users/me/email', { body: { email: 'bob@example.com' } })
    expect(asked.status).toBe(202)
    await lastMail(testApp, 'bob@example.com', /already have an account/)
    expect(
      await ann.call('POST', '/api/v1/users/me/email/confirm', { body: { code: '123456' } }),
    ).toMatchObject(refused)
  })

  test('a crash between reserving and changing leaves one account with one address', async () => {
    let isCut = false
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          replace(c, value, version) {
            if (isCut && c.name === users.name) throw new Error('the process is gone')
            return documents.replace(c, value, version)
          },
        },
      }),
    })
    const ann = await signedInBrowser(testApp)
    await ann.call('POST', `${auth}/step-up`, { body: { password } })
    await ann.call('POST', '/api/v1/users/me/email', { body: { email: newEmail } })
    const { code } = await lastMail(testApp, newEmail, /new e-mail/)
    isCut = true
    expect((await ann.call('POST', '/api/v1/users/me/email/confirm', { body: { code } })).status).toBe(500)
    isCut = false
    expect((await logIn(testApp, password)).status).toBe(200)
    expect((await logIn(testApp, password, newEmail)).status).toBe(401)
    testApp.clock.advance(11 * 60_000)
    await testApp.runJob('sweep-reserved-addresses')
    const free = { ...person, email: newEmail }
    expect((await browserOf(testApp).call('POST', `${auth}/signup`, { body: free })).status).toBe(201)
  })
})

describe('notices', () => {
  test('of a device that was never seen, not of one that was', async () => {
    const testApp = await createTestApp()
    const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' }
    await signedInBrowser(testApp)
    await testApp.settled()
    for (let i = 0; i < 2; i++) {
      await browserOf(testApp).call('POST', `${auth}/login`, { body: { email, password }, headers })
      await testApp.settled()
    }
    const subjects = (await mailsTo(testApp, email)).map(({ subject }) => subject)
    expect(subjects.filter((subject) => /new device/i.test(subject))).toHaveLength(1)
  })

  test('of an account that exists, where signup does not say so', async () => {
    const testApp = await createTestApp({ environment: { SIGNUP_DISCLOSURE: 'hidden' } })
    await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })
    await testApp.settled()
    expect((await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })).status).toBe(202)
    await lastMail(testApp, email, /already have an account/)
  })
})
