import { afterEach, describe, expect, test } from 'vitest'
import { oneTimeTokens } from '../../../src/core/accounts/auth/one-time-tokens.ts'
import type { Role } from '../../../src/core/kernel/actor.ts'
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
  lastMail,
  logIn,
  logInWith,
  mailsTo,
  me,
  stepUp,
} from './intruder.ts'

const { email, password } = person
const hour = 60 * 60_000
const day = 24 * hour
const refused = { status: 401, body: { error: { code: 'invalid_token' } } }

const closes: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closes.splice(0)) await close()
})

/** Somebody on the staff, signed in and stepped up. */
async function staff(testApp: TestApp, name: string, role: Role) {
  const account = { ...person, email: `${name}@example.com`, name }
  const browser = await signedInBrowser(testApp, account)
  await testApp.users.changeUser(browser.userId, (user) => ({ ...user, role, emailVerified: true }))
  await logInWith(browser, password, account.email)
  await stepUp(browser)
  return browser
}

/** Somebody whose second factors have stood for long, and are lost. */
async function lockedOut(testApp: TestApp, role: Role = 'user') {
  const ann = await signedInBrowser(testApp)
  await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role, emailVerified: true }))
  await logInWith(ann)
  await stepUp(ann)
  const { secret } = await addTotp(testApp, ann)
  testApp.clock.advance(60_000)
  await stepUp(ann, { code: codeOf(testApp, secret) })
  await addPasskey(ann)
  testApp.clock.advance(30 * day)
  return { ...ann, secret }
}

const pathOf = (userId: string) => `/api/v1/admin/users/${userId}/recovery`
const start = ({ call }: Browser, userId: string): Promise<Answer> => call('POST', pathOf(userId))
const approve = ({ call }: Browser, userId: string): Promise<Answer> =>
  call('POST', `${pathOf(userId)}/approve`)
const complete = (testApp: TestApp, code: string, address = email): Promise<Answer> =>
  browserOf(testApp).call('POST', `${auth}/complete-recovery`, { body: { email: address, code } })
const press = (testApp: TestApp, token: string): Promise<Answer> =>
  browserOf(testApp).call('POST', `${auth}/cancel-recovery`, { body: { token } })
const asksForFactor = async (testApp: TestApp): Promise<boolean> =>
  (await logIn(testApp)).answer.status === 202

async function open() {
  const testApp = await createTestApp()
  const ann = await lockedOut(testApp)
  const [one, two] = [await staff(testApp, 'one', 'admin'), await staff(testApp, 'two', 'admin')]
  return { testApp, ann, one, two }
}
async function approvedCode({ ann, one, two }: Awaited<ReturnType<typeof open>>): Promise<string> {
  expect((await start(one, ann.userId)).status).toBe(204)
  const { status, body } = await approve(two, ann.userId)
  expect(status).toBe(200)
  return body.code
}

