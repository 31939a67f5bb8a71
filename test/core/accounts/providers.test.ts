import { afterEach, describe, expect, test } from 'vitest'
import { createMemoryIdentityProviders } from '../../../src/adapters/memory/identity-providers.ts'
import { identities } from '../../../src/core/accounts/auth/identities.ts'
import { users } from '../../../src/core/accounts/users/users.model.ts'
import { type Answer, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { startTwoProcesses } from '../../two-processes.ts'
import { addTotp, auth, codeOf, copyOf, lastMail, logIn, me, recoverByMail, stepUp } from './intruder.ts'

const { email, password } = person
const strangers = { subject: 'stranger', email, isEmailVouchedFor: false }
const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

async function open() {
  const providers = createMemoryIdentityProviders()
  const world: { beforeWrite: (() => Promise<unknown>) | undefined } = { beforeWrite: undefined }
  const testApp = await createTestApp({
    ports: ({ documents }) => ({
      identityProviders: providers,
      documents: {
        ...documents,
        async replace(c, value, version) {
          const { beforeWrite } = world
          if (c.name === users.name && beforeWrite) {
            world.beforeWrite = undefined
            await beforeWrite()
          }
          return documents.replace(c, value, version)
        },
      },
    }),
  })
  return { testApp, providers, world }
}

/** An account whose address is confirmed. */
async function confirmed(testApp: TestApp) {
  const ann = await signedInBrowser(testApp)
  await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
  return ann
}
const socially = (testApp: TestApp, answer: object) =>
  browserOf(testApp).call('POST', `${auth}/social`, { body: answer })
const linkByPassword = (testApp: TestApp, linkToken: string) =>
  browserOf(testApp).call('POST', `${auth}/social/link`, { body: { linkToken, password } })
const linkedTo = async (testApp: TestApp, userId: string) =>
  ((await testApp.users.read(userId))?.value.identities ?? []).map(({ provider }) => provider)

describe('nothing is written between the first factor and the second', () => {
  test('a provider is linked once the second factor was shown', async () => {
    const { testApp, providers } = await open()
    const ann = await confirmed(testApp)
    await stepUp(ann)
    const { secret } = await addTotp(testApp, ann)
    testApp.clock.advance(60_000)
    const { linkToken } = (await socially(testApp, await providers.authorize('google', strangers))).body
    const asked = await linkByPassword(testApp, linkToken)
    expect(asked).toMatchObject({ status: 202, body: { methods: ['totp', 'recovery-code'] } })
    expect(await linkedTo(testApp, ann.userId)).toEqual([])
    expect((await testApp.ports.documents.scan(identities)).items).toEqual([])

    const finished = await browserOf(testApp).call('POST', `${auth}/login/mfa`, {
      body: { mfaToken: asked.body.mfaToken, code: codeOf(testApp, secret) },
    })
    expect(finished.status).toBe(200)
    expect(await linkedTo(testApp, ann.userId)).toEqual(['google'])
    await lastMail(testApp, email, /sign in/i)
  })

  test('whoever cannot show it has linked nothing, also after the owner has taken the factor away', async () => {
    const { testApp, providers } = await open()
    const ann = await confirmed(testApp)
    await stepUp(ann)
    await addTotp(testApp, ann)
    const { linkToken } = (await socially(testApp, await providers.authorize('google', strangers))).body
    const { mfaToken } = (await linkByPassword(testApp, linkToken)).body
    await ann.call('POST', `${auth}/change-password`, {
      body: { currentPassword: password, newPassword: 'quite another secret 7' },
    })
    await ann.call('DELETE', `${auth}/mfa/totp`)
    const finished = await browserOf(testApp).call('POST', `${auth}/login/mfa`, {
      body: { mfaToken, code: '000000' },
    })
    expect(finished.status).toBe(401)
    expect(await socially(testApp, await providers.authorize('google', strangers))).toMatchObject({
      status: 202,
      body: { methods: ['password'] },
    })
  })

  test('not to a suspended account either, by password or by an address that is vouched for', async () => {
    const { testApp, providers } = await open()
    const ann = await confirmed(testApp)
    const { linkToken } = (await socially(testApp, await providers.authorize('google', strangers))).body
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, status: 'suspended' }))
    expect((await linkByPassword(testApp, linkToken)).status).toBe(403)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: false }))
    const vouched = { ...strangers, isEmailVouchedFor: true }
    expect((await socially(testApp, await providers.authorize('google', vouched))).status).toBe(403)
    expect(await linkedTo(testApp, ann.userId)).toEqual([])
  })

  test('nor to an account that has a second factor and no other way in', async () => {
    const { testApp, providers } = await open()
    const ann = await confirmed(testApp)
    await stepUp(ann)
    await addTotp(testApp, ann)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, passwordHash: null }))
    const vouched = { ...strangers, isEmailVouchedFor: true }
    const asked = await socially(testApp, await providers.authorize('google', vouched))
    expect(asked).toMatchObject({ status: 202, body: { methods: ['totp', 'recovery-code'] } })
    expect(await linkedTo(testApp, ann.userId)).toEqual([])
  })

  test('nor is a password hashed anew', async () => {
    const { testApp } = await open()
    const ann = await confirmed(testApp)
    await stepUp(ann)
    await addTotp(testApp, ann)
    const outdated = testApp.ports.hasher.needsRehash
    testApp.ports.hasher.needsRehash = () => true
    const before = (await testApp.users.read(ann.userId))?.version
    expect((await logIn(testApp)).answer.status).toBe(202)
    await testApp.settled()
    testApp.ports.hasher.needsRehash = outdated
    expect((await testApp.users.read(ann.userId))?.version).toBe(before)
  })

  test('a link that is under way when the owner wins the account back links nothing', async () => {
    const { testApp, providers, world } = await open()
    const ann = await confirmed(testApp)
    const { linkToken } = (await socially(testApp, await providers.authorize('google', strangers))).body
    await testApp.settled()
    world.beforeWrite = () => recoverByMail(testApp, 'quite another secret 7')
    expect((await linkByPassword(testApp, linkToken)).status).toBe(409)
    expect(await linkedTo(testApp, ann.userId)).toEqual([])
    expect((await socially(testApp, await providers.authorize('google', strangers))).status).toBe(202)
  })

  test('a provider that vouches for an address which was confirmed meanwhile does not get the account', async () => {
    const { testApp, providers, world } = await open()
    const ann = await signedInBrowser(testApp)
    await testApp.settled()
    world.beforeWrite = () =>
      testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
    const vouched = { ...strangers, isEmailVouchedFor: true }
    expect((await socially(testApp, await providers.authorize('google', vouched))).status).toBe(409)
    expect(await linkedTo(testApp, ann.userId)).toEqual([])
    expect((await logIn(testApp)).answer.status).toBe(200)
  })
})

