import { beforeEach, expect, test } from 'vitest'
import { oneTimeTokens } from '../../../src/core/accounts/auth/one-time-tokens.ts'
import { heartbeats } from '../../../src/core/platform/health/heartbeats.model.ts'
import { MailRefused } from '../../../src/ports/mailer.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { pdf } from '../files/sample-files.ts'
import { contact, referral, submit } from '../forms/form-world.ts'
import { staffMember } from '../learning/course-people.ts'
import { chatPeople } from '../messaging/chat-people.ts'

const path = '/api/v1/admin/today'
const minuteMs = 60_000
const hourMs = 60 * minuteMs

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let refusesMail = false

const isDown = <Port extends object>(port: Port, methods: readonly (keyof Port & string)[]): Port =>
  new Proxy(port, {
    get: (target, key) =>
      methods.includes(key as never)
        ? () => Promise.reject(new PortUnavailable('x'))
        : Reflect.get(target, key),
  })

async function start(ports: (ports: Ports) => Partial<Ports> = () => ({})) {
  refusesMail = false
  testApp = await createTestApp({
    // A Monday morning in California.
    startAt: Date.parse('2026-03-02T17:00:00.000Z'),
    ports: (all) => ({
      mailer: {
        send: async (mail) => {
          if (refusesMail) throw new MailRefused()
          return all.mailer.send(mail)
        },
      },
      ...ports(all),
    }),
  })
  admin = await staffMember(testApp, 'Root', 'admin')
}
beforeEach(() => start())

const signIn = () => admin.call('POST', '/api/v1/auth/login', { body: admin.logIn })
const today = async () => {
  await signIn()
  return (await admin.call('GET', path)).body
}
const stepUp = ({ call }: Pick<typeof admin, 'call'>) =>
  call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })

test('is for administrators alone', async () => {
  expect((await browserOf(testApp).call('GET', path)).status).toBe(401)
  expect((await (await signedInBrowser(testApp)).call('GET', path)).status).toBe(403)
  expect((await (await staffMember(testApp, 'Mentor', 'mentor')).call('GET', path)).status).toBe(403)
  expect((await admin.call('GET', path)).status).toBe(200)
})

test('nothing waits where nothing came', async () => {
  expect(await today()).toMatchObject({
    forms: {
      waiting: 0,
      overdue: 0,
      dueToday: 0,
      urgent: 0,
      quarantined: 0,
      oldestQuarantinedAt: null,
    },
    deadMail: [],
    recoveries: [],
    reports: { open: 0, oldestAt: null },
    scans: { waiting: 0, oldestAt: null },
    jobs: [],
    health: { status: 'ready' },
  })
})

test('forms: what waits, is due today, is late, is urgent and is put aside', async () => {
  const visitor = browserOf(testApp)
  await submit(visitor, 'contact', contact)
  await submit(visitor, 'referral', referral)
  const spam = await submit(visitor, 'contact', {
    ...contact,
    email: 'spam@example.com',
    message: 'Buy now! http://a.example http://b.example http://c.example http://d.example',
    elapsedMs: 10,
  })
  const list = (query: string) => admin.call('GET', `/api/v1/forms?${query}`)
  const spamAt = spam.body.submittedAt
  expect((await today()).forms).toEqual({
    waiting: 3,
    overdue: 0,
    dueToday: 0,
    urgent: 1,
    quarantined: 1,
    oldestQuarantinedAt: spamAt,
  })
  const { dueAt } = (await list('type=contact')).body.items.at(-1)
  // The same day where the organization is, some hours before.
  testApp.clock.advance(Date.parse(dueAt) - testApp.clock.now() - hourMs)
  const before = (await today()).forms
  expect(before.overdue).toBe(0)
  expect(before.dueToday).toBeGreaterThan(0)
  testApp.clock.advance(hourMs)
  const after = (await today()).forms
  expect(after).toMatchObject({ overdue: before.dueToday, dueToday: 0 })
  expect((await list('overdue=true')).body.items).toHaveLength(after.overdue)
  const [first] = (await list('type=referral')).body.items
  await admin.call('PATCH', `/api/v1/forms/${first.id}`, { body: { status: 'reviewed' } })
  expect((await today()).forms).toMatchObject({ waiting: 2, urgent: 0 })
})

