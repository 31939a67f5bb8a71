import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { sessions } from '../../../src/core/accounts/auth/sessions.model.ts'
import {
  type Answer,
  type Browser,
  browserOf,
  createTestApp,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { sharedStores, startTwoProcesses, type TwoProcesses } from '../../two-processes.ts'

const refreshPath = '/api/v1/auth/refresh'
const second = 1_000
const minute = 60 * second

/** The same cookies in another jar: another tab, or a thief. */
function copyOf(testApp: TestApp, { cookies }: Pick<Browser, 'cookies'>): Browser {
  const copy = browserOf(testApp)
  for (const [name, value] of cookies) copy.cookies.set(name, value)
  return copy
}

/** The server has answered, and nobody hears it: the jar stays as it was. */
const refreshUnheard = (testApp: TestApp, browser: Pick<Browser, 'cookies'>): Promise<Answer> =>
  copyOf(testApp, browser).call('POST', refreshPath)

const readProfile = async (testApp: TestApp, { call }: Pick<Browser, 'call'>): Promise<Answer> => {
  const answer = await call('GET', '/api/v1/users/me')
  await testApp.settled()
  return answer
}

const reusesOf = ({ auditRecords }: TestApp) =>
  auditRecords.filter(({ eventType }) => eventType === 'auth.refresh.reuse').length

test('who lost the answer to a sign-up logs in with the same, and nobody does with another password', async () => {
  const testApp = await createTestApp()
  const { email, password, name } = person
  const unheard = browserOf(testApp)
  const key = { 'Idempotency-Key': 'one' }
  const first = await unheard.call('POST', '/api/v1/auth/signup', {
    body: { email, password, name },
    headers: key,
  })
  const ann = browserOf(testApp)
  const again = await ann.call('POST', '/api/v1/auth/signup', {
    body: { email, password, name },
    headers: key,
  })
  expect([first.status, again.status, again.body.error.code]).toEqual([201, 409, 'user_exists'])
  const wrong = await ann.call('POST', '/api/v1/auth/login', {
    body: { email, password: 'not the password' },
  })
  expect(wrong.status).toBe(401)
  const login = await ann.call('POST', '/api/v1/auth/login', { body: { email, password } })
  expect([login.status, login.body.user.id]).toEqual([200, first.body.user.id])
  expect((await readProfile(testApp, ann)).status).toBe(200)
})

describe('the answer to a refresh that was lost', () => {
  test('may be asked for again for as long as the session lives', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    for (const pauseMs of [20_001, 5 * minute, 6 * 24 * 60 * minute]) {
      expect((await refreshUnheard(testApp, ann)).status).toBe(200)
      testApp.clock.advance(pauseMs)
    }
    expect((await ann.call('POST', refreshPath)).status).toBe(200)
    expect((await readProfile(testApp, ann)).status).toBe(200)
    expect(reusesOf(testApp)).toBe(0)
  })

  test('may be asked for again although the old access token was used in between', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await ann.call('POST', refreshPath)
    await refreshUnheard(testApp, ann)
    expect((await readProfile(testApp, ann)).status).toBe(200)
    testApp.clock.advance(minute)
    expect((await ann.call('POST', refreshPath)).status).toBe(200)
  })

  test('by two tabs at once, of which one goes on before the other is answered', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await refreshUnheard(testApp, ann)
    testApp.clock.advance(10 * minute)
    const slow = copyOf(testApp, ann)
    await ann.call('POST', refreshPath)
    await readProfile(testApp, ann)
    testApp.clock.advance(20 * second)
    expect((await slow.call('POST', refreshPath)).status).toBe(200)
  })

  test('keeps a session of a store from before this was noted', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    await refreshUnheard(testApp, ann)
    const [stored] = (await testApp.ports.documents.scan(sessions)).items
    const { firstUsedAt: _, ...older } = stored!.value
    await testApp.ports.documents.replace(sessions, older, stored!.version)
    testApp.clock.advance(minute)
    expect((await ann.call('POST', refreshPath)).status).toBe(200)
  })
})

describe('a predecessor whose successor was used', () => {
  const stolen = async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const thief = copyOf(testApp, ann)
    await ann.call('POST', refreshPath)
    return { testApp, ann, thief }
  }
  const expectTheft = async ({ testApp, ann, thief }: { testApp: TestApp; ann: Browser; thief: Browser }) => {
    const reuse = await thief.call('POST', refreshPath)
    expect(reuse).toMatchObject({ status: 401, body: { error: { code: 'token_revoked' } } })
    for (const browser of [ann, thief]) {
      expect((await browser.call('GET', '/api/v1/users/me')).status).toBe(401)
      expect((await browser.call('POST', refreshPath)).status).toBe(401)
    }
    expect(reusesOf(testApp)).toBe(1)
  }

  test('by a request', async () => {
    const scene = await stolen()
    await readProfile(scene.testApp, scene.ann)
    scene.testApp.clock.advance(20_001)
    await expectTheft(scene)
  })

  test('by a request that the process need not look up', async () => {
    const scene = await stolen()
    const { testApp, ann } = scene
    await readProfile(testApp, ann)
    await ann.call('POST', refreshPath)
    scene.thief.cookies.clear()
    for (const [name, value] of copyOf(testApp, ann).cookies) scene.thief.cookies.set(name, value)
    await ann.call('POST', refreshPath)
    await ann.call('GET', '/api/v1/auth/sessions')
    await readProfile(testApp, ann)
    testApp.clock.advance(20_001)
    await expectTheft(scene)
  })

  test('by a change', async () => {
    const scene = await stolen()
    await scene.ann.call('PATCH', '/api/v1/users/me', { body: { name: 'Anna' } })
    await scene.testApp.settled()
    scene.testApp.clock.advance(20_001)
    await expectTheft(scene)
  })

  test('by the next refresh, at once', async () => {
    const scene = await stolen()
    await scene.ann.call('POST', refreshPath)
    await expectTheft(scene)
  })

  test('by the thief: then it is the owner who shows it', async () => {
    const { testApp, ann, thief } = await stolen()
    await readProfile(testApp, ann)
    Object.assign(thief, copyOf(testApp, ann))
    await thief.call('POST', refreshPath)
    await readProfile(testApp, thief)
    testApp.clock.advance(20_001)
    await expectTheft({ testApp, ann: thief, thief: ann })
  })
})

