import { describe, expect, onTestFinished, test } from 'vitest'
import { userEmails, users } from '../../../src/core/accounts/users/users.model.ts'
import type { ProvidedIdentity } from '../../../src/ports/identity-providers.ts'
import type { QueuedMail } from '../../../src/ports/mail-queue.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { sharedStores, startTwoProcesses } from '../../two-processes.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const minute = 60_000
const hidden = { SIGNUP_DISCLOSURE: 'hidden' }

const signUp = (testApp: TestApp, account: object = person) =>
  browserOf(testApp).call('POST', `${auth}/signup`, { body: account })
const logIn = (testApp: TestApp, secret = password, address = email) =>
  browserOf(testApp).call('POST', `${auth}/login`, { body: { email: address, password: secret } })
const verify = (testApp: TestApp, body: object) =>
  browserOf(testApp).call('POST', `${auth}/verify-email`, { body })

async function mailsTo(testApp: TestApp, to = email) {
  await testApp.settled()
  return ((await testApp.ports.mailbox?.messages()) ?? []).filter((message) => message.to === to)
}
async function lastMail(testApp: TestApp, subject: RegExp, to = email) {
  const mail = (await mailsTo(testApp, to)).find((message) => subject.test(message.subject))
  return {
    code: /^ {4}(\d{6})$/m.exec(mail?.text ?? '')?.[1] ?? '',
    token: /token=([\w.~-]+)/.exec(mail?.text ?? '')?.[1] ?? '',
  }
}
const countOf = async ({ ports }: TestApp, collection: typeof users | typeof userEmails) =>
  (await ports.documents.scan(collection as typeof users)).items.length

describe('a hidden sign-up', () => {
  test('is an account once the mailbox says so', async () => {
    const testApp = await createTestApp({ environment: hidden })
    expect((await signUp(testApp)).status).toBe(202)
    expect(await countOf(testApp, users)).toBe(0)
    const { token } = await lastMail(testApp, /confirm/i)
    expect((await logIn(testApp)).status).toBe(401)
    expect((await verify(testApp, { token })).status).toBe(200)
    expect((await logIn(testApp)).status).toBe(200)
    expect(testApp.auditRecords.map(({ eventType }) => eventType)).toContain('user.signup')
  })

  test('of an address that is taken is told to its owner, and changes nothing', async () => {
    const testApp = await createTestApp({ environment: hidden })
    const owner = await testApp.users.createAccount({
      email,
      name: 'Ann',
      passwordHash: await testApp.ports.hasher.hash(password),
      emailVerified: true,
    })
    for (let n = 0; n < 8; n++) await signUp(testApp, { ...person, password: `chosen by a stranger ${n}` })
    const mails = await mailsTo(testApp)
    expect(new Set(mails.map(({ subject }) => subject))).toEqual(new Set(['You already have an account']))
    expect(mails).toHaveLength(5)
    expect(await countOf(testApp, users)).toBe(1)
    expect((await logIn(testApp)).body.user.id).toBe(owner.id)
  })

  test.each(['Users', 'UserEmails', 'OneTimeTokens'])(
    'that is cut off after %s was written is taken up again, and is one account',
    async (collection) => {
      let isCutOff = false
      const cutOff = async <T>(name: string, written: Promise<T>): Promise<T> => {
        const result = await written
        if (name !== collection || isCutOff) return result
        isCutOff = true
        throw new PortUnavailable('documents')
      }
      const testApp = await createTestApp({
        environment: hidden,
        ports: ({ documents }) => ({
          documents: {
            ...documents,
            insert: (c, value) => cutOff(c.name, documents.insert(c, value)),
          },
        }),
      })
      await signUp(testApp)
      await testApp.settled()
      expect(isCutOff).toBe(true)
      testApp.clock.advance(minute)
      await testApp.runJob('decide-mail')
      const { code } = await lastMail(testApp, /confirm/i)
      expect([await countOf(testApp, users), await countOf(testApp, userEmails)]).toEqual([1, 1])
      expect((await verify(testApp, { email, code })).status).toBe(200)
      expect((await logIn(testApp)).status).toBe(200)
    },
  )

  test('leaves nothing in the queue, and nothing readable while it is there', async () => {
    const kept: QueuedMail[] = []
    const testApp = await createTestApp({
      environment: hidden,
      ports: ({ mailQueue }) => ({
        mailQueue: {
          ...mailQueue,
          async enqueue(mail) {
            kept.push(mail)
            await mailQueue.enqueue(mail)
          },
        },
      }),
    })
    await signUp(testApp)
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, {
      body: { email: 'nobody@example.com' },
    })
    expect(kept).toHaveLength(2)
    const readable = kept.flatMap((mail) =>
      [mail.sealed, ...mail.sealed.split('.')].map((part) => Buffer.from(part, 'base64').toString('latin1')),
    )
    for (const text of [JSON.stringify(kept), ...readable])
      for (const secret of [email, 'nobody@example.com', password]) expect(text).not.toContain(secret)
    await testApp.settled()
    expect(await testApp.ports.mailQueue.counts()).toMatchObject({ waiting: 0, dead: 0 })
    const forgotten = testApp.ports.mailQueue.forget('2100-01-01T00:00:00.000Z')
    // What is left is the mail that was sent.
    expect(await forgotten).toBe(1)
  })
})

