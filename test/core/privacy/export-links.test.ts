import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataExports } from '../../../src/core/privacy/exports/exports.model.ts'
import {
  type Answer,
  type Browser,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { sharedStores, startTwoProcesses, type TwoProcesses } from '../../two-processes.ts'
import { unzip } from '../files/zip.ts'
import { staffMember } from '../learning/course-people.ts'

const path = '/api/v1/users/me/data-export'
const minute = 60_000
const day = 24 * 60 * minute
const { email, password } = person

type Signed = Awaited<ReturnType<typeof signedInBrowser>>

const stepUp = ({ call }: Pick<Browser, 'call'>) =>
  call('POST', '/api/v1/auth/step-up', { body: { password } })
const ask = ({ call }: Pick<Browser, 'call'>): Promise<Answer> => call('GET', path)

async function readyExport(testApp: TestApp, browser: Pick<Browser, 'call'>): Promise<Answer> {
  await stepUp(browser)
  expect((await ask(browser)).status).toBe(202)
  await testApp.settled()
  const ready = await ask(browser)
  expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } })
  return ready
}
const blobsOf = async (testApp: TestApp) =>
  (await testApp.ports.blobs.list('exports', { prefix: '', limit: 100 })).items.map((item) => item.path)

describe('the link', () => {
  test('is good for five minutes from each time it is asked for, and is kept by no browser', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const first = await readyExport(testApp, ann)
    const at = (ms: number) => new Date(testApp.clock.now() + ms).toISOString()
    expect(first.body.expiresAt).toBe(at(5 * minute))
    expect(first.body.availableUntil).toBe(at(day))
    const zip = await testApp.app.request(first.body.url)
    expect(zip.headers.get('cache-control')).toBe('private, no-store')
    testApp.clock.advance(5 * minute)
    expect((await testApp.app.request(first.body.url)).status).toBe(403)
    const again = await ask(ann)
    expect(again.body).toMatchObject({ id: first.body.id, expiresAt: at(5 * minute) })
    expect((await testApp.app.request(again.body.url)).status).toBe(200)
  })

  test('does not outlive the file', async () => {
    const testApp = await createTestApp({ environment: { STEP_UP_SECONDS: '3600' } })
    const ann = await signedInBrowser(testApp)
    const { body } = await readyExport(testApp, ann)
    testApp.clock.advance(day - 2 * minute)
    await ann.call('POST', '/api/v1/auth/refresh')
    await stepUp(ann)
    expect((await ask(ann)).body.expiresAt).toBe(body.availableUntil)
  })
})

type Raise = (testApp: TestApp, ann: Signed, admin: Pick<Browser, 'call'>) => Promise<unknown>
const atOnce = (raise: Raise) => async (): Promise<Raise> => raise

/** Everything that raises the epoch: whoever had the account before has it no more, or not as before. What it takes first. */
const raises: readonly (readonly [string, (testApp: TestApp) => Promise<Raise>])[] = [
  [
    'the password is changed',
    atOnce((_, { call }) =>
      call('POST', '/api/v1/auth/change-password', {
        body: { currentPassword: password, newPassword: 'Another-Long-Pass-77' },
      }),
    ),
  ],
  [
    'the password is reset',
    async (testApp) => {
      await browserOf(testApp).call('POST', '/api/v1/auth/forgot-password', { body: { email } })
      await testApp.settled()
      const letters = (await testApp.ports.mailbox?.messages()) ?? []
      const letter = letters.find(({ subject }) => /password/i.test(subject))
      const token = /token=([\w.-]+)/.exec(letter?.text ?? '')?.[1]
      return (app) =>
        browserOf(app).call('POST', '/api/v1/auth/reset-password', {
          body: { token, newPassword: 'Another-Long-Pass-77' },
        })
    },
  ],
  ['the deletion is asked for', atOnce((_, { call }) => call('DELETE', '/api/v1/users/me'))],
  ['the account is erased', atOnce((_, { call }) => call('DELETE', '/api/v1/users/me?immediate=true'))],
  [
    'the account is suspended',
    atOnce((_, { userId }, admin) =>
      admin.call('PATCH', `/api/v1/admin/users/${userId}`, { body: { status: 'suspended' } }),
    ),
  ],
  [
    'an admin ends the sessions',
    atOnce((_, { userId }, admin) => admin.call('POST', `/api/v1/admin/users/${userId}/revoke-sessions`)),
  ],
  [
    'anything else raises the epoch',
    atOnce((testApp, { userId }) =>
      testApp.users.changeUser(userId, (user) => ({ ...user, securityEpoch: user.securityEpoch + 1 })),
    ),
  ],
]

