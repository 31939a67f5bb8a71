import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqlite } from '../../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../../src/adapters/sqlite/documents.ts'
import { collections } from '../../../src/app/domains.ts'
import { courseMembers } from '../../../src/core/learning/courses/course-members.model.ts'
import { courseRequests } from '../../../src/core/learning/enrollments/course-requests.model.ts'
import type { DocumentStore } from '../../../src/ports/documents.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { enrol, publishCourse, signUp, staffMember } from './course-people.ts'

type Person = Awaited<ReturnType<typeof signUp>>

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
const start = async (options: Parameters<typeof createTestApp>[0] = {}) => {
  testApp = await createTestApp(options)
  admin = await staffMember(testApp, 'Zoe', 'admin')
}
beforeEach(() => start())

const people = (count: number, name = 'Person') =>
  Promise.all(
    Array.from({ length: count }, (_, i) =>
      signUp(testApp, `${name} ${String.fromCharCode(65 + (i % 26))}${'x'.repeat(Math.floor(i / 26))}`),
    ),
  )
const leave = ({ call }: Person, id: string) => call('DELETE', `/api/v1/courses/${id}/enroll`)
const isIn = async ({ call }: Person, id: string) =>
  (await call('GET', `/api/v1/courses/${id}/enroll`)).status === 200
const mine = async ({ call }: Person) => (await call('GET', '/api/v1/users/me/course-requests')).body.items
const update = (id: string, body: object) => admin.call('PATCH', `/api/v1/courses/${id}`, { body })
const enrolledIn = async (id: string) =>
  ((await testApp.ports.documents.read(courseMembers, { partition: id, id: 'tally' }))?.value as any)
    ?.enrolled ?? 0