describe('a guest who stays, where sign-ups are hidden', () => {
  const stay = async (testApp: TestApp) => {
    const guest = browserOf(testApp)
    const entered = await guest.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
    const cookie = [...guest.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await guest.call('POST', `${auth}/guest/upgrade`, { body: person })
    expect([answer.status, guest.cookies.size]).toEqual([202, 0])
    const before = await browserOf(testApp).call('GET', '/api/v1/users/me', { headers: { cookie } })
    expect(before.status).toBe(401)
    return entered.body.user.id as string
  }

  test('has the account of the guest, once the address is confirmed', async () => {
    const testApp = await createTestApp({ environment: hidden })
    const guestId = await stay(testApp)
    const { code } = await lastMail(testApp, /confirm/i)
    expect((await verify(testApp, { email, code })).status).toBe(200)
    expect((await logIn(testApp)).body.user).toMatchObject({ id: guestId, role: 'user' })
  })

  test('has nothing of the account of somebody else', async () => {
    const testApp = await createTestApp({ environment: hidden })
    const secret = 'quite another secret 7'
    await testApp.users.createAccount({
      email,
      name: 'Ann',
      passwordHash: await testApp.ports.hasher.hash(secret),
      emailVerified: true,
    })
    const guestId = await stay(testApp)
    expect((await mailsTo(testApp)).map(({ subject }) => subject)).toEqual(['You already have an account'])
    expect((await testApp.users.read(guestId))?.value.role).toBe('guest')
    expect((await logIn(testApp)).status).toBe(401)
    expect((await logIn(testApp, secret)).status).toBe(200)
  })
})

describe('a provider that does not vouch for the address, where sign-ups are hidden', () => {
  const atProvider = ({ identityProviders }: Ports): Partial<Ports> => ({
    identityProviders: {
      names: ['microsoft'],
      addressOf: identityProviders.addressOf,
      redeem: async (_, { code }) => JSON.parse(code) as ProvidedIdentity,
    },
  })
  const enter = (testApp: TestApp) =>
    browserOf(testApp).call('POST', `${auth}/social`, {
      body: {
        provider: 'microsoft',
        code: JSON.stringify({
          issuer: 'https://issuer.example',
          subject: 'ann',
          email,
          isEmailVouchedFor: false,
          name: 'Ann',
        }),
        codeVerifier: 'v'.repeat(43),
        redirectUri: 'http://localhost:3000/callback',
      },
    })

  test('signs in once the mailbox has set a password, and it was shown', async () => {
    const testApp = await createTestApp({ environment: hidden, ports: atProvider })
    expect(await enter(testApp)).toMatchObject({ status: 202, body: { methods: ['password'] } })
    const { token } = await lastMail(testApp, /new password/i)
    const reset = await browserOf(testApp).call('POST', `${auth}/reset-password`, {
      body: { token, newPassword: password },
    })
    expect(reset.status).toBe(200)
    const { linkToken } = (await enter(testApp)).body
    const link = (given: string) =>
      browserOf(testApp).call('POST', `${auth}/social/link`, { body: { linkToken, password: given } })
    expect((await link('not the password')).status).toBe(401)
    expect((await link(password)).status).toBe(200)
    expect(await countOf(testApp, users)).toBe(1)
    expect((await enter(testApp)).status).toBe(200)
    // Whoever has an account is not mailed because somebody at a provider claims the address.
    expect((await mailsTo(testApp)).filter(({ subject }) => /new password/i.test(subject))).toHaveLength(1)
  })
})

describe('what was asked for in the name of an address', () => {
  test('is decided while mail cannot be sent, and however much of it waits', async () => {
    let isDown = true
    const testApp = await createTestApp({
      ports: ({ mailer }) => ({
        mailer: {
          async send(message) {
            if (isDown) throw new PortUnavailable('mailer')
            await mailer.send(message)
          },
        },
      }),
    })
    await signedInBrowser(testApp)
    for (let n = 0; n < 30; n++)
      await browserOf(testApp).call('POST', `${auth}/signup`, {
        body: { ...person, email: `p${n}@example.com` },
      })
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
    await testApp.settled()
    const asked = testApp.auditRecords.filter(({ eventType }) => eventType === 'user.forgot_password')
    expect(asked).toHaveLength(1)
    isDown = false
    testApp.clock.advance(minute)
    await testApp.runJob('send-mail')
    expect((await lastMail(testApp, /new password/i)).token).not.toBe('')
  })

  test('is of no use after its time, and forgotten', async () => {
    let isStopped = true
    const testApp = await createTestApp({
      ports: ({ mailQueue }) => ({
        mailQueue: { ...mailQueue, claim: async (options) => (isStopped ? [] : mailQueue.claim(options)) },
      }),
    })
    await signedInBrowser(testApp)
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
    await testApp.settled()
    testApp.clock.advance(15 * minute)
    isStopped = false
    await testApp.runJob('decide-mail')
    expect(await mailsTo(testApp)).toEqual([])
  })

  test('that nobody can decide is left for somebody to look at, and can be taken up again', async () => {
    let isBroken = true
    const testApp = await createTestApp({
      environment: hidden,
      ports: ({ documents }) => ({
        documents: {
          ...documents,
          insert: async (c, value) => {
            if (isBroken && c.name === 'Users') throw new Error('broken')
            return documents.insert(c, value)
          },
        },
      }),
    })
    await signUp(testApp)
    await testApp.settled()
    for (let n = 0; n < 100; n++) {
      testApp.clock.advance(10 * minute)
      await testApp.runJob('decide-mail')
    }
    const [dead] = await testApp.ports.mailQueue.listDead(10)
    expect(dead).toMatchObject({ template: 'undecided', reason: 'gave_up' })
    isBroken = false
    await testApp.ports.mailQueue.revive(dead?.id ?? '', new Date(testApp.clock.now()).toISOString())
    await testApp.runJob('decide-mail')
    expect(await countOf(testApp, users)).toBe(1)
  })

  test('goes with the person who is erased', async () => {
    let isStopped = false
    const testApp = await createTestApp({
      ports: ({ mailQueue }) => ({
        mailQueue: { ...mailQueue, claim: async (options) => (isStopped ? [] : mailQueue.claim(options)) },
      }),
    })
    const ann = await signedInBrowser(testApp)
    await testApp.settled()
    isStopped = true
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
    await testApp.settled()
    expect((await testApp.ports.mailQueue.counts()).waiting).toBe(1)
    await ann.call('POST', `${auth}/step-up`, { body: { password } })
    expect((await ann.call('DELETE', '/api/v1/users/me?immediate=true')).status).toBe(204)
    await testApp.runJob('erase-accounts')
    await testApp.settled()
    expect(await testApp.ports.mailQueue.counts()).toMatchObject({ waiting: 0 })
  })
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])('two processes, on %s', (kind) => {
  const start = async (environment: Record<string, string> = {}) => {
    const { one, two, close } = await startTwoProcesses(kind, { environment })
    onTestFinished(close)
    return [one, two] as const
  }

  test('twenty hidden sign-ups at once with one address: one account, and its code works', async () => {
    const processes = await start(hidden)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => signUp(processes[n % 2]!)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202))
    const [one, two] = processes
    await Promise.all([one.runJob('decide-mail'), two.runJob('decide-mail'), one.runJob('decide-mail')])
    await Promise.all([one.settled(), two.settled()])
    expect([await countOf(one, users), await countOf(one, userEmails)]).toEqual([1, 1])
    const confirmations = (await mailsTo(one)).filter(({ subject }) => /confirm/i.test(subject))
    expect(confirmations).toHaveLength(1)
    const { code } = await lastMail(one, /confirm/i)
    expect((await verify(two, { email, code })).status).toBe(200)
    expect((await logIn(one)).status).toBe(200)
  })

  test('one code for an address, twenty at once: one counts', async () => {
    const [one, two] = await start()
    const ann = await signedInBrowser(one)
    const { code } = await lastMail(one, /confirm/i)
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const browser = browserOf(n % 2 ? one : two)
        for (const [name, value] of ann.cookies) browser.cookies.set(name, value)
        return browser.call('POST', `${auth}/verify-email`, { body: { email, code } })
      }),
    )
    expect(tries.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(tries.filter(({ status }) => status !== 200 && status !== 401)).toEqual([])
  })
})
