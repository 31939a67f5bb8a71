import { beforeEach, describe, expect, test } from 'vitest'
import { createTestApp, origin, type TestApp } from '../../app.ts'
import { complete, enrol, newCourse, publishCourse, signUp, staffMember } from './course-people.ts'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let mentor: Awaited<ReturnType<typeof staffMember>>
beforeEach(async () => {
  testApp = await createTestApp()
  admin = await staffMember(testApp, 'Zoe', 'admin')
  mentor = await staffMember(testApp, 'Mia', 'mentor')
})

const listOf = async ({ call }: typeof admin, query = '') => {
  const { status, body } = await call('GET', `/api/v1/courses/mine${query}`)
  return status === 200 ? body.items : { status, code: body.error.code }
}
const titlesOf = async (who: typeof admin, query = '') =>
  (await listOf(who, query)).map(({ title }: { title: string }) => title)
const assign = (learnerId: string, mentorId: string) =>
  admin.call('PATCH', `/api/v1/admin/users/${learnerId}`, { body: { mentorId } })

describe('courses that somebody writes', () => {
  beforeEach(async () => {
    await mentor.call('POST', '/api/v1/courses', { body: { ...newCourse, title: 'A draft of Mia' } })
    await publishCourse(mentor.call, { title: 'Published by Mia', lessons: 2 })
    const archived = await publishCourse(mentor.call, { title: 'Archived by Mia', lessons: 1 })
    await mentor.call('DELETE', `/api/v1/courses/${archived.id}`)
    await admin.call('POST', '/api/v1/courses', { body: { ...newCourse, title: 'A draft of Zoe' } })
  })

  test('are found by their author whatever their state, with their titles, newest first', async () => {
    expect(await titlesOf(mentor)).toEqual(['Archived by Mia', 'Published by Mia', 'A draft of Mia'])
    expect(await titlesOf(admin)).toEqual(['A draft of Zoe'])
    expect(await titlesOf(mentor, '?state=draft')).toEqual(['A draft of Mia'])
    expect(await titlesOf(mentor, '?state=archived')).toEqual(['Archived by Mia'])
    expect(await titlesOf(mentor, '?q=MIA%20draft')).toEqual(['A draft of Mia'])
    const [, published] = await listOf(mentor)
    expect(published).toMatchObject({
      state: 'published',
      version: 1,
      hasUnpublishedChanges: false,
      lessons: 2,
      duration: 20,
      enrolledCount: 0,
      isMine: true,
    })
    await mentor.call('POST', `/api/v1/courses/${published.id}/lessons`, { body: { title: 'One more' } })
    expect((await listOf(mentor))[1]).toMatchObject({ hasUnpublishedChanges: true, lessons: 3 })
  })

  test('are found by administrators whoever wrote them, and by no other mentor', async () => {
    expect(await titlesOf(admin, '?whose=all')).toHaveLength(4)
    expect(await titlesOf(admin, '?whose=all&state=draft')).toEqual(['A draft of Zoe', 'A draft of Mia'])
    expect(await listOf(mentor, '?whose=all')).toEqual({ status: 403, code: 'forbidden' })
    const ann = await signUp(testApp, 'Ann')
    expect((await ann.call('GET', '/api/v1/courses/mine')).status).toBe(403)
  })

  test('go on by cursor, also between those that were left out', async () => {
    for (let i = 1; i <= 7; i++)
      await mentor.call('POST', '/api/v1/courses', {
        body: { ...newCourse, title: `${i % 2 ? 'Odd' : 'Even'} ${i}` },
      })
    const found: string[] = []
    let cursor = ''
    do {
      const { body } = await mentor.call('GET', `/api/v1/courses/mine?q=odd&limit=2${cursor}`)
      found.push(...body.items.map(({ title }: { title: string }) => title))
      cursor = body.pagination.hasMore ? `&cursor=${encodeURIComponent(body.pagination.nextCursor)}` : ''
    } while (cursor !== '')
    expect(found).toEqual(['Odd 7', 'Odd 5', 'Odd 3', 'Odd 1'])
    expect((await mentor.call('GET', '/api/v1/courses/mine?cursor=x')).status).toBe(400)
  })
})