describe('a person without a password', () => {
  const own = { subject: 'own', email, isEmailVouchedFor: true }
  const second = { subject: 'second', email: 'ann@work.example' }

  async function withoutPassword() {
    const { testApp, providers } = await open()
    const ann = browserOf(testApp)
    const answer = await ann.call('POST', `${auth}/social`, {
      body: await providers.authorize('google', own),
    })
    return { testApp, providers, ann, userId: answer.body.user.id as string }
  }
  type Scene = Awaited<ReturnType<typeof withoutPassword>>

  const ways: Readonly<Record<string, (scene: Scene) => Promise<object>>> = {
    'a mailed code': async ({ testApp, ann }) => {
      await ann.call('POST', `${auth}/step-up/options`)
      return { mailedCode: (await lastMail(testApp, email, /security code/)).code }
    },
    'their provider': ({ providers }) => providers.authorize('google', own),
    'their provider, which says that it was a moment ago': ({ testApp, providers }) =>
      providers.authorize('google', { ...own, authenticatedAtMs: testApp.clock.now() - 60_000 }),
  }

  test.each(Object.entries(ways))('links a second provider after a step-up by %s', async (_, proofOf) => {
    const scene = await withoutPassword()
    const { testApp, providers, ann, userId } = scene
    const phone = browserOf(testApp)
    await phone.call('POST', `${auth}/social`, { body: await providers.authorize('google', own) })
    const link = async () =>
      ann.call('POST', `${auth}/identities`, { body: await providers.authorize('microsoft', second) })
    expect((await link()).status).toBe(403)
    expect((await stepUp(ann, await proofOf(scene))).status).toBe(200)
    expect(await link()).toMatchObject({
      status: 201,
      body: { identity: { provider: 'microsoft', email: 'ann@work.example' } },
    })
    expect((await phone.call('GET', me)).status).toBe(401)
    expect((await ann.call('GET', `${auth}/identities`)).body.items).toHaveLength(2)
    expect((await link()).status).toBe(409)
    const byIt = await socially(testApp, await providers.authorize('microsoft', second))
    expect(byIt.body.user.id).toBe(userId)
    await lastMail(testApp, email, /sign in/i)
  })

  test('steps up by no provider that does not sign in here, nor by one that asked long ago', async () => {
    const { testApp, providers, ann } = await withoutPassword()
    const long = testApp.clock.now() - 11 * 60_000
    for (const proof of [
      await providers.authorize('microsoft', second),
      await providers.authorize('google', { subject: 'somebody else', email, isEmailVouchedFor: true }),
      await providers.authorize('google', { ...own, authenticatedAtMs: long }),
    ])
      expect(await stepUp(ann, proof)).toMatchObject({
        status: 401,
        body: { error: { code: 'invalid_credentials' } },
      })
  })

  test('with a second factor shows that, not the provider', async () => {
    const { testApp, providers, ann } = await withoutPassword()
    await stepUp(ann, await providers.authorize('google', own))
    const { secret } = await addTotp(testApp, ann)
    testApp.clock.advance(60_000)
    expect((await stepUp(ann, await providers.authorize('google', own))).status).toBe(401)
    expect((await stepUp(ann, { code: codeOf(testApp, secret) })).status).toBe(200)
  })

  test('gets no provider that signs in to somebody else', async () => {
    const { testApp, providers, ann } = await withoutPassword()
    await socially(testApp, await providers.authorize('microsoft', { ...second, isEmailVouchedFor: true }))
    await stepUp(ann, await providers.authorize('google', own))
    const taken = await ann.call('POST', `${auth}/identities`, {
      body: await providers.authorize('microsoft', second),
    })
    expect(taken.status).toBe(409)
  })
})

