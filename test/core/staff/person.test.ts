import { beforeEach, expect, test } from 'vitest'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { addPasskey, addTotp, stepUp } from '../accounts/intruder.ts'
import { enrol, publishCourse, staffMember } from '../learning/course-people.ts'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let ann: Awaited<ReturnType<typeof signedInBrowser>>

beforeEach(async () => {
  testApp = await createTestApp({
    environment: {
      TRUSTED_SITES: JSON.stringify([{ name: 'Main Street', networks: ['127.0.0.0/8'], scale: 1 }]),
    },
  })
  admin = await staffMember(testApp, 'Root', 'admin')
  ann = await signedInBrowser(testApp)
})

const pathOf = (userId: string) => `/api/v1/admin/users/${userId}`
const read = async (userId = ann.userId) => (await admin.call('GET', pathOf(userId))).body
const events = () => testApp.auditRecords.map(({ eventType }) => eventType)

test('an account in detail: what signs in and where, and nothing that does', async () => {
  await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
  expect(await read()).toEqual({
    id: ann.userId,
    email: person.email,
    name: person.name,
    role: 'user',
    status: expect.any(String),
    emailVerified: true,
    mentorId: null,
    createdAt: expect.any(String),
    lastLogin: null,
    lastSeen: expect.any(String),
    waysIn: { hasPassword: true, passkeys: 0, hasTotp: false, recoveryCodes: 0, providers: [] },
    needsSecondFactor: false,
    isClosing: false,
    legalHoldSince: null,
    recovery: null,
    enrolledCourses: 0,
    completedCourses: 0,
    sessions: [
      {
        id: expect.any(String),
        device: expect.any(String),
        createdAt: expect.any(String),
        lastSeen: expect.any(String),
        hasSecondFactor: false,
        isOnSharedDevice: false,
      },
    ],
  })
  expect((await ann.call('GET', '/api/v1/auth/sessions')).body.items[0].place).toBe('Main Street')

  await stepUp(ann)
  const { secret } = await addTotp(testApp, ann)
  const stored = (await testApp.users.read(ann.userId))!.value
  const { id } = await publishCourse(admin.call)
  await enrol(ann.call, id)
  await stepUp(admin)
  await admin.call('POST', `${pathOf(ann.userId)}/recovery`)
  await admin.call('PUT', `${pathOf(ann.userId)}/legal-hold`)
  const detail = await read()
  expect(detail).toMatchObject({
    waysIn: { hasTotp: true, recoveryCodes: stored.secondFactors!.recoveryCodes.length },
    recovery: { startedBy: admin.userId, approvedBy: null },
    legalHoldSince: expect.any(String),
    enrolledCourses: 1,
    completedCourses: 0,
  })
  const text = JSON.stringify(detail)
  for (const hidden of [
    secret,
    stored.passwordHash!,
    stored.secondFactors!.totp!.sealedSecret,
    'Main Street',
    '127.0.0.1',
  ])
    expect(text).not.toContain(hidden)
})

test('passkeys are counted, never named', async () => {
  await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
  await stepUp(ann)
  await addPasskey(ann)
  const { waysIn } = await read()
  expect(waysIn).toMatchObject({ passkeys: 1, hasTotp: false })
})

test('whose role asks for a second factor needs one', async () => {
  testApp = await createTestApp({ environment: { MFA_STAFF: 'required' } })
  const mentor = await signedInBrowser(testApp, { ...person, email: 'mia@example.com' })
  const other = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
  await testApp.users.changeUser(mentor.userId, (user) => ({ ...user, role: 'mentor' }))
  const { ofOthers } = testApp.auth
  const needs = async (userId: string) =>
    ofOthers.needsSecondFactor((await testApp.users.read(userId))!.value)
  expect([await needs(mentor.userId), await needs(other.userId)]).toEqual([true, false])
})

test('each look is recorded, and told to that person', async () => {
  await read()
  await admin.call('GET', `${pathOf(ann.userId)}/disclosures`)
  expect(events().slice(-2)).toEqual(['user.read', 'user.disclosures'])
  const mine = await ann.call('GET', '/api/v1/users/me/disclosures')
  expect(mine.body.items.map(({ what, who }: any) => [what, who.name])).toEqual([
    ['Who has seen your data', 'Root'],
    ['Your account', 'Root'],
  ])
  const told = await admin.call('GET', `${pathOf(ann.userId)}/disclosures`)
  expect(told.body).toEqual(mine.body)
  // A look at oneself is told to nobody.
  await admin.call('GET', pathOf(admin.userId))
  expect((await admin.call('GET', '/api/v1/users/me/disclosures')).body.items).toEqual([])
})

test('is for administrators, and of accounts that there are', async () => {
  const nobody = '00000000-0000-7000-8000-00000000ffff'
  const mentor = await staffMember(testApp, 'Mia', 'mentor')
  const guest = browserOf(testApp)
  await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Gustavo' } })
  const before = testApp.auditRecords.length
  for (const of of ['', '/disclosures']) {
    expect((await admin.call('GET', `${pathOf(nobody)}${of}`)).status).toBe(404)
    expect((await admin.call('GET', `${pathOf('no-id')}${of}`)).status).toBe(404)
    for (const { call } of [mentor, ann, guest])
      expect((await call('GET', `${pathOf(ann.userId)}${of}`)).status).toBe(403)
  }
  for (const { call } of [mentor, ann, guest])
    expect((await call('DELETE', `${pathOf(ann.userId)}/sessions/${nobody}`)).status).toBe(403)
  expect(testApp.auditRecords.length).toBe(before)
})

test('one session of somebody is ended, at once, and no other', async () => {
  const phone = browserOf(testApp)
  await phone.call('POST', '/api/v1/auth/login', {
    body: { email: person.email, password: person.password },
  })
  const [newest] = (await read()).sessions
  const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
  // By the wrong person it is not found.
  const end = (userId: string) => admin.call('DELETE', `${pathOf(userId)}/sessions/${newest.id}`)
  expect((await end(bob.userId)).status).toBe(404)
  expect((await phone.call('GET', '/api/v1/users/me')).status).toBe(200)
  // Whoever lost the answer asks again.
  expect((await end(ann.userId)).status).toBe(204)
  expect((await end(ann.userId)).status).toBe(204)
  expect((await phone.call('GET', '/api/v1/users/me')).status).toBe(401)
  expect((await phone.call('POST', '/api/v1/auth/refresh')).status).toBe(401)
  expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(200)
  expect((await read()).sessions.map(({ id }: any) => id)).not.toContain(newest.id)
  expect(events().filter((event) => event === 'session.end')).toHaveLength(1)
})
