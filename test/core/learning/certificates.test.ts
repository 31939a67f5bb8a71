import { beforeEach, describe, expect, test } from 'vitest'
import { certificateCodes, certificates } from '../../../src/core/learning/certificates/certificates.model.ts'
import { browserOf, createTestApp, origin, type TestApp } from '../../app.ts'
import { complete, enrol, publishCourse, signUp, staffMember } from './course-people.ts'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let ann: Awaited<ReturnType<typeof signUp>>
let course: Awaited<ReturnType<typeof publishCourse>>

beforeEach(async () => {
  testApp = await createTestApp()
  admin = await staffMember(testApp, 'Zoe', 'admin')
  course = await publishCourse(admin.call, { lessons: 1 })
  ann = await signUp(testApp, 'Ann')
  await enrol(ann.call, course.id)
})

const path = '/api/v1/users/me/certificates'
const finish = (call = ann.call) => complete(call, course.id, course.lessonIds[0]!)
const mine = async (call = ann.call) => (await call('GET', path)).body.items
const change = (body: object, call = ann.call) => call('PATCH', `${path}/${course.id}`, { body })
const check = (code: string) => browserOf(testApp).call('GET', `/api/v1/certificates/${code}`)
const pageOf = (code: string) => testApp.app.request(`${origin}/certificates/${code}`)
const stored = async (userId = ann.userId) =>
  (
    await testApp.ports.documents.query(certificates, {
      path: 'byIssue',
      partition: userId,
      equals: {},
      limit: 10,
    })
  ).items
const claims = async () => (await testApp.ports.documents.scan(certificateCodes)).items

