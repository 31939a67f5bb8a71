import type { WebAuthnEmulator } from 'nid-webauthn-emulator'
import { afterEach, describe, expect, test } from 'vitest'
import { createMemoryIdentityProviders } from '../../../src/adapters/memory/identity-providers.ts'
import { oneTimeTokens } from '../../../src/core/accounts/auth/one-time-tokens.ts'
import { deletions } from '../../../src/core/privacy/erasure/erasure.model.ts'
import {
  type Answer,
  type Browser,
  browserOf,
  createTestApp,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { createPlainBrowser } from '../../routes/plain-browser.ts'
import { startTwoProcesses } from '../../two-processes.ts'
import {
  addPasskey,
  addTotp,
  auth,
  codeOf,
  copyOf,
  forgot,
  lastMail,
  logIn,
  logInByPasskey,
  mailsTo,
  me,
  recoverByMail,
  reset,
  stepUp,
} from './intruder.ts'

const { email, password } = person
const newPassword = 'quite another secret 7'
const ofIntruder = 'a secret of the intruder 9'
const newEmail = 'mallory@example.com'
const day = 24 * 60 * 60_000
const week = 7 * day
const refused = { status: 401, body: { error: { code: 'invalid_token' } } }
const stranger = { subject: 'stranger', email }

const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

async function open(environment: Record<string, string> = {}) {
  const providers = createMemoryIdentityProviders()
  const testApp = await createTestApp({
    environment,
    ports: () => ({ identityProviders: providers }),
  })
  return { testApp, providers }
}
type World = Awaited<ReturnType<typeof open>>

/** An account whose address is confirmed, from long ago. */
async function longStanding({ testApp }: World) {
  const ann = await signedInBrowser(testApp)
  const { code } = await lastMail(testApp, email, /confirm your e-mail/i)
  expect((await ann.call('POST', `${auth}/verify-email`, { body: { email, code } })).status).toBe(200)
  testApp.clock.advance(30 * day)
  return ann
}

const press = (testApp: TestApp, token: string, path = 'not-me'): Promise<Answer> =>
  browserOf(testApp).call('POST', `${auth}/${path}`, { body: { token } })
/** The owner presses the link in the last mail with this subject, and sets the new password that is offered. */
async function disown(testApp: TestApp, subject: RegExp): Promise<void> {
  const { links, tokenFor } = await lastMail(testApp, email, subject)
  const isOfAddress = links.some((link) => link.includes('/undo-email-change?'))
  const page = isOfAddress ? 'undo-email-change' : 'not-me'
  expect((await press(testApp, tokenFor(`/${page}`), page)).status).toBe(200)
  const { token } = await lastMail(testApp, email, /choose a new password/i)
  expect((await reset(testApp, token, newPassword)).status).toBe(200)
}
const byProvider = async ({ testApp, providers }: World): Promise<Answer> =>
  browserOf(testApp).call('POST', `${auth}/social`, { body: await providers.authorize('google', stranger) })

interface Doing {
  /** The mail that tells the owner. */
  readonly told: RegExp
  /** What the intruder does in a session that was stepped up. Answers whether it opens or ends anything afterwards. */
  readonly act: (world: World, intruder: Browser) => Promise<() => Promise<boolean>>
}
const isSignedIn = async ({ call }: Browser) =>
  (await call('GET', me)).status < 400 || (await call('POST', `${auth}/refresh`)).status < 400

const doings: Readonly<Record<string, Doing>> = {
  'a passkey': {
    told: /how you sign in/i,
    async act({ testApp }, intruder) {
      const { emulator, answer } = await addPasskey(intruder)
      expect(answer.status).toBe(201)
      return async () => (await logInByPasskey(testApp, emulator)).status < 300
    },
  },
  'an authenticator app': {
    told: /how you sign in/i,
    async act({ testApp }, intruder) {
      const { recoveryCodes } = await addTotp(testApp, intruder)
      expect(recoveryCodes).toHaveLength(10)
      // It would keep the owner out.
      return async () => (await logIn(testApp, newPassword)).answer.status === 202
    },
  },
  'a provider, by the password': {
    told: /how you sign in/i,
    async act(world) {
      const { linkToken } = (await byProvider(world)).body
      const body = { linkToken, password }
      expect((await browserOf(world.testApp).call('POST', `${auth}/social/link`, { body })).status).toBe(200)
      return async () => (await byProvider(world)).status === 200
    },
  },
  'a provider, from inside': {
    told: /how you sign in/i,
    async act(world, intruder) {
      const body = await world.providers.authorize('google', stranger)
      expect((await intruder.call('POST', `${auth}/identities`, { body })).status).toBe(201)
      return async () => (await byProvider(world)).status === 200
    },
  },
  'another password': {
    told: /password was changed/i,
    async act({ testApp }, intruder) {
      const body = { currentPassword: password, newPassword: ofIntruder }
      expect((await intruder.call('POST', `${auth}/change-password`, { body })).status).toBe(200)
      return async () => (await logIn(testApp, ofIntruder)).answer.status < 300
    },
  },
  'a deletion': {
    told: /being deleted/i,
    async act({ testApp }, intruder) {
      expect((await intruder.call('DELETE', me)).status).toBe(204)
      return async () => {
        testApp.clock.advance(week + 1)
        await testApp.runJob('erase-accounts')
        return (await testApp.users.findByEmail(email)) === null
      }
    },
  },
  'a session on another device': {
    told: /new device/i,
    async act({ testApp }) {
      const device = browserOf(testApp)
      const headers = {
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
      }
      await device.call('POST', `${auth}/login`, { body: { email, password }, headers })
      return () => isSignedIn(device)
    },
  },
  'another address': {
    told: /address was changed/i,
    async act({ testApp }, intruder) {
      await intruder.call('POST', `${me}/email`, { body: { email: newEmail } })
      const { code } = await lastMail(testApp, newEmail, /new e-mail/)
      expect((await intruder.call('POST', `${me}/email/confirm`, { body: { code } })).status).toBe(200)
      return async () => {
        await forgot(testApp, newEmail)
        return (await mailsTo(testApp, newEmail)).some(({ subject }) =>
          /choose a new password/i.test(subject),
        )
      }
    },
  },
}

const reachableByMail = Object.entries(doings).filter(([what]) => what !== 'another address')

describe.each(Object.entries(doings))('an intruder adds %s', (_, { told, act }) => {
  test('the link in the notice takes it back, and offers a new password', async () => {
    const world = await open()
    await longStanding(world)
    const intruder = await logIn(world.testApp)
    await stepUp(intruder)
    const opens = await act(world, intruder)
    await disown(world.testApp, told)
    expect(await isSignedIn(intruder)).toBe(false)
    expect((await logIn(world.testApp)).answer.status).toBe(401)
    expect(await opens()).toBe(false)
    expect((await logIn(world.testApp, newPassword)).answer.status).toBe(200)
  })

  test('the notice of something earlier takes it back as well', async () => {
    const world = await open()
    await longStanding(world)
    const intruder = await logIn(world.testApp)
    await stepUp(intruder)
    // A first thing that they do, of which the owner is told.
    const { id } = await addPasskey(intruder)
    const first = (await lastMail(world.testApp, email, /how you sign in/i)).tokenFor('/not-me')
    expect((await intruder.call('DELETE', `${auth}/passkeys/${id}`)).status).toBe(204)
    world.testApp.clock.advance(60_000)
    const opens = await act(world, intruder)
    expect((await press(world.testApp, first)).status).toBe(200)
    const { token } = await lastMail(world.testApp, email, /choose a new password/i)
    expect((await reset(world.testApp, token, newPassword)).status).toBe(200)
    expect(await isSignedIn(intruder)).toBe(false)
    expect(await opens()).toBe(false)
    expect((await logIn(world.testApp, newPassword)).answer.status).toBe(200)
  })
})

describe.each(reachableByMail)('an intruder adds %s', (_, { act }) => {
  test('a new password by mail takes it back, whatever the mail about it became', async () => {
    const world = await open()
    await longStanding(world)
    const intruder = await logIn(world.testApp)
    await stepUp(intruder)
    const opens = await act(world, intruder)
    world.testApp.clock.advance(6 * day)
    expect((await recoverByMail(world.testApp, newPassword)).status).toBe(200)
    expect(await isSignedIn(intruder)).toBe(false)
    expect(await opens()).toBe(false)
    expect((await logIn(world.testApp, newPassword)).answer.status).toBe(200)
  })
})

describe('what has stood for a week', () => {
  async function withOwnFactors(world: World) {
    const { testApp } = world
    const ann = await longStanding(world)
    const owner = await logIn(testApp)
    await stepUp(owner)
    const totp = await addTotp(testApp, owner)
    testApp.clock.advance(60_000)
    await stepUp(owner, { code: codeOf(testApp, totp.secret) })
    const { emulator } = await addPasskey(owner)
    testApp.clock.advance(week + day)
    return { ...totp, emulator, userId: ann.userId }
  }
  const logInWithTotp = async (testApp: TestApp, secret: string, as = newPassword): Promise<Browser> => {
    const browser = await logIn(testApp, as)
    const { mfaToken } = browser
    const body = { mfaToken, code: codeOf(testApp, secret) }
    expect((await browser.call('POST', `${auth}/login/mfa`, { body })).status).toBe(200)
    return browser
  }

  test('stands after a new password by mail', async () => {
    const world = await open()
    const { secret, emulator } = await withOwnFactors(world)
    expect((await recoverByMail(world.testApp, newPassword)).status).toBe(200)
    await logInWithTotp(world.testApp, secret)
    expect((await logInByPasskey(world.testApp, emulator)).status).toBe(200)
  })

  test('stands after "it was not me" about something later; recovery codes that were made then do not', async () => {
    const world = await open()
    const { testApp } = world
    const { secret, emulator, recoveryCodes } = await withOwnFactors(world)
    const intruder = await logInWithTotp(testApp, secret, password)
    testApp.clock.advance(60_000)
    await stepUp(intruder, { code: codeOf(testApp, secret) })
    const renewed = await intruder.call('POST', `${auth}/mfa/recovery-codes`)
    const [code = ''] = renewed.body.recoveryCodes as string[]
    await disown(testApp, /how you sign in/i)
    testApp.clock.advance(60_000)
    for (const recoveryCode of [code, recoveryCodes[0]]) {
      const { call, mfaToken } = await logIn(testApp, newPassword)
      expect((await call('POST', `${auth}/login/mfa`, { body: { mfaToken, recoveryCode } })).status).toBe(401)
    }
    testApp.clock.advance(60_000)
    await logInWithTotp(testApp, secret)
    expect((await logInByPasskey(testApp, emulator)).status).toBe(200)
  })

  test('in accounts stored before things said when they were made, the codes are as old as the factor', async () => {
    const world = await open()
    const { testApp } = world
    const { recoveryCodes, userId } = await withOwnFactors(world)
    await testApp.users.changeUser(userId, ({ secondFactors, ...user }) => {
      const { recoveryCodesSetUp: _, totp, passkeys = [], ...rest } = secondFactors ?? ({} as never)
      const { sessionId: __, ...oldTotp } = totp ?? ({} as never)
      return {
        ...user,
        secondFactors: {
          ...rest,
          totp: oldTotp,
          passkeys: passkeys.map(({ sessionId: ___, ...passkey }) => passkey),
        },
      }
    })
    expect((await recoverByMail(testApp, newPassword)).status).toBe(200)
    const { call, mfaToken } = await logIn(testApp, newPassword)
    const body = { mfaToken, recoveryCode: recoveryCodes[0] }
    expect((await call('POST', `${auth}/login/mfa`, { body })).status).toBe(200)
  })
})

describe('a change of address that is taken back', () => {
  async function takenOver(world: World) {
    await longStanding(world)
    const intruder = await logIn(world.testApp)
    await stepUp(intruder)
    await doings['another address']?.act(world, intruder)
    return intruder
  }
  const undo = async (testApp: TestApp): Promise<Answer> => {
    const { tokenFor } = await lastMail(testApp, email, /address was changed/)
    return press(testApp, tokenFor('/undo-email-change'), 'undo-email-change')
  }

  test('takes the deletion back that was asked for since, of which both mailboxes are told', async () => {
    const world = await open()
    const { testApp } = world
    const intruder = await takenOver(world)
    testApp.clock.advance(60_000)
    await stepUp(intruder)
    expect((await intruder.call('DELETE', me)).status).toBe(204)
    for (const mailbox of [email, newEmail]) await lastMail(testApp, mailbox, /being deleted/)
    testApp.clock.advance(60 * 60_000)
    expect((await undo(testApp)).status).toBe(200)
    const { token } = await lastMail(testApp, email, /choose a new password/i)
    expect((await reset(testApp, token, newPassword)).status).toBe(200)
    expect((await logIn(testApp, newPassword)).answer.status).toBe(200)
    testApp.clock.advance(week)
    await testApp.runJob('erase-accounts')
    expect((await testApp.users.findByEmail(email))?.value.status).toBe('active')
    const [deletion] = (await testApp.ports.documents.scan(deletions)).items
    expect(deletion?.value.state).toBe('cancelled')
  })

  test('is not overtaken by an erasure that shall be immediate: that waits for as long as it can be', async () => {
    const world = await open()
    const { testApp } = world
    const intruder = await takenOver(world)
    await stepUp(intruder)
    expect((await intruder.call('DELETE', `${me}?immediate=true`)).status).toBe(204)
    await testApp.settled()
    testApp.clock.advance(week - 60_000)
    await testApp.runJob('erase-accounts')
    expect((await undo(testApp)).status).toBe(200)
    const { token } = await lastMail(testApp, email, /choose a new password/i)
    expect((await reset(testApp, token, newPassword)).status).toBe(200)
    expect((await logIn(testApp, newPassword)).answer.status).toBe(200)
  })

  test('is immediate where no change of address can be taken back', async () => {
    const world = await open()
    const ann = await longStanding(world)
    const owner = await logIn(world.testApp)
    await stepUp(owner)
    expect((await owner.call('DELETE', `${me}?immediate=true`)).status).toBe(204)
    await world.testApp.settled()
    expect(await world.testApp.users.read(ann.userId)).toBeNull()
  })

  test('leaves no link in the mailbox of the intruder that opens anything', async () => {
    const world = await open()
    const { testApp } = world
    const intruder = await takenOver(world)
    await stepUp(intruder)
    await addTotp(testApp, intruder)
    await forgot(testApp, newEmail)
    const ofNotice = (await lastMail(testApp, newEmail, /how you sign in/i)).tokenFor('/not-me')
    const ofReset = (await lastMail(testApp, newEmail, /choose a new password/i)).token
    expect((await undo(testApp)).status).toBe(200)
    expect(await press(testApp, ofNotice)).toMatchObject(refused)
    expect(await reset(testApp, ofReset, ofIntruder)).toMatchObject(refused)
  })

  test('is still possible after the intruder has said "it was not me" in their own mailbox', async () => {
    const world = await open()
    const { testApp } = world
    const intruder = await takenOver(world)
    await stepUp(intruder)
    await addPasskey(intruder)
    const ofIntruders = (await lastMail(testApp, newEmail, /how you sign in/i)).tokenFor('/not-me')
    expect((await press(testApp, ofIntruders)).status).toBe(200)
    const offered = (await lastMail(testApp, newEmail, /choose a new password/i)).token
    expect((await reset(testApp, offered, ofIntruder)).status).toBe(200)
    expect((await undo(testApp)).status).toBe(200)
    expect((await logIn(testApp, ofIntruder)).answer.status).toBe(401)
    const { token } = await lastMail(testApp, email, /choose a new password/i)
    expect((await reset(testApp, token, newPassword)).status).toBe(200)
    expect((await logIn(testApp, newPassword)).answer.status).toBe(200)
  })

  test('by a notice in the old mailbox too, for a week; then its links open nothing', async () => {
    const world = await open()
    const { testApp } = world
    const intruder = await takenOver(world)
    testApp.clock.advance(3 * day)
    await intruder.call('POST', `${auth}/refresh`)
    await stepUp(intruder)
    await addTotp(testApp, intruder)
    const { tokenFor } = await lastMail(testApp, email, /how you sign in/i)
    testApp.clock.advance(4 * day)
    expect(await press(testApp, tokenFor('/not-me'))).toMatchObject(refused)
    expect(await undo(testApp)).toMatchObject(refused)
  })

  test('by a link that was mailed before links said whose mailbox they went to', async () => {
    const world = await open()
    const { testApp } = world
    await takenOver(world)
    const { items } = await testApp.ports.documents.scan(oneTimeTokens)
    const stored = items.find(({ value }) => value.flow === 'undo-email-change')
    const { since = '', ...facts } = stored?.value.facts ?? {}
    if (stored)
      await testApp.ports.documents.replace(
        oneTimeTokens,
        { ...stored.value, facts: { ...facts, changedAt: since } },
        stored.version,
      )
    const account = await testApp.users.findByEmail(newEmail)
    await testApp.users.changeUser(account?.value.id ?? '', ({ formerAddresses: _, ...user }) => user)
    expect((await undo(testApp)).status).toBe(200)
    expect(await testApp.users.findByEmail(email)).not.toBeNull()
  })

  test('only so often a week: the first mailbox cannot be pushed out of the list', async () => {
    const world = await open()
    const { testApp } = world
    const intruder = await takenOver(world)
    const answers: number[] = []
    for (let n = 0; n < 5; n++) {
      testApp.clock.advance(11 * 60_000)
      await intruder.call('POST', `${auth}/refresh`)
      await stepUp(intruder)
      const next = `mallory${n}@example.com`
      await intruder.call('POST', `${me}/email`, { body: { email: next } })
      const { code } = await lastMail(testApp, next, /new e-mail/)
      answers.push((await intruder.call('POST', `${me}/email/confirm`, { body: { code } })).status)
    }
    expect(answers).toEqual([200, 200, 409, 409, 409])
    expect((await undo(testApp)).status).toBe(200)
  })
})

describe('an address that nobody had proved', () => {
  /** A stranger has opened an account with it, and set up all they could. */
  async function squatted(world: World) {
    const squatter = await signedInBrowser(world.testApp)
    await stepUp(squatter)
    const { emulator } = await addPasskey(squatter)
    const { answer } = await addTotp(world.testApp, squatter)
    expect(answer.status).toBe(200)
    const body = await world.providers.authorize('google', stranger)
    expect((await squatter.call('POST', `${auth}/identities`, { body })).status).toBe(201)
    return { squatter, emulator }
  }
  /** Signed in, or asked for the second factor: not for the password of an account it would be joined with. */
  const isKnown = ({ status, body }: Answer) => status === 200 || body.mfaToken !== undefined
  const opens = async (world: World, emulator: WebAuthnEmulator) => [
    (await logInByPasskey(world.testApp, emulator)).status === 200,
    isKnown(await byProvider(world)),
  ]

  test.each([
    [
      'sets a new password by mail',
      async ({ testApp }: World) => void (await recoverByMail(testApp, newPassword)),
    ],
    [
      'comes with a provider that vouches for it',
      async ({ testApp, providers }: World) => {
        const own = { subject: 'own', email, isEmailVouchedFor: true }
        const body = await providers.authorize('microsoft', own)
        expect((await browserOf(testApp).call('POST', `${auth}/social`, { body })).status).toBe(200)
      },
    ],
    [
      'presses the link that confirms it',
      async ({ testApp }: World) => {
        const { token } = await lastMail(testApp, email, /confirm your e-mail/i)
        const { status } = await browserOf(testApp).call('POST', `${auth}/verify-email`, { body: { token } })
        expect(status).toBe(200)
      },
    ],
    [
      'types the code that confirms it, signed in nowhere',
      async ({ testApp }: World) => {
        const { code } = await lastMail(testApp, email, /confirm your e-mail/i)
        const body = { email, code }
        expect((await browserOf(testApp).call('POST', `${auth}/verify-email`, { body })).status).toBe(200)
      },
    ],
    [
      'takes a change of address back',
      async ({ testApp }: World, squatter: Browser) => {
        await squatter.call('POST', `${me}/email`, { body: { email: newEmail } })
        const { code } = await lastMail(testApp, newEmail, /new e-mail/)
        expect((await squatter.call('POST', `${me}/email/confirm`, { body: { code } })).status).toBe(200)
        await disown(testApp, /address was changed/)
      },
    ],
  ])('whoever %s has nothing of the stranger in the account', async (what, prove) => {
    const world = await open()
    const { squatter, emulator } = await squatted(world)
    await prove(world, squatter)
    expect(await opens(world, emulator)).toEqual([false, false])
    expect((await squatter.call('GET', me)).status).toBe(401)
    // The password is what opened it; who confirms the address says that this was them.
    expect((await logIn(world.testApp)).answer.status).toBe(what.includes('confirms') ? 200 : 401)
  })

  test('who confirms it in their own session keeps what they have set up', async () => {
    const world = await open()
    const { squatter: ann, emulator } = await squatted(world)
    const { code } = await lastMail(world.testApp, email, /confirm your e-mail/i)
    expect((await ann.call('POST', `${auth}/verify-email`, { body: { email, code } })).status).toBe(200)
    expect(await opens(world, emulator)).toEqual([true, true])
    expect((await ann.call('GET', me)).body.emailVerified).toBe(true)
  })

  test('somebody else’s session is none of one’s own', async () => {
    const world = await open()
    const { emulator } = await squatted(world)
    const ben = await signedInBrowser(world.testApp, { ...person, email: 'ben@example.com' })
    const { code } = await lastMail(world.testApp, email, /confirm your e-mail/i)
    expect((await ben.call('POST', `${auth}/verify-email`, { body: { email, code } })).status).toBe(200)
    expect(await opens(world, emulator)).toEqual([false, false])
  })

  test('a provider that opened the account stays where it is the only way in', async () => {
    const world = await open()
    const ann = browserOf(world.testApp)
    await ann.call('POST', `${auth}/social`, { body: await world.providers.authorize('google', stranger) })
    const { token } = await lastMail(world.testApp, email, /confirm your e-mail/i)
    await browserOf(world.testApp).call('POST', `${auth}/verify-email`, { body: { token } })
    expect((await byProvider(world)).status).toBe(200)
    expect((await ann.call('GET', me)).status).toBe(200)
  })
})

describe('a link for a new password', () => {
  const inSession: Readonly<Record<string, (world: World, intruder: Browser) => Promise<unknown>>> = {
    'changes the password': (_, { call }) =>
      call('POST', `${auth}/change-password`, {
        body: { currentPassword: password, newPassword: ofIntruder },
      }),
    'adds a passkey': (_, intruder) => addPasskey(intruder),
    'adds an authenticator app and renews the codes': async ({ testApp }, intruder) => {
      await addTotp(testApp, intruder)
      await intruder.call('POST', `${auth}/mfa/recovery-codes`)
    },
    'links and unlinks a provider': async ({ providers }, { call }) => {
      const body = await providers.authorize('google', stranger)
      const { identity } = (await call('POST', `${auth}/identities`, { body })).body
      await call('DELETE', `${auth}/identities/${identity.id}`)
    },
    'ends the other sessions': (_, { call }) => call('DELETE', `${auth}/sessions`),
    'asks to delete the account': (_, { call }) => call('DELETE', me),
    'asks for another link': ({ testApp }) => forgot(testApp),
  }
  test.each(Object.entries(inSession))('is good after somebody in the account %s', async (_, act) => {
    const world = await open()
    await longStanding(world)
    const intruder = await logIn(world.testApp)
    await stepUp(intruder)
    await forgot(world.testApp)
    const { token } = await lastMail(world.testApp, email, /choose a new password/i)
    await act(world, intruder)
    expect((await reset(world.testApp, token, newPassword)).status).toBe(200)
    expect((await logIn(world.testApp, newPassword)).answer.status).toBe(200)
  })

  test('is void after the account goes by another address, and after it was won back otherwise', async () => {
    const world = await open()
    const { testApp } = world
    await longStanding(world)
    const intruder = await logIn(testApp)
    await stepUp(intruder)
    await forgot(testApp)
    const { token } = await lastMail(testApp, email, /choose a new password/i)
    await doings['another address']?.act(world, intruder)
    expect(await reset(testApp, token, ofIntruder)).toMatchObject(refused)
    await disown(testApp, /address was changed/)
    expect(await reset(testApp, token, ofIntruder)).toMatchObject(refused)
  })

  test('is mailed to who is about to be erased, and not to who is suspended', async () => {
    const world = await open()
    const ann = await longStanding(world)
    const owner = await logIn(world.testApp)
    await stepUp(owner)
    await owner.call('DELETE', me)
    expect((await recoverByMail(world.testApp, newPassword)).status).toBe(200)
    expect((await logIn(world.testApp, newPassword)).answer.status).toBe(200)
    await world.testApp.users.changeUser(ann.userId, (user) => ({ ...user, status: 'suspended' }))
    const before = (await mailsTo(world.testApp, email)).length
    await forgot(world.testApp)
    expect(await mailsTo(world.testApp, email)).toHaveLength(before)
  })

  test('of a deletion stored before it said when it was asked for is as good', async () => {
    const world = await open()
    const ann = await longStanding(world)
    const owner = await logIn(world.testApp)
    await stepUp(owner)
    await owner.call('DELETE', me)
    await world.testApp.users.changeUser(ann.userId, (user) => {
      const { setUp: _, ...deletion } = user.deletion ?? { id: '', statusBefore: 'active' as const }
      return { ...user, deletion }
    })
    expect((await recoverByMail(world.testApp, newPassword)).status).toBe(200)
    expect((await logIn(world.testApp, newPassword)).answer.status).toBe(200)
  })

  test('of before there was a count of recoveries is good once', async () => {
    const world = await open()
    await longStanding(world)
    await forgot(world.testApp)
    const { token } = await lastMail(world.testApp, email, /choose a new password/i)
    const { items } = await world.testApp.ports.documents.scan(oneTimeTokens)
    for (const { value, version } of items.filter((stored) => stored.value.flow === 'reset-password'))
      await world.testApp.ports.documents.replace(
        oneTimeTokens,
        { ...value, facts: { email, epoch: '1' } },
        version,
      )
    expect((await reset(world.testApp, token, newPassword)).status).toBe(200)
    expect(await reset(world.testApp, token, ofIntruder)).toMatchObject(refused)
  })
})

describe('the link of "it was not me"', () => {
  async function withLink(world: World) {
    await longStanding(world)
    const owner = await logIn(world.testApp)
    await stepUp(owner)
    await addTotp(world.testApp, owner)
    const mail = await lastMail(world.testApp, email, /how you sign in/i)
    return { owner, link: mail.links[0] ?? '', token: mail.tokenFor('/not-me') }
  }

  test('shows a page; whoever fetches it changes nothing, the button does, once', async () => {
    const world = await open()
    const { link, token, owner } = await withLink(world)
    const page = createPlainBrowser(world.testApp)
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect((await page.visit(link, method)).status).toBe(200)
      if (method === 'GET') expect(page.page()).toContain('<button')
    }
    expect(await isSignedIn(owner)).toBe(true)
    expect((await press(world.testApp, token)).status).toBe(200)
    expect(await press(world.testApp, token)).toMatchObject(refused)
    await page.visit(link)
    expect(page.page()).not.toContain('<button')
  })

  test('is over after a week, and signs nobody in', async () => {
    const world = await open()
    const { token } = await withLink(world)
    world.testApp.clock.advance(week)
    expect(await press(world.testApp, token)).toMatchObject(refused)
    const again = await open()
    const answer = await press(again.testApp, (await withLink(again)).token)
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(Object.keys(answer.body)).toEqual(['message'])
  })

  test('comes too late for an account that is being erased', async () => {
    const world = await open({ ERASURE_DELAY_DAYS: '1' })
    const { token, owner } = await withLink(world)
    world.testApp.clock.advance(60_000)
    await owner.call('DELETE', me)
    const [deletion] = (await world.testApp.ports.documents.scan(deletions)).items
    if (deletion)
      await world.testApp.ports.documents.replace(
        deletions,
        { ...deletion.value, state: 'erasing' as const },
        deletion.version,
      )
    expect((await press(world.testApp, token)).status).toBe(409)
  })

  test('is on the record', async () => {
    const world = await open()
    await press(world.testApp, (await withLink(world)).token)
    expect(world.testApp.auditRecords.map(({ eventType }) => eventType)).toContain('user.changes_disowned')
  })
})

