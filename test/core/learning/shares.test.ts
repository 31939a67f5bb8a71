import { beforeEach, describe, expect, test } from 'vitest'
import { shares } from '../../../src/core/learning/shares/shares.model.ts'
import { browserOf, createTestApp, origin, type TestApp } from '../../app.ts'
import { complete, enrol, publishCourse, signUp, staffMember } from './course-people.ts'

const minute = 60_000
const day = 24 * 60 * minute
const password = 'SecurePass123!'

type Person = Awaited<ReturnType<typeof signUp>>

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let ann: Person
let shared: { id: string; lessonIds: string[] }
let other: { id: string; lessonIds: string[] }

const in30Days = () => new Date(testApp.clock.now() + 30 * day).toISOString()
const stepUp = ({ call }: Pick<Person, 'call'>) =>
  call('POST', '/api/v1/auth/step-up', { body: { password } })
const share = ({ call }: Pick<Person, 'call'>, change: Record<string, unknown> = {}) =>
  call('POST', '/api/v1/users/me/shares', {
    body: { recipientName: 'Officer Dana Hill', courseIds: [shared.id], expiresAt: in30Days(), ...change },
  })
const tokenIn = (url: string) => url.split('#')[1] ?? ''
/** As the page behind the link asks: by nobody. */
const look = (token: string) => browserOf(testApp).call('POST', '/api/v1/shared', { body: { token } })
const list = async ({ call }: Pick<Person, 'call'>) =>
  (await call('GET', '/api/v1/users/me/shares')).body.items
const disclosuresOf = async ({ call }: Pick<Person, 'call'>) =>
  (await call('GET', '/api/v1/users/me/disclosures')).body.items
const later = async (ms: number, person: Person) => {
  testApp.clock.advance(ms)
  await person.call('POST', '/api/v1/auth/refresh')
}

const start = async (options: Parameters<typeof createTestApp>[0] = {}) => {
  testApp = await createTestApp(options)
  admin = await staffMember(testApp, 'Zoe', 'admin')
  shared = await publishCourse(admin.call, { title: 'A pay slip', lessons: 2 })
  other = await publishCourse(admin.call, { title: 'Living with a record', lessons: 2 })
  ann = await signUp(testApp, 'Ann')
  for (const { id } of [shared, other]) await enrol(ann.call, id)
  await complete(ann.call, shared.id, shared.lessonIds[0]!)
  await complete(ann.call, other.id, other.lessonIds[0]!)
  await stepUp(ann)
}
beforeEach(() => start())