describe.each(raises)('once %s', (_, prepare) => {
  let raise: Raise
  let testApp: TestApp
  let ann: Signed
  let admin: Pick<Browser, 'call'>
  beforeEach(async () => {
    testApp = await createTestApp()
    ann = await signedInBrowser(testApp)
    admin = await staffMember(testApp, 'Root', 'admin')
    await stepUp(admin)
    raise = await prepare(testApp)
  })

  test('the link is void at once, and the file is gone', async () => {
    const { body } = await readyExport(testApp, ann)
    await raise(testApp, ann, admin)
    await testApp.settled()
    expect((await testApp.app.request(body.url)).status).toBe(404)
    expect(await blobsOf(testApp)).toEqual([])
    expect((await testApp.ports.documents.scan(dataExports)).items).toEqual([])
  })

  test('an export that is being made is not handed over, and nobody is told of it', async () => {
    await stepUp(ann)
    // By a process that dies on it: else it may be made before the epoch is raised.
    const dying = await createTestApp({ ports: () => ({ ...testApp.ports, defer: { run: () => {} } }) })
    const tab = browserOf(dying)
    for (const [name, value] of ann.cookies) tab.cookies.set(name, value)
    expect((await tab.call('GET', '/api/v1/users/me/data-export')).body.status).toBe('preparing')
    await raise(testApp, ann, admin)
    await testApp.settled()
    testApp.clock.advance(3 * minute)
    await testApp.runJob('prepare-exports')
    expect(await blobsOf(testApp)).toEqual([])
    const letters = (await testApp.ports.mailbox?.messages()) ?? []
    expect(letters.map(({ subject }) => subject)).not.toContain('Your data is ready')
  })

  test('a process that died in between leaves it to the next minute', async () => {
    const { body } = await readyExport(testApp, ann)
    const dying = await createTestApp({ ports: () => ({ ...testApp.ports, defer: { run: () => {} } }) })
    const tab = browserOf(dying)
    for (const [name, value] of ann.cookies) tab.cookies.set(name, value)
    await raise(dying, { ...ann, ...tab }, admin)
    await testApp.runJob('prepare-exports')
    expect((await testApp.app.request(body.url)).status).toBe(404)
  })
})

test('while it is written down, its person is looked at once more: the file of a lost race is removed', async () => {
  let isRaised = false
  const testApp: TestApp = await createTestApp({
    ports: ({ blobs }) => ({
      blobs: {
        ...blobs,
        async write(...call) {
          await blobs.write(...call)
          if (!call[0].path.endsWith('.zip') || isRaised) return
          isRaised = true
          await testApp.users.changeUser(ann.userId, (user) => ({
            ...user,
            securityEpoch: user.securityEpoch + 1,
          }))
        },
      },
    }),
  })
  const ann = await signedInBrowser(testApp)
  await stepUp(ann)
  await ask(ann)
  await testApp.settled()
  expect(isRaised).toBe(true)
  expect(await blobsOf(testApp)).toEqual([])
  expect(await testApp.ports.mailbox?.messages()).not.toContainEqual(
    expect.objectContaining({ subject: 'Your data is ready' }),
  )
})

test('what somebody left who died while making one is removed in two days', async () => {
  const testApp = await createTestApp()
  const name = { container: 'exports', path: 'somebody/export/0.json' }
  await testApp.ports.blobs.write(name, new Uint8Array([1]))
  testApp.clock.advance(2 * day - 1)
  await testApp.runJob('remove-old-exports')
  expect(await testApp.ports.blobs.head(name)).not.toBeNull()
  testApp.clock.advance(1)
  await testApp.runJob('remove-old-exports')
  expect(await testApp.ports.blobs.head(name)).toBeNull()
})

test('one of a store from before the epoch was noted is made anew', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const { body } = await readyExport(testApp, ann)
  const [stored] = (await testApp.ports.documents.scan(dataExports)).items
  const { epoch: _, ...older } = stored!.value
  await testApp.ports.documents.replace(dataExports, older, stored!.version)
  const again = await ask(ann)
  expect(again.status).toBe(202)
  expect(again.body.id).not.toBe(body.id)
  await testApp.settled()
  expect((await ask(ann)).status).toBe(200)
  expect(await blobsOf(testApp)).toHaveLength(1)
})

test('HEAD starts none, and says what GET would', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  await stepUp(ann)
  const head = async () => {
    const cookie = [...ann.cookies].map((pair) => pair.join('=')).join('; ')
    const { status } = await testApp.app.request(`${origin}${path}`, { method: 'HEAD', headers: { cookie } })
    await testApp.settled()
    return status
  }
  expect(await head()).toBe(202)
  expect((await testApp.ports.documents.scan(dataExports)).items).toEqual([])
  await readyExport(testApp, ann)
  expect(await head()).toBe(200)
})