const mailsTo = async (name: string, subject: RegExp) => {
  await testApp.settled()
  const address = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`
  const mails = (await testApp.ports.mailbox?.messages()) ?? []
  return mails.filter((mail) => mail.to === address && subject.test(mail.subject))
}

describe('a course with so many places', () => {
  test('is answered as ever while there is one, and has a line after that, in the order in which people came', async () => {
    const { id } = await publishCourse(admin.call, { capacity: 2 })
    const [a, b, c, d, e] = (await people(5)) as [Person, Person, Person, Person, Person]
    const first = await enrol(a.call, id)
    expect(first.status).toBe(200)
    expect(Object.keys(first.body)).toEqual(['message', 'enrollment'])
    expect((await enrol(b.call, id)).status).toBe(200)
    expect((await enrol(a.call, id)).body.error.code).toBe('already_enrolled')
    for (const [i, person] of [c, d, e].entries())
      expect(await enrol(person.call, id)).toMatchObject({
        status: 202,
        body: { request: { courseId: id, status: 'waiting', position: i + 1 } },
      })
    expect((await enrol(c.call, id)).body.request.position).toBe(1)
    expect((await mine(d))[0]).toMatchObject({ courseId: id, title: 'Reading a pay slip', position: 2 })
    expect((await a.call('GET', `/api/v1/courses/${id}`)).body).toMatchObject({ capacity: 2, placesLeft: 0 })

    expect((await leave(a, id)).status).toBe(204)
    expect(await isIn(c, id)).toBe(true)
    expect(await mine(c)).toEqual([])
    const told = await mailsTo('Person C', /You have a place/)
    expect(told).toHaveLength(1)
    expect(told[0]?.text).not.toContain('pay slip')
    expect((await leave(d, id)).status).toBe(204)
    expect((await leave(b, id)).status).toBe(204)
    expect(await isIn(e, id)).toBe(true)
    expect(await isIn(d, id)).toBe(false)
    expect(await enrolledIn(id)).toBe(2)
    // Whoever returns stands in line like everybody else.
    expect((await enrol(a.call, id)).status).toBe(202)
  })

  test('with more places takes in who waits; with fewer it takes nobody out', async () => {
    const { id } = await publishCourse(admin.call, { capacity: 1 })
    const all = await people(5)
    for (const { call } of all) await enrol(call, id)
    await update(id, { capacity: 3 })
    expect(await Promise.all(all.map((person) => isIn(person, id)))).toEqual([true, true, true, false, false])
    await update(id, { capacity: 1 })
    expect(await enrolledIn(id)).toBe(3)
    await leave(all[0]!, id)
    expect(await enrolledIn(id)).toBe(2)
    await update(id, { capacity: null })
    expect(await enrolledIn(id)).toBe(4)
  })

  test('passes over who is suspended or gone, and over nobody else', async () => {
    const { id } = await publishCourse(admin.call, { capacity: 1 })
    const [a, b, c, d] = (await people(4)) as [Person, Person, Person, Person]
    for (const { call } of [a, b, c, d]) await enrol(call, id)
    await testApp.users.changeUser(b.userId, (user) => ({ ...user, status: 'suspended' }))
    await c.call('POST', '/api/v1/auth/step-up', { body: { password: 'SecurePass123!' } })
    await c.call('DELETE', '/api/v1/users/me?immediate=true')
    await testApp.settled()
    await testApp.runJob('erase-accounts')
    const left = (await testApp.ports.documents.scan(courseRequests)).items.map(({ value }) => value)
    expect(JSON.stringify(left)).not.toContain(c.userId)
    await leave(a, id)
    expect(await isIn(d, id)).toBe(true)
  })

  test('completes what was cut off: a place that was given, and nobody told', async () => {
    const { id } = await publishCourse(admin.call, { capacity: 1 })
    const [a, b] = (await people(2)) as [Person, Person]
    for (const { call } of [a, b]) await enrol(call, id)
    // As if the process had ended after the person left, and before the next was looked for.
    await testApp.ports.documents.insert(courseRequests, {
      id,
      key: 'tasks',
      kind: 'task',
      place: new Date(testApp.clock.now() + 60_000).toISOString(),
      createdAt: new Date(testApp.clock.now()).toISOString(),
    })
    await testApp.enrollments.participation.leave((await testApp.users.read(a.userId))!.value, id)
    await testApp.runJob('complete-places')
    expect(await isIn(b, id)).toBe(false)
    testApp.clock.advance(61_000)
    await testApp.runJob('complete-places')
    await b.call('POST', '/api/v1/auth/refresh')
    expect(await isIn(b, id)).toBe(true)
    expect(await mailsTo('Person B', /You have a place/)).toHaveLength(1)
  })
})

describe('a course whose staff decide', () => {
  test('asks them; they approve, or decline with a reason that only the person reads', async () => {
    const mentor = await staffMember(testApp, 'Mia', 'mentor')
    const other = await staffMember(testApp, 'Moe', 'mentor')
    const { id } = await publishCourse(mentor.call, { enrollmentMode: 'approval', capacity: 1 })
    const [a, b, c] = (await people(3)) as [Person, Person, Person]
    for (const { call } of [a, b, c])
      expect(await enrol(call, id)).toMatchObject({ status: 202, body: { request: { status: 'requested' } } })
    const requests = `/api/v1/courses/${id}/requests`
    const listed = async (query = '') =>
      (await mentor.call('GET', requests + query)).body.items.map(({ name }: any) => name)
    expect(await listed()).toEqual(['Person A', 'Person B', 'Person C'])
    expect((await other.call('GET', requests)).status).toBe(403)
    expect((await a.call('GET', requests)).status).toBe(403)
    expect((await other.call('POST', `${requests}/${a.userId}/approve`)).status).toBe(403)

    for (let i = 0; i < 2; i++)
      expect((await mentor.call('POST', `${requests}/${b.userId}/approve`)).status).toBe(204)
    expect(await isIn(b, id)).toBe(true)
    expect((await mentor.call('POST', `${requests}/${a.userId}/approve`)).status).toBe(204)
    expect(await listed('?status=waiting')).toEqual(['Person A'])
    const reason = 'It begins again in May.'
    for (let i = 0; i < 2; i++)
      expect(
        (await mentor.call('POST', `${requests}/${c.userId}/decline`, { body: { reason } })).status,
      ).toBe(204)
    expect(await mine(c)).toEqual([expect.objectContaining({ status: 'declined', reason })])
    const told = await mailsTo('Person C', /decided/)
    expect(told).toHaveLength(1)
    expect(told[0]?.text).not.toContain('May')
    expect((await mentor.call('POST', `${requests}/${c.userId}/approve`)).status).toBe(404)
    expect((await enrol(c.call, id)).body.request.status).toBe('requested')
    expect((await leave(c, id)).status).toBe(204)
    expect(await listed()).toEqual([])

    await leave(b, id)
    expect(await isIn(a, id)).toBe(true)
    // Once nobody has to decide, who waited for that waits for a place.
    await enrol(c.call, id)
    await mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { enrollmentMode: 'open', capacity: 2 } })
    expect(await isIn(c, id)).toBe(true)
  })
})

describe('fifty at once', () => {
  const closing: (() => unknown)[] = []
  afterEach(() => closing.splice(0).forEach((close) => void close()))

  test.each(['memory', 'sqlite'] as const)('get exactly the places there are: %s', async (store) => {
    if (store === 'sqlite') {
      let documents: DocumentStore | undefined
      await start({
        ports: ({ clock }) => {
          const database = openSqlite(':memory:')
          closing.push(() => database.close())
          documents = createSqliteDocuments({ database, clock, collections })
          return { documents }
        },
      })
    }
    const { id } = await publishCourse(admin.call, { capacity: 20 })
    const all = await people(50)
    const answers = await Promise.all(all.map(({ call }) => enrol(call, id)))
    const count = (status: number) => answers.filter((answer) => answer.status === status).length
    expect([count(200), count(202)]).toEqual([20, 30])
    expect(await enrolledIn(id)).toBe(20)
    const inside = all.filter((_, i) => answers[i]?.status === 200)
    await Promise.all(inside.slice(0, 12).map((person) => leave(person, id)))
    expect(await enrolledIn(id)).toBe(20)
    const now = await Promise.all(all.map((person) => isIn(person, id)))
    expect(now.filter(Boolean)).toHaveLength(20)
  })
})