/** What may happen in one browser, between two refreshes. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('refresh' as const),
    isHeard: fc.boolean(),
    tabs: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('read' as const) }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 29 * 60 }) }),
)

test('property: whatever answers are lost, nobody who is there is signed out', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const testApp = await createTestApp({ environment: { SESSION_IDLE_MINUTES: '30' } })
      const ann = await signedInBrowser(testApp)
      let waited = 0
      for (const one of steps) {
        if (one.kind === 'wait') {
          // Idle time begins anew with whatever reaches the server.
          const seconds = Math.min(one.seconds, 29 * 60 - waited)
          waited += seconds
          testApp.clock.advance(seconds * second)
          continue
        }
        waited = 0
        if (one.kind === 'read') {
          const { status, body } = await readProfile(testApp, ann)
          if (status !== 200) expect(body.error.code).toBe('invalid_token')
          if (status !== 200) await refreshUnheard(testApp, ann)
          continue
        }
        const tabs = Array.from({ length: one.tabs }, () => copyOf(testApp, ann))
        const answers = await Promise.all(tabs.map(({ call }) => call('POST', refreshPath)))
        expect(answers.map(({ status }) => status)).toEqual(Array(one.tabs).fill(200))
        expect(new Set(tabs.map(({ cookies }) => cookies.get('refreshToken'))).size).toBe(1)
        await testApp.settled()
        if (one.isHeard) for (const [name, value] of tabs[0]!.cookies) ann.cookies.set(name, value)
      }
      expect((await ann.call('POST', refreshPath)).status).toBe(200)
      expect(reusesOf(testApp)).toBe(0)
    }),
    { numRuns: 60 },
  )
})

/** The owner and a thief with a copy of the cookies, by turns. Each who gets tokens uses them. */
const turn = fc.record({
  isThief: fc.boolean(),
  isLost: fc.boolean(),
  pauseSeconds: fc.integer({ min: 21, max: 600 }),
})

test('property: two who use what one cookie led to do not both go on', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 12 }), async (turns) => {
      const testApp = await createTestApp()
      const owner = await signedInBrowser(testApp)
      const thief = copyOf(testApp, owner)
      let lastToUse: boolean | null = null
      let isOver = false
      for (const { isThief, isLost, pauseSeconds } of turns) {
        testApp.clock.advance(pauseSeconds * second)
        const who = isThief ? thief : owner
        const before = who.cookies.get('refreshToken')
        const answer = isLost ? await refreshUnheard(testApp, who) : await who.call('POST', refreshPath)
        isOver ||= lastToUse !== null && lastToUse !== isThief
        expect(answer.status).toBe(isOver ? 401 : 200)
        if (isOver) continue
        if (isLost) {
          expect(who.cookies.get('refreshToken')).toBe(before)
          continue
        }
        expect((await readProfile(testApp, who)).status).toBe(200)
        lastToUse = isThief
      }
      expect(reusesOf(testApp)).toBe(isOver ? 1 : 0)
      if (isOver)
        for (const { call } of [owner, thief])
          expect((await call('GET', '/api/v1/users/me')).status).toBe(401)
    }),
    { numRuns: 60 },
  )
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])('two processes on %s', (kind) => {
  let processes: TwoProcesses
  afterEach(() => processes.close())

  test('50 refreshes of one cookie: one successor, and the next one of each is no theft', async () => {
    processes = await startTwoProcesses(kind)
    const { one, two } = processes
    const ann = await signedInBrowser(one)
    const tabs = Array.from({ length: 50 }, (_, index) => copyOf(index % 2 === 0 ? one : two, ann))
    const answers = await Promise.all(tabs.map(({ call }) => call('POST', refreshPath)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(new Set(tabs.map(({ cookies }) => cookies.get('refreshToken'))).size).toBe(1)
    const uses = await Promise.all(tabs.map(({ call }) => call('GET', '/api/v1/users/me')))
    expect(uses.map(({ status }) => status)).toEqual(Array(50).fill(200))
    await Promise.all([one.settled(), two.settled()])
    one.clock.advance(20_000)
    const late = copyOf(two, ann)
    expect((await late.call('POST', refreshPath)).status).toBe(200)
    expect(reusesOf(one)).toBe(0)
  })

  test('20 refreshes and 20 uses of a predecessor after that: the session ends once', async () => {
    processes = await startTwoProcesses(kind)
    const { one, two } = processes
    const ann = await signedInBrowser(one)
    const thieves = Array.from({ length: 20 }, (_, index) => copyOf(index % 2 === 0 ? one : two, ann))
    await ann.call('POST', refreshPath)
    await readProfile(one, ann)
    one.clock.advance(20_001)
    const answers = await Promise.all(thieves.map(({ call }) => call('POST', refreshPath)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(401))
    expect((await copyOf(two, ann).call('POST', refreshPath)).status).toBe(401)
    expect(reusesOf(one)).toBe(1)
  })
})