test('a hundred stands for more', async () => {
  const visitor = browserOf(testApp)
  await Promise.all(
    Array.from({ length: 103 }, (_, i) =>
      submit(visitor, 'contact', { ...contact, email: `ann${i}@example.com`, message: `Question ${i}` }),
    ),
  )
  expect((await today()).forms.waiting).toBe(100)
})

test('dead letters by their reason', async () => {
  refusesMail = true
  await signedInBrowser(testApp, { ...person, email: 'dead@example.com' })
  await testApp.settled()
  const { deadMail, health } = await today()
  expect(deadMail).toEqual([{ reason: 'refused', mails: 1, oldestAt: expect.any(String) }])
  expect(health.mail.dead).toBe(1)
})

test('a recovery waits until somebody else approves it, or it is withdrawn, is over, or its account is gone', async () => {
  const other = await staffMember(testApp, 'Other', 'admin')
  const ann = await signedInBrowser(testApp)
  const recovery = `/api/v1/admin/users/${ann.userId}/recovery`
  const waiting = async () => (await today()).recoveries
  const begin = async () => {
    await stepUp(admin)
    expect((await admin.call('POST', recovery)).status).toBe(204)
  }
  await begin()
  const [one] = await waiting()
  expect(one).toEqual({
    userId: ann.userId,
    startedBy: admin.userId,
    startedAt: expect.any(String),
    expiresAt: expect.any(String),
  })
  await stepUp(admin)
  expect((await admin.call('POST', recovery)).status).toBe(409)
  expect(await waiting()).toHaveLength(1)
  await admin.call('DELETE', recovery)
  expect(await waiting()).toEqual([])

  await begin()
  await stepUp(other)
  expect((await other.call('POST', `${recovery}/approve`)).status).toBe(200)
  expect(await waiting()).toEqual([])
  await admin.call('DELETE', recovery)

  await begin()
  testApp.clock.advance(8 * 24 * hourMs)
  expect(await waiting()).toEqual([])

  await begin()
  const entry = testApp.registry.entries().find(({ store }) => store === oneTimeTokens.name)
  if (!entry || !('erase' in entry)) throw new Error('nothing erases tokens')
  await entry.erase({ userId: ann.userId } as never)
  expect(await waiting()).toEqual([])
  const left = (await testApp.ports.documents.scan(oneTimeTokens)).items
  expect(JSON.stringify(left)).not.toContain(ann.userId)
})

test('a recovery that somebody began who is no longer staff does not wait', async () => {
  const other = await staffMember(testApp, 'Other', 'admin')
  const ann = await signedInBrowser(testApp)
  await stepUp(other)
  await other.call('POST', `/api/v1/admin/users/${ann.userId}/recovery`)
  expect((await today()).recoveries).toHaveLength(1)
  await testApp.users.changeUser(other.userId, (user) => ({ ...user, role: 'user' }))
  expect((await today()).recoveries).toEqual([])
})

test('reported messages that nobody has looked at', async () => {
  const [ann, ben] = await chatPeople(testApp, 'Ann', 'Ben')
  const direct = { type: 'direct', participantIds: [ben!.userId] }
  const { id } = (await ann!.call('POST', '/api/v1/conversations', { body: direct })).body
  const said = await ben!.call('POST', `/api/v1/conversations/${id}/messages`, { body: { text: 'no' } })
  const at = new Date(testApp.clock.now()).toISOString()
  const filed = await ann!.call('POST', `/api/v1/messages/${said.body.id}/reports`, {
    body: { reason: 'threat' },
  })
  expect((await today()).reports).toEqual({ open: 1, oldestAt: at })
  await stepUp(admin)
  await admin.call('PATCH', `/api/v1/reports/${filed.body.id}`, { body: { status: 'reviewing' } })
  expect((await today()).reports).toEqual({ open: 0, oldestAt: null })
})