describe('a recovery with the help of two members of staff', () => {
  test('removes the second factors a day later, and leaves the password to be shown', async () => {
    const world = await open()
    const { testApp, ann, two } = world
    const code = await approvedCode(world)
    expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/)
    const { text } = await lastMail(testApp, email, /second factors will be reset/)
    expect(text).not.toContain(code)
    expect(await asksForFactor(testApp)).toBe(true)
    testApp.clock.advance(day)
    const answer = await complete(testApp, code.toLowerCase().replace('-', ' '))
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await asksForFactor(testApp)).toBe(false)
    expect((await ann.call('POST', `${auth}/refresh`)).status).toBe(401)
    expect(await complete(testApp, code)).toMatchObject(refused)
    await two.call('POST', `${auth}/refresh`)
    expect((await two.call('GET', pathOf(ann.userId))).status).toBe(404)
  })

  test('is on the record, and shown to the person', async () => {
    const world = await open()
    const { testApp, ann } = world
    const code = await approvedCode(world)
    const kept = [await testApp.ports.documents.scan(oneTimeTokens), testApp.log.events, testApp.auditRecords]
    for (const part of [code, code.replace('-', '')]) expect(JSON.stringify(kept)).not.toContain(part)
    testApp.clock.advance(day)
    await complete(testApp, code)
    const events = testApp.auditRecords.map(({ eventType }) => eventType)
    expect(events).toEqual(
      expect.arrayContaining(['user.recovery_started', 'user.recovery_approved', 'user.recovery_completed']),
    )
    const back = await logIn(testApp)
    const { items } = (await back.call('GET', `${me}/disclosures`)).body
    expect(items).toMatchObject([{ who: { name: 'two' } }, { who: { name: 'one' } }])
    expect((await testApp.users.read(ann.userId))?.value.secondFactors).toMatchObject({
      totp: null,
      passkeys: [],
      recoveryCodes: [],
    })
  })

  test('is held for a day, and over a week after that', async () => {
    const world = await open()
    const code = await approvedCode(world)
    world.testApp.clock.advance(day - 1)
    expect(await complete(world.testApp, code)).toMatchObject(refused)
    world.testApp.clock.advance(7 * day + 1)
    expect(await complete(world.testApp, code)).toMatchObject(refused)
    expect(await asksForFactor(world.testApp)).toBe(true)
  })

  test('takes the code that was read out, for this account', async () => {
    const world = await open()
    const code = await approvedCode(world)
    world.testApp.clock.advance(day)
    for (let i = 0; i < 20; i++) expect(await complete(world.testApp, 'K7M2P-9QXRT')).toMatchObject(refused)
    expect(await complete(world.testApp, code, 'one@example.com')).toMatchObject(refused)
    expect(await complete(world.testApp, code, 'nobody@example.com')).toMatchObject(refused)
    expect((await complete(world.testApp, code)).status).toBe(200)
  })

  test('is canceled by the owner’s mailbox: looking at the link changes nothing, the button does', async () => {
    const world = await open()
    const { testApp, ann, one } = world
    const code = await approvedCode(world)
    const mail = await lastMail(testApp, email, /second factors will be reset/)
    const page = createPlainBrowser(testApp)
    await page.visit(mail.links[0] ?? '')
    expect(page.page()).toContain('<button')
    expect((await one.call('GET', pathOf(ann.userId))).status).toBe(200)
    expect((await press(testApp, mail.token)).status).toBe(200)
    expect(await press(testApp, mail.token)).toMatchObject(refused)
    testApp.clock.advance(day)
    expect(await complete(testApp, code)).toMatchObject(refused)
    expect(await asksForFactor(testApp)).toBe(true)
  })

  test('is told to the mailbox that a change of address left a moment ago, too', async () => {
    const { testApp, ann, one, two } = await open()
    const changedAt = new Date(testApp.clock.now()).toISOString()
    const former = { email: 'ann.before@example.com', changedAt, sessionId: 's', wasProved: true }
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, formerAddresses: [former] }))
    await start(one, ann.userId)
    await approve(two, ann.userId)
    const { token } = await lastMail(testApp, former.email, /second factors will be reset/)
    expect((await press(testApp, token)).status).toBe(200)
  })

  test('is withdrawn by staff, and voided by who wins the account back by mail', async () => {
    const world = await open()
    const { testApp, ann, one } = world
    const code = await approvedCode(world)
    expect((await one.call('DELETE', pathOf(ann.userId))).status).toBe(204)
    expect((await one.call('DELETE', pathOf(ann.userId))).status).toBe(204)
    testApp.clock.advance(day)
    expect(await complete(testApp, code)).toMatchObject(refused)

    for (const browser of [world.one, world.two]) {
      await logInWith(browser, password, browser === world.one ? 'one@example.com' : 'two@example.com')
      await stepUp(browser)
    }
    const second = await approvedCode(world)
    const account = (await testApp.users.read(ann.userId))?.value
    const [told] = account ? await testApp.auth.whereToTell(account, account.createdAt) : []
    const token = new URL(told?.notMe ?? '').searchParams.get('token')
    await browserOf(testApp).call('POST', `${auth}/not-me`, { body: { token } })
    testApp.clock.advance(day)
    expect(await complete(testApp, second)).toMatchObject(refused)
  })

  test('cancels a deletion that somebody else has asked for', async () => {
    const world = await open()
    const { testApp, ann } = world
    const code = await approvedCode(world)
    const { mfaToken, ...intruder } = await logIn(testApp)
    const body = { mfaToken, code: codeOf(testApp, ann.secret) }
    await intruder.call('POST', `${auth}/login/mfa`, { body })
    testApp.clock.advance(60_000)
    await stepUp(intruder, { code: codeOf(testApp, ann.secret) })
    expect((await intruder.call('DELETE', me)).status).toBe(204)
    testApp.clock.advance(day)
    expect((await complete(testApp, code)).status).toBe(200)
    expect(await asksForFactor(testApp)).toBe(false)
  })
})