describe.each(['sqlite', 'cosmos'] as const)('two processes on %s', (kind) => {
  const openShared = async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    closes.push(close)
    const owner = await signedInBrowser(one)
    await one.users.changeUser(owner.userId, (user) => ({ ...user, emailVerified: true }))
    return { one, two, owner }
  }

  test('of thirty that press one link, one counts', async () => {
    const { one, two, owner } = await openShared()
    await stepUp(owner)
    await addPasskey(owner)
    const token = (await lastMail(one, email, /how you sign in/i)).tokenFor('/not-me')
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => press(i % 2 ? two : one, token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('of thirty resets, by three links, one counts', async () => {
    const { one, two } = await openShared()
    const links: string[] = []
    for (let n = 0; n < 3; n++) {
      await forgot(one)
      links.push((await lastMail(one, email, /choose a new password/i)).token)
    }
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        reset(i % 2 ? two : one, links[i % 3] ?? '', `${newPassword} ${i}`),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('whatever an intruder sends while the owner presses the link, nothing of it is left', async () => {
    const { one, two, owner } = await openShared()
    await stepUp(owner)
    await addPasskey(owner)
    const token = (await lastMail(one, email, /how you sign in/i)).tokenFor('/not-me')
    await Promise.all([
      press(one, token),
      ...Array.from({ length: 20 }, async (_, i) => {
        const copy = copyOf(i % 2 ? two : one, owner)
        if (i % 3 === 0) await copy.call('POST', `${auth}/mfa/recovery-codes`)
        else if (i % 3 === 1) await copy.call('PATCH', me, { body: { name: 'Mallory' } })
        else await copy.call('DELETE', me)
      }),
    ])
    const account = (await one.users.read(owner.userId))?.value
    expect(account?.secondFactors).toMatchObject({ totp: null, passkeys: [], recoveryCodes: [] })
    expect(account?.deletion).toBeUndefined()
    expect(await isSignedIn(owner)).toBe(false)
  })
})