describe('a certificate', () => {
  test('is there once the course is completed, and not before', async () => {
    expect(await mine()).toEqual([])
    const early = await ann.call('POST', path, { body: { courseId: course.id } })
    expect(early).toMatchObject({ status: 409, body: { error: { code: 'conditions_missing' } } })
    await finish()
    const [one] = await mine()
    expect(one).toMatchObject({
      courseId: course.id,
      courseTitle: 'Reading a pay slip',
      name: 'Ann',
      shows: 'validity',
      consentedAt: null,
      url: `${origin}/certificates/${one.code}`,
    })
    expect(one.code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  test('stays the same however often it is asked for, and at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => finish()))
    const [{ code }] = await mine()
    const again = await Promise.all(
      Array.from({ length: 8 }, () => ann.call('POST', path, { body: { courseId: course.id } })),
    )
    expect(new Set(again.map(({ body }) => body.code))).toEqual(new Set([code]))
    expect([(await stored()).length, (await claims()).length]).toEqual([1, 1])
  })

  test('of a course completed before there were any is listed without a code, and comes when it is asked for', async () => {
    await finish()
    const [{ value }] = (await stored()) as any
    await testApp.ports.documents.remove(certificates, { partition: ann.userId, id: course.id })
    await testApp.ports.documents.remove(certificateCodes, { partition: value.code, id: value.code })
    expect(await mine()).toMatchObject([
      { courseId: course.id, code: null, issuedAt: null, completedAt: expect.any(String) },
    ])
    const { body } = await ann.call('POST', path, { body: { courseId: course.id } })
    expect(await mine()).toEqual([body])
    expect((await check(body.code)).status).toBe(200)
  })

  test('whose code was not noted before something broke off is completed by the next try', async () => {
    await finish()
    const [{ code }] = await mine()
    const folded = code.replaceAll('-', '')
    await testApp.ports.documents.remove(certificateCodes, { partition: folded, id: folded })
    expect((await check(code)).status).toBe(404)
    await finish()
    expect((await check(code)).status).toBe(200)
    expect((await mine())[0].code).toBe(code)
  })

  test('gets another code where somebody else has that one', async () => {
    await finish()
    const [{ value, version }] = (await stored()) as any
    const taken = '0000000000000000'
    await testApp.ports.documents.insert(certificateCodes, {
      id: taken,
      userId: 'other',
      courseId: course.id,
    })
    await testApp.ports.documents.replace(certificates, { ...value, code: taken }, version)
    const { body } = await ann.call('POST', path, { body: { courseId: course.id } })
    expect(body.code).not.toBe('0000-0000-0000-0000')
    expect((await check(body.code)).status).toBe(200)
    expect((await check(taken)).status).toBe(404)
  })

  test('keeps what the course was called, whatever it is called later', async () => {
    await finish()
    await admin.call('PATCH', `/api/v1/courses/${course.id}`, { body: { title: 'Something else' } })
    expect((await mine())[0].courseTitle).toBe('Reading a pay slip')
  })

  test('comes with a version that asks for less, too', async () => {
    course = await publishCourse(admin.call, { lessons: 2 })
    await enrol(ann.call, course.id)
    await finish()
    await admin.call('DELETE', `/api/v1/courses/${course.id}/lessons/${course.lessonIds[1]}`)
    await admin.call('POST', `/api/v1/courses/${course.id}/publish`)
    expect(await mine()).toEqual([])
    await ann.call('POST', `/api/v1/courses/${course.id}/enroll/move`, { body: { version: 2 } })
    expect(await mine()).toHaveLength(1)
  })
})

describe('whoever checks it', () => {
  let code: string
  beforeEach(async () => {
    await finish()
    code = (await mine())[0].code
  })
  const telling = /Ann|pay slip|2\d{3}-\d\d-\d\d|January|February|March/

  test('learns that it is valid, and without consent nothing that says of whom or of what', async () => {
    const { status, body, headers } = await check(code)
    expect([status, body]).toEqual([
      200,
      { code, isValid: true, issuer: 'T.O.O.L.S Inc', course: null, name: null },
    ])
    const page = await pageOf(code)
    const text = await page.text()
    expect(text).toContain('This certificate is valid')
    expect(text).not.toMatch(telling)
    for (const answer of [headers, page.headers]) {
      expect(answer.get('cache-control')).toBe('private, no-store')
      expect(answer.get('referrer-policy')).toBe('no-referrer')
      expect(answer.get('x-robots-tag')).toContain('noindex')
    }
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(policy).not.toContain('unsafe')
    expect(text).not.toContain('<script')
  })

  test('sees as much as its holder shows, and no more from the moment it is taken back', async () => {
    const today = /^\d{4}-\d\d-\d\d$/
    expect((await change({ shows: 'course' })).body.consentedAt).not.toBeNull()
    expect((await check(code)).body).toMatchObject({
      course: { title: 'Reading a pay slip', completedOn: expect.stringMatching(today) },
      name: null,
    })
    expect(await (await pageOf(code)).text()).not.toContain('Ann')
    await change({ shows: 'name' })
    expect((await check(code)).body).toMatchObject({ course: { title: 'Reading a pay slip' }, name: 'Ann' })
    expect(await (await pageOf(code)).text()).toContain('Ann')
    expect((await change({ shows: 'validity' })).body.consentedAt).toBeNull()
    expect((await check(code)).body).toMatchObject({ course: null, name: null })
    expect(await (await pageOf(code)).text()).not.toMatch(telling)
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'certificate.update')).toHaveLength(3)
  })

  test('reads the name that its holder chose, and it cannot be anything but a name', async () => {
    await change({ name: 'Ann Maria Núñez', shows: 'name' })
    expect((await check(code)).body.name).toBe('Ann Maria Núñez')
    await change({ name: null })
    expect((await check(code)).body.name).toBe('Ann')
    for (const name of [' ', '\u200b', 'a\u202eb', 'x'.repeat(101), 'a\nb'])
      expect((await change({ name })).status, JSON.stringify(name)).toBe(400)
    await change({ name: '<b>Ann</b>', shows: 'name' })
    expect(await (await pageOf(code)).text()).toContain('&lt;b&gt;Ann&lt;/b&gt;')
  })

  test('is told the same of a code that never was, and of one of whom somebody is gone', async () => {
    const never = await check('ZZZZ-ZZZZ-ZZZZ-ZZZZ')
    expect(never.status).toBe(404)
    for (const odd of ['x', '__proto__', 'constructor', '..%2f..', '%00', 'U'.repeat(16)])
      expect((await check(odd)).status, odd).toBe(404)
    await ann.call('POST', '/api/v1/auth/step-up', { body: { password: 'SecurePass123!' } })
    await ann.call('DELETE', '/api/v1/users/me')
    const going = await check(code)
    expect([going.status, going.body.error.message]).toEqual([404, never.body.error.message])
    expect((await pageOf(code)).status).toBe(404)
    testApp.clock.advance(8 * 24 * 60 * 60_000)
    await testApp.runJob('erase-accounts')
    expect((await check(code)).status).toBe(404)
    expect([(await stored()).length, (await claims()).length]).toEqual([0, 0])
  })

  test('cannot try many', async () => {
    const limited = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
    const statuses = []
    for (let i = 0; i < 32; i++)
      statuses.push(
        (await browserOf(limited).call('GET', `/api/v1/certificates/ZZZZ-ZZZZ-ZZZZ-${1000 + i}`)).status,
      )
    expect(statuses.slice(0, 30)).not.toContain(429)
    expect(statuses.slice(30)).toEqual([429, 429])
  })

  test('its holder prints it with everything on it, and nobody else does', async () => {
    const { cookies } = ann
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const page = await testApp.app.request(`${origin}${path}/${course.id}/page`, { headers: { cookie } })
    const text = await page.text()
    expect(page.status).toBe(200)
    for (const words of ['Ann', 'Reading a pay slip', code, 'Certificate of completion'])
      expect(text).toContain(words)
    const ben = await signUp(testApp, 'Ben')
    expect((await ben.call('GET', `${path}/${course.id}/page`)).status).toBe(404)
    expect((await change({ shows: 'name' }, ben.call)).status).toBe(404)
    expect((await ben.call('POST', path, { body: { courseId: course.id } })).status).toBe(409)
  })
})