describe('the people of a course', () => {
  test('an administrator sees all, a mentor those assigned, also in a course of their own', async () => {
    const { id, lessonIds } = await publishCourse(mentor.call, { lessons: 2 })
    const [ann, bob, cyd] = [
      await signUp(testApp, 'Ann'),
      await signUp(testApp, 'Bob'),
      await signUp(testApp, 'Cyd'),
    ]
    for (const { call } of [ann, bob]) await enrol(call, id)
    await assign(ann.userId, mentor.userId)
    await assign(cyd.userId, mentor.userId)
    await complete(ann.call, id, lessonIds[0]!)
    const list = async ({ call }: typeof admin, query = '') =>
      (await call('GET', `/api/v1/courses/${id}/members${query}`)).body.items
    expect(await list(mentor)).toEqual([
      expect.objectContaining({
        userId: ann.userId,
        name: 'Ann',
        progress: 50,
        completedLessons: 1,
        totalLessons: 2,
        completedAt: null,
      }),
    ])
    expect((await list(admin)).map(({ name }: { name: string }) => name)).toEqual(['Ann', 'Bob'])
    await complete(ann.call, id, lessonIds[1]!)
    expect((await list(admin, '?completed=false')).map(({ name }: { name: string }) => name)).toEqual(['Bob'])
    expect((await list(mentor, '?completed=true')).map(({ name }: { name: string }) => name)).toEqual(['Ann'])
    expect((await ann.call('GET', `/api/v1/courses/${id}/members`)).status).toBe(403)

    await bob.call('DELETE', `/api/v1/courses/${id}/enroll`)
    expect((await list(admin)).map(({ name }: { name: string }) => name)).toEqual(['Ann'])

    // Each look is a disclosure that they can read of.
    const seen = (await ann.call('GET', '/api/v1/users/me/disclosures')).body.items
    expect(seen.filter(({ what }: { what: string }) => what.includes('progress')).length).toBe(4)
    expect((await cyd.call('GET', '/api/v1/users/me/disclosures')).body.items).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ what: expect.stringContaining('progress') })]),
    )
  })

  test('of a draft are for its author, and of none for nobody', async () => {
    const draft = (await admin.call('POST', '/api/v1/courses', { body: newCourse })).body
    expect((await admin.call('GET', `/api/v1/courses/${draft.id}/members`)).body.items).toEqual([])
    expect((await mentor.call('GET', `/api/v1/courses/${draft.id}/members`)).status).toBe(404)
  })
})

test('whoever takes part in an archived course knows what it is called, and reads it; nobody else does', async () => {
  const { id } = await publishCourse(admin.call, { title: 'A pay slip', lessons: 2 })
  const [ann, bob] = [await signUp(testApp, 'Ann'), await signUp(testApp, 'Bob')]
  await enrol(ann.call, id)
  const path = `/api/v1/courses/${id}`
  const before = await ann.call('GET', path)
  expect(before.headers.get('cache-control')).toBe('public, max-age=0, s-maxage=60, must-revalidate')
  await admin.call('DELETE', path)

  const after = await ann.call('GET', path)
  expect(after.status).toBe(200)
  expect(after.headers.get('cache-control')).toBe('private, no-store')
  expect(after.body).toMatchObject({ id, title: 'A pay slip', version: 1 })
  expect(after.body.lessons).toHaveLength(2)
  expect((await bob.call('GET', path)).status).toBe(404)
  expect((await testApp.app.request(`${origin}${path}`)).status).toBe(404)

  expect((await ann.call('GET', `${path}/enroll`)).body).toMatchObject({
    title: 'A pay slip',
    isArchived: true,
  })
  expect((await ann.call('GET', '/api/v1/users/me/progress')).body.courses[id]).toMatchObject({
    title: 'A pay slip',
  })
  expect((await ann.call('GET', `${path}/lessons`)).status).toBe(200)
  await ann.call('DELETE', `${path}/enroll`)
  expect((await ann.call('GET', path)).status).toBe(404)
})