describe('a link to one’s progress', () => {
  test('shows what was named and nothing else, and each look is a disclosure', async () => {
    const made = await share(ann)
    expect(made.status).toBe(201)
    expect(made.headers.get('cache-control')).toBe('private, no-store')
    expect(made.body).toMatchObject({
      recipientName: 'Officer Dana Hill',
      courses: [{ id: shared.id, title: 'A pay slip' }],
      isActive: true,
      lookCount: 0,
    })
    expect(made.body.url).toMatch(/\/api\/v1\/shared#[\w-]{43}$/)
    const token = tokenIn(made.body.url)

    testApp.clock.advance(minute)
    const seen = await look(token)
    expect(seen.headers.get('cache-control')).toBe('private, no-store')
    expect(seen).toMatchObject({ status: 200 })
    expect(seen.body).toEqual({
      learner: 'Ann',
      recipientName: 'Officer Dana Hill',
      expiresAt: made.body.expiresAt,
      courses: [{ title: 'A pay slip', progress: 50, completedAt: null, timeSpent: 0, timeSpentSeconds: 0 }],
    })
    await complete(ann.call, shared.id, shared.lessonIds[1]!)
    testApp.clock.advance(minute)
    expect((await look(token)).body.courses[0]).toMatchObject({
      progress: 100,
      completedAt: expect.any(String),
    })

    const [mine] = await list(ann)
    const at = (ms: number) => new Date(testApp.clock.now() - ms).toISOString()
    expect(mine).toMatchObject({ lookCount: 2, looks: [at(0), at(minute)] })
    expect(mine).not.toHaveProperty('url')
    const looks = (await disclosuresOf(ann)).filter(({ who }: any) => who.role === 'recipient')
    expect(looks).toEqual([
      expect.objectContaining({ at: at(0), who: { role: 'recipient', name: 'Officer Dana Hill' } }),
      expect.objectContaining({ at: at(minute), why: 'You made a link for it' }),
    ])
  })

  test('is nowhere but in that answer: not at rest, not in the log, not in a mail', async () => {
    const { body } = await share(ann)
    const token = tokenIn(body.url)
    await look(token)
    await testApp.settled()
    const stored = (await testApp.ports.documents.scan(shares)).items
    const mails = await testApp.mail.mailbox?.()
    expect(stored).toHaveLength(2)
    for (const kept of [stored, testApp.auditRecords, testApp.log.events, mails])
      expect(JSON.stringify(kept)).not.toContain(token)
    const told = mails?.filter(({ to }) => to === 'ann@example.com').map(({ subject }) => subject)
    expect(told).toContain('A link to your progress was made')
    expect(JSON.stringify(mails)).not.toMatch(/Dana|pay slip/)
  })

  test('is not counted, nor leads anywhere, for what only opens it: previews, scanners, prefetchers', async () => {
    const { body } = await share(ann)
    const url = new URL(body.url)
    for (const method of ['GET', 'HEAD']) {
      const page = await testApp.app.request(`${origin}${url.pathname}`, { method })
      expect(page.status).toBe(200)
      expect(Object.fromEntries(page.headers)).toMatchObject({
        'cache-control': 'private, no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow, noarchive',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      })
      expect(await page.text()).not.toMatch(/Ann|Dana|pay slip/)
    }
    expect((await list(ann))[0].lookCount).toBe(0)
    // Neither does a token in a query or a path lead anywhere.
    const token = tokenIn(body.url)
    for (const path of [`${url.pathname}?token=${token}`, `${url.pathname}/${token}`])
      expect(await (await testApp.app.request(`${origin}${path}`)).text()).not.toMatch(/pay slip/)
    expect((await list(ann))[0].lookCount).toBe(0)
  })

  test('shows no course that its owner has left', async () => {
    const { body } = await share(ann, { courseIds: [shared.id, other.id] })
    await ann.call('DELETE', `/api/v1/courses/${other.id}/enroll`)
    expect((await look(tokenIn(body.url))).body.courses.map(({ title }: any) => title)).toEqual([
      'A pay slip',
    ])
  })

  test('goes on showing one that was archived, by its name', async () => {
    const { body } = await share(ann)
    await admin.call('DELETE', `/api/v1/courses/${shared.id}`)
    expect((await look(tokenIn(body.url))).body.courses[0].title).toBe('A pay slip')
    expect((await list(ann))[0].courses[0].title).toBe('A pay slip')
  })
})

describe('it is made', () => {
  test('by who has proved again who they are', async () => {
    await later(11 * minute, ann)
    expect(await share(ann)).toMatchObject({ status: 403, body: { error: { code: 'step_up_required' } } })
    expect(await list(ann)).toEqual([])
    await stepUp(ann)
    expect((await share(ann)).status).toBe(201)
    await later(11 * minute, ann)
    const [{ id }] = await list(ann)
    expect((await ann.call('DELETE', `/api/v1/users/me/shares/${id}`)).status).toBe(204)
  })

  test('of courses that one takes, for a time that is not too long', async () => {
    const third = await publishCourse(admin.call)
    for (const [change, path] of [
      [{ courseIds: [shared.id, third.id] }, 'courseIds.1'],
      [{ courseIds: [] }, 'courseIds'],
      [{ expiresAt: new Date(testApp.clock.now() - 1).toISOString() }, 'expiresAt'],
      [{ expiresAt: new Date(testApp.clock.now() + 181 * day).toISOString() }, 'expiresAt'],
      [{ expiresAt: 'soon' }, 'expiresAt'],
      [{ recipientName: '' }, 'recipientName'],
      [{ recipientName: '...' }, 'recipientName'],
    ] as const)
      expect(await share(ann, change), path).toMatchObject({
        status: 400,
        body: { error: { details: [expect.objectContaining({ path })] } },
      })
    expect(await list(ann)).toEqual([])
    expect((await share(ann, { courseIds: [shared.id, shared.id] })).body.courses).toHaveLength(1)
  })

  test('twenty at a time, and ten a day', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 21; i++) statuses.push((await share(ann)).status)
    expect(statuses).toEqual([...Array(20).fill(201), 409])
    await ann.call('DELETE', `/api/v1/users/me/shares/${(await list(ann))[0].id}`)
    expect((await share(ann)).status).toBe(201)

    await start({ environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_AUTH_PER_MINUTE: '100' } })
    for (let i = 0; i < 10; i++) expect((await share(ann)).status).toBe(201)
    expect((await share(ann)).status).toBe(429)
  })

  test('in a session that stands when it is stored', async () => {
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, securityEpoch: user.securityEpoch + 1 }))
    expect((await share(ann)).status).toBe(401)
    expect((await testApp.ports.documents.scan(shares)).items).toEqual([])
  })
})