describe('what was mailed to one session', () => {
  const newEmail = 'ann.new@example.com'

  test('confirms a change of address in no other', async () => {
    const { testApp } = await open()
    const ann = await signedInBrowser(testApp)
    await stepUp(ann)
    await ann.call('POST', `${me}/email`, { body: { email: newEmail } })
    const { code } = await lastMail(testApp, newEmail, /new e-mail/)
    const other = await logIn(testApp)
    const confirm = (browser: typeof other | typeof ann) =>
      browser.call('POST', `${me}/email/confirm`, { body: { code } })
    for (let i = 0; i < 6; i++) expect((await confirm(other)).status).toBe(401)
    expect((await confirm(ann)).status).toBe(200)
  })

  test('steps up no other, and what one asks for does not void what another has', async () => {
    const { testApp, providers } = await open()
    const own = { subject: 'own', email, isEmailVouchedFor: true }
    const enter = async () => {
      const browser = browserOf(testApp)
      await browser.call('POST', `${auth}/social`, { body: await providers.authorize('google', own) })
      return browser
    }
    const [ann, other] = [await enter(), await enter()]
    await ann.call('POST', `${auth}/step-up/options`)
    const { code: mailedCode } = await lastMail(testApp, email, /security code/)
    expect((await stepUp(other, { mailedCode })).status).toBe(401)
    await other.call('POST', `${auth}/step-up/options`)
    expect((await stepUp(other, { mailedCode })).status).toBe(401)
    expect((await stepUp(ann, { mailedCode })).status).toBe(200)
  })

  test('and a question to a passkey is answered where it was asked', async () => {
    const { testApp } = await open()
    const ann = await signedInBrowser(testApp)
    await stepUp(ann)
    const other = await logIn(testApp)
    await stepUp(other)
    const { body } = await ann.call('POST', `${auth}/passkeys/options`)
    const answered = await other.call('POST', `${auth}/passkeys`, {
      body: {
        challengeToken: body.challengeToken,
        passkey: { id: 'x', rawId: 'x', type: 'public-key', response: {} },
      },
    })
    expect(answered.status).toBe(401)
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'user.passkey_added')).toEqual([])
  })
})