test('files that wait for the scanner', async () => {
  await start(() => ({
    fileScanner: { readsContent: true, scan: () => Promise.reject(new PortUnavailable('scanner')) },
  }))
  const ann = await signedInBrowser(testApp)
  const announced = await ann.call('POST', '/api/v1/files/upload-url', {
    body: {
      fileName: 'a.pdf',
      fileType: 'application/pdf',
      fileSize: pdf.byteLength,
      category: 'document',
    },
  })
  const { uploadUrl, method, headers, fileId } = announced.body
  await testApp.app.request(uploadUrl, { method, headers, body: pdf })
  const at = new Date(testApp.clock.now()).toISOString()
  const completed = await ann.call('POST', '/api/v1/files/complete', { body: { fileId } })
  expect(completed.body).toMatchObject({ state: 'pending' })
  await testApp.settled()
  expect((await today()).scans).toEqual({ waiting: 1, oldestAt: at })
})

test('jobs: how each last ended, in whichever process, and whether it is overdue', async () => {
  let fails = false
  const job = (name: string, everyMs: number) => ({
    name,
    everyMs,
    async run() {
      if (fails) throw new Error('no')
    },
  })
  const [often, daily] = testApp.health.watchJobs([
    job('often', minuteMs),
    job('daily', 24 * hourMs),
    job('never', minuteMs),
  ])
  const jobs = async () => (await today()).jobs
  const begunAt = new Date(testApp.clock.now()).toISOString()
  await often?.run()
  await daily?.run()
  expect(await jobs()).toEqual([
    { name: 'daily', everySeconds: 86_400, succeededAt: begunAt, failedAt: null, isOverdue: false },
    { name: 'never', everySeconds: 60, succeededAt: null, failedAt: null, isOverdue: false },
    { name: 'often', everySeconds: 60, succeededAt: begunAt, failedAt: null, isOverdue: false },
  ])
  testApp.clock.advance(13 * minuteMs)
  fails = true
  const failedAt = new Date(testApp.clock.now()).toISOString()
  await expect(often?.run()).rejects.toThrow('no')
  expect(await jobs()).toMatchObject([
    { name: 'daily', isOverdue: false },
    { name: 'never', isOverdue: true },
    { name: 'often', succeededAt: begunAt, failedAt, isOverdue: true },
  ])
  // As another process wrote it down.
  const stored = await testApp.ports.documents.read(heartbeats, { partition: 'runs', id: 'runs' })
  const at = new Date(testApp.clock.now()).toISOString()
  const runs = { ...stored?.value.runs, never: { succeededAt: at, failedAt: null } }
  await testApp.ports.documents.replace(heartbeats, { ...stored!.value, runs }, stored!.version)
  expect(await jobs()).toMatchObject([
    { name: 'daily' },
    { name: 'never', succeededAt: at, isOverdue: false },
    { name: 'often' },
  ])
})

test('runs that cannot be written down fail no job, and are written later', async () => {
  let isFull = false
  await start(({ documents }) => ({
    documents: {
      ...documents,
      insert: (collection, value) =>
        isFull && collection.name === heartbeats.name
          ? Promise.reject(new PortUnavailable('documents'))
          : documents.insert(collection, value),
    },
  }))
  const [job] = testApp.health.watchJobs([{ name: 'often', everyMs: minuteMs, run: async () => undefined }])
  isFull = true
  await job?.run()
  const stored = () => testApp.ports.documents.read(heartbeats, { partition: 'runs', id: 'runs' })
  expect(await stored()).toBeNull()
  isFull = false
  testApp.clock.advance(minuteMs)
  await job?.run()
  expect(Object.keys((await stored())?.value.runs ?? {})).toEqual(['often'])
})

test.each([
  ['forms', (ports: Ports) => ({ submissions: isDown(ports.submissions, ['countWaiting']) })],
  ['deadMail', (ports: Ports) => ({ mailQueue: isDown(ports.mailQueue, ['countDead']) })],
])('%s that cannot be told are null, and all else is there', async (part, ports) => {
  await start(ports)
  const { status, body } = await admin.call('GET', path)
  expect(status).toBe(200)
  const { health, at, ...parts } = body
  const untold = Object.entries(parts).filter(([, value]) => value === null)
  expect(untold.map(([name]) => name)).toEqual([part])
  expect(testApp.log.events.map(({ event }) => event)).toContain('today_not_told')
})