describe('it is over', () => {
  const ways: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'when it is taken back': (id) => ann.call('DELETE', `/api/v1/users/me/shares/${id}`),
    'when its day has come': async () => testApp.clock.advance(30 * day),
    'when its owner is suspended': () =>
      testApp.users.changeUser(ann.userId, (user) => ({ ...user, status: 'suspended' })),
    'when its owner asks for deletion': () => ann.call('DELETE', '/api/v1/users/me'),
    'when its owner is erased': async () => {
      const answer = await ann.call('DELETE', '/api/v1/users/me?immediate=true')
      expect(answer.status).toBe(204)
      await testApp.settled()
      await testApp.runJob('erase-accounts')
      expect((await testApp.ports.documents.scan(shares)).items).toEqual([])
    },
    'when its owner says that somebody else was in the account': async () => {
      await testApp.settled()
      const mail = (await testApp.mail.mailbox?.())?.find(({ subject }) => subject.includes('progress'))
      const token = /not-me\?token=([\w.~-]+)/.exec(mail?.text ?? '')?.[1]
      const answer = await browserOf(testApp).call('POST', '/api/v1/auth/not-me', { body: { token } })
      expect(answer.status).toBe(200)
    },
  }
  test.each(Object.entries(ways))('%s: at once, and alike', async (_, end) => {
    const { body } = await share(ann)
    const token = tokenIn(body.url)
    expect((await look(token)).status).toBe(200)
    await end(body.id)
    const [gone, never] = [await look(token), await look('x'.repeat(43))]
    expect([gone.status, gone.body.error.code]).toEqual([404, 'not_found'])
    expect(gone.body.error.message).toBe(never.body.error.message)
  })

  test('ended twice, and by nobody else', async () => {
    const bob = await signUp(testApp, 'Bob')
    const { body } = await share(ann)
    const path = `/api/v1/users/me/shares/${body.id}`
    expect((await bob.call('DELETE', path)).status).toBe(404)
    expect((await look(tokenIn(body.url))).status).toBe(200)
    expect((await ann.call('DELETE', path)).status).toBe(204)
    const [first] = await list(ann)
    testApp.clock.advance(minute)
    expect((await ann.call('DELETE', path)).status).toBe(204)
    expect(await list(ann)).toEqual([first])
    expect(first).toMatchObject({ isActive: false, endedAt: expect.any(String), lookCount: 1 })
    // Who had looked is known for as long as the account exists.
    expect((await disclosuresOf(ann))[0].who.name).toBe('Officer Dana Hill')
  })

  test('a look that runs while it is taken back is counted, or shown nothing', async () => {
    const { body } = await share(ann)
    const token = tokenIn(body.url)
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, () => look(token)),
      ann.call('DELETE', `/api/v1/users/me/shares/${body.id}`),
    ])
    const shown = answers.filter(({ status }) => status === 200).length
    expect((await list(ann))[0].lookCount).toBe(shown)
    expect((await look(token)).status).toBe(404)
  })
})

test('guessing is bounded by address', async () => {
  await start({ environment: { RATE_LIMIT_SCALE: '1', TRUSTED_PROXY_HOPS: '1' } })
  const guess = (address: string) =>
    browserOf(testApp).call('POST', '/api/v1/shared', {
      body: { token: 'x'.repeat(43) },
      headers: { 'x-forwarded-for': address },
    })
  const statuses: number[] = []
  for (let i = 0; i < 21; i++) statuses.push((await guess('198.51.100.1')).status)
  expect(statuses).toEqual([...Array(20).fill(404), 429])
  expect((await guess('198.51.100.2')).status).toBe(404)
})

test('where addresses have to be confirmed, nobody shares before', async () => {
  await start({ environment: { REQUIRE_VERIFIED_EMAIL: 'on' } })
  expect(await share(ann)).toMatchObject({ status: 403, body: { error: { code: 'email_unverified' } } })
})

test('the export says whom one lets look, and not how they get in', async () => {
  await share(ann)
  const collected = testApp.registry.entries().find(({ store }) => store === 'Shares')
  const subject = { userId: ann.userId, account: null, addresses: [] }
  const rows = collected && 'collect' in collected ? await collected.collect(subject) : []
  expect(rows).toEqual([
    expect.objectContaining({ recipientName: 'Officer Dana Hill', courseIds: [shared.id], looks: [] }),
  ])
  expect(JSON.stringify(rows)).not.toContain('tokenHash')
})