describe.each(['sqlite', 'cosmos'] as const)('two processes on %s', (kind) => {
  test('of thirty that link one provider, half of them to one account and half to another, one account gets it', async () => {
    const providers = createMemoryIdentityProviders()
    const { one, two, close } = await startTwoProcesses(kind, {
      ports: { identityProviders: providers },
    })
    closes.push(close)
    const ann = await signedInBrowser(one)
    const ben = await signedInBrowser(one, { ...person, email: 'ben@example.com' })
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const owner = i % 2 ? 'ben@example.com' : email
        const process = i % 4 < 2 ? one : two
        const theirs = { subject: 'shared', email: owner }
        const { linkToken } = (await socially(process, await providers.authorize('google', theirs))).body
        return linkToken === undefined ? { status: 0 } : linkByPassword(process, linkToken)
      }),
    )
    expect(answers.some(({ status }) => status === 200)).toBe(true)
    const linked = [await linkedTo(one, ann.userId), await linkedTo(one, ben.userId)]
    expect(linked.toSorted()).toEqual([[], ['google']])
  })
})

describe.each(['sqlite', 'cosmos'] as const)('what works once, on two processes on %s', (kind) => {
  const openShared = async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    closes.push(close)
    return { one, two, ann: await signedInBrowser(one) }
  }
  const thirty = (act: (n: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 30 }, (_, n) => act(n)))
  const successes = (answers: readonly Answer[]) => answers.filter(({ status }) => status < 300).length

  test('of thirty confirmations of a change of address one counts', async () => {
    const { one, two, ann } = await openShared()
    await stepUp(ann)
    await ann.call('POST', `${me}/email`, { body: { email: 'ann.new@example.com' } })
    const { code } = await lastMail(one, 'ann.new@example.com', /new e-mail/)
    const answers = await thirty((n) =>
      copyOf(n % 2 ? two : one, ann).call('POST', `${me}/email/confirm`, { body: { code } }),
    )
    expect(successes(answers)).toBe(1)
    expect((await one.users.read(ann.userId))?.value.formerAddresses).toHaveLength(1)
  })

  test('of thirty logins by one half-finished one and one recovery code one counts', async () => {
    const { one, two, ann } = await openShared()
    await stepUp(ann)
    const { recoveryCodes } = await addTotp(one, ann)
    const { mfaToken } = await logIn(one)
    const answers = await thirty((n) =>
      browserOf(n % 2 ? two : one).call('POST', `${auth}/login/mfa`, {
        body: { mfaToken, recoveryCode: recoveryCodes[0] },
      }),
    )
    expect(successes(answers)).toBe(1)
  })

  test('of thirty confirmations of one authenticator app one counts, and its codes are the good ones', async () => {
    const { one, two, ann } = await openShared()
    await stepUp(ann)
    const { secret } = (await ann.call('POST', `${auth}/mfa/totp`)).body
    const body = { code: codeOf(one, secret) }
    const answers = await thirty((n) =>
      copyOf(n % 2 ? two : one, ann).call('POST', `${auth}/mfa/totp/confirm`, { body }),
    )
    expect(successes(answers)).toBe(1)
    const [recoveryCode] = answers.flatMap(({ body: given }) => given.recoveryCodes ?? [])
    const { call, mfaToken } = await logIn(two)
    expect((await call('POST', `${auth}/login/mfa`, { body: { mfaToken, recoveryCode } })).status).toBe(200)
  })
})