describe('who may help whom', () => {
  test('is two: the one who has started it does not approve it', async () => {
    const { ann, one, two } = await open()
    expect((await approve(two, ann.userId)).status).toBe(404)
    await start(one, ann.userId)
    expect((await start(two, ann.userId)).status).toBe(409)
    expect((await approve(one, ann.userId)).status).toBe(403)
    expect((await approve(two, ann.userId)).status).toBe(200)
    expect((await start(one, ann.userId)).status).toBe(409)
  })

  test.each<[Role, Role, Role, number, number]>([
    ['user', 'mentor', 'admin', 204, 200],
    ['user', 'admin', 'mentor', 204, 200],
    ['user', 'mentor', 'mentor', 204, 403],
    ['mentor', 'admin', 'admin', 204, 200],
    ['mentor', 'mentor', 'admin', 403, 404],
    ['admin', 'admin', 'mentor', 204, 403],
    ['admin', 'admin', 'admin', 204, 200],
    ['user', 'user', 'admin', 403, 404],
  ])(
    'an account of a %s: started by a %s and approved by a %s',
    async (whose, first, second, begun, ended) => {
      const testApp = await createTestApp()
      const ann = await lockedOut(testApp, whose)
      expect((await start(await staff(testApp, 'one', first), ann.userId)).status).toBe(begun)
      expect((await approve(await staff(testApp, 'two', second), ann.userId)).status).toBe(ended)
    },
  )

  test('nobody helps themselves, and nobody helps a guest or who is not there', async () => {
    const { testApp, one } = await open()
    expect((await start(one, one.userId)).status).toBe(403)
    const guest = await browserOf(testApp).call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
    expect((await start(one, guest.body.user.id)).status).toBe(404)
    expect((await start(one, '00000000-0000-7000-8000-00000000ffff')).status).toBe(404)
  })

  test('only who has just proved again who they are', async () => {
    const { testApp, ann, one, two } = await open()
    testApp.clock.advance(10 * 60_000 + 1)
    for (const act of [() => start(one, ann.userId), () => approve(two, ann.userId)])
      expect((await act()).body.error.code).toBe('step_up_required')
  })

  test('not who has been found out since', async () => {
    const { testApp, ann, one, two } = await open()
    await start(one, ann.userId)
    await testApp.users.changeUser(one.userId, (user) => ({ ...user, role: 'user' }))
    expect((await approve(two, ann.userId)).status).toBe(404)
    await testApp.users.changeUser(one.userId, (user) => ({ ...user, role: 'admin', status: 'suspended' }))
    expect((await approve(two, ann.userId)).status).toBe(404)
  })

  test('no other thing that an administrator can do takes somebody’s second factors away', async () => {
    const { testApp, ann, one } = await open()
    const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
    const factors = async () => (await testApp.users.read(ann.userId))?.value.secondFactors
    const before = await factors()
    expect(before?.passkeys).toHaveLength(1)
    let walked = 0
    for (const [path, methods] of Object.entries(paths))
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation['x-roles']?.includes('admin')) continue
        const example = operation.requestBody?.content['application/json']?.example
        await one.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, ann.userId), {
          ...(example === undefined ? {} : { body: example }),
        })
        await one.call('POST', `${auth}/refresh`)
        expect(await factors(), `${method} ${path}`).toEqual(before)
        walked++
      }
    expect(walked).toBeGreaterThan(15)
  })
})

describe.each(['sqlite', 'cosmos'] as const)('two processes on %s', (kind) => {
  const openShared = async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    closes.push(close)
    const ann = await lockedOut(one)
    const helpers = [
      await staff(one, 'one', 'admin'),
      await staff(one, 'two', 'admin'),
      await staff(one, 'three', 'admin'),
    ] as const
    return { one, two, ann, helpers }
  }

  test('of thirty approvals one gives a code, and of thirty uses of it one counts', async () => {
    const { one, two, ann, helpers } = await openShared()
    const [first, ...others] = helpers
    await start(first, ann.userId)
    const approvals = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        approve(copyOf(i % 2 ? two : one, others[i % 4 < 2 ? 0 : 1]), ann.userId),
      ),
    )
    const codes = approvals.flatMap(({ status, body }) => (status === 200 ? [body.code as string] : []))
    expect(codes).toHaveLength(1)
    expect((await mailsTo(one, email)).filter(({ subject }) => /will be reset/.test(subject))).toHaveLength(1)
    one.clock.advance(day)
    const uses = await Promise.all(
      Array.from({ length: 30 }, (_, i) => complete(i % 2 ? two : one, codes[0] ?? '')),
    )
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('a cancellation and a use at the same time: one of them counts', async () => {
    const { one, two, ann, helpers } = await openShared()
    const [first, second] = helpers
    await start(first, ann.userId)
    const { code } = (await approve(second, ann.userId)).body
    const { token } = await lastMail(one, email, /will be reset/)
    one.clock.advance(day)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? press(two, token) : complete(one, code))),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const hasUsed = answers.some(({ status }, i) => status === 200 && i % 2 === 0)
    expect(await asksForFactor(one)).toBe(!hasUsed)
  })
})