describe('a guest', () => {
  const enter = async (testApp: TestApp) => {
    const guest = browserOf(testApp)
    const { body } = await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Fleeting' } })
    return { ...guest, userId: body.user.id as string }
  }

  test('can have what is held about them, without proving again what they have not', async () => {
    const testApp = await createTestApp()
    const guest = await enter(testApp)
    expect((await ask(guest)).status).toBe(202)
    await testApp.settled()
    const { body } = await ask(guest)
    const zip = unzip(new Uint8Array(await (await testApp.app.request(body.url)).arrayBuffer()))
    expect(zip.get('data/Users.json')).toContain('Fleeting')
    expect(await testApp.ports.mailbox?.messages()).toEqual([])
  })

  test('can be gone before the day is over, at once and with everything', async () => {
    const testApp = await createTestApp()
    const admin = await staffMember(testApp, 'Root', 'admin')
    const guest = await enter(testApp)
    const opened = await guest.call('POST', '/api/v1/conversations', {
      body: { type: 'direct', participantIds: [admin.userId] },
    })
    expect(opened.status).toBe(201)
    const gone = await guest.call('DELETE', '/api/v1/users/me')
    expect(gone.status).toBe(204)
    await testApp.settled()
    const receipt = await browserOf(testApp).call('GET', gone.headers.get('location') ?? '')
    expect(receipt.body.state).toBe('done')
    expect(await testApp.users.read(guest.userId)).toBeNull()
    expect((await guest.call('GET', '/api/v1/users/me')).status).toBe(401)
    expect(await testApp.ports.mailbox?.messages()).toEqual([])
    testApp.clock.advance(day + minute)
    await testApp.runJob('erase-accounts')
  })

  test('sees themselves, and their sessions, and can end them', async () => {
    const testApp = await createTestApp()
    const guest = await enter(testApp)
    expect((await guest.call('GET', '/api/v1/users/me')).body).toMatchObject({
      name: 'Fleeting',
      role: 'guest',
    })
    const [session] = (await guest.call('GET', '/api/v1/auth/sessions')).body.items
    expect((await guest.call('DELETE', '/api/v1/auth/sessions')).status).toBe(204)
    expect((await guest.call('DELETE', `/api/v1/auth/sessions/${session.id}`)).status).toBe(204)
    expect((await guest.call('GET', '/api/v1/users/me')).status).toBe(401)
  })
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])('two processes on %s', (kind) => {
  let processes: TwoProcesses
  beforeEach(async () => {
    processes = await startTwoProcesses(kind)
  })
  afterEach(() => processes.close())

  /** Steps up on both, so that each process has lately seen the session to be good. */
  async function seenByBoth() {
    const { one, two } = processes
    const ann = await signedInBrowser(one)
    const there = browserOf(two)
    for (const [name, value] of ann.cookies) there.cookies.set(name, value)
    await stepUp(ann)
    for (const [name, value] of ann.cookies) there.cookies.set(name, value)
    expect((await there.call('GET', '/api/v1/users/me')).status).toBe(200)
    return { one, two, ann, there }
  }

  test.each([
    ['by signing out', ({ call }: Signed) => call('POST', '/api/v1/auth/logout')],
    ['by another of the person’s devices', ({ call }: Signed) => call('DELETE', '/api/v1/users/me')],
  ])('a session that ended on one %s starts no export on the other', async (_, end) => {
    const { two, ann, there } = await seenByBoth()
    expect((await end(ann)).status).toBeLessThan(300)
    const refused = await ask(there)
    expect([401, 403]).toContain(refused.status)
    await two.settled()
    expect((await two.ports.documents.scan(dataExports)).items).toEqual([])
    expect(await blobsOf(two)).toEqual([])
  })

  test('asked for 30 times at once it is made once', async () => {
    const { one, two, ann, there } = await seenByBoth()
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => ask(index % 2 === 0 ? ann : there)),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    await Promise.all([one.settled(), two.settled()])
    expect(await blobsOf(one)).toHaveLength(1)
    const started = one.auditRecords.filter(({ eventType }) => eventType === 'data.export')
    expect(started).toHaveLength(1)
  })

  test('the epoch raised on one while the other makes it: nothing is left', async () => {
    const { one, two, ann, there } = await seenByBoth()
    await ask(there)
    await ann.call('POST', '/api/v1/auth/change-password', {
      body: { currentPassword: password, newPassword: 'Another-Long-Pass-77' },
    })
    await Promise.all([one.settled(), two.settled()])
    expect(await blobsOf(one)).toEqual([])
  })
})
