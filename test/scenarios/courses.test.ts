import { expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { type Browser, person } from '../app.ts'
import { complete, enrol, publishCourse } from '../core/learning/course-people.ts'
import { useTarget } from './target.ts'

const { send, openBrowser, letCopiesRunOut } = useTarget()

async function signIn(email: string): Promise<Browser> {
  const browser = openBrowser()
  const answer = await browser.call('POST', '/api/v1/auth/login', { body: { email, password: demoPassword } })
  expect(answer.status).toBe(200)
  return browser
}

async function signUp(name: string): Promise<Browser & { readonly userId: string }> {
  const browser = openBrowser()
  const body = { ...person, name, email: `${name.toLowerCase()}@example.com` }
  const { user } = (await browser.call('POST', '/api/v1/auth/signup', { body })).body
  return { ...browser, userId: user.id }
}

const read = async (path: string, headers: Record<string, string> = {}) => {
  const response = await send(`/api/v1${path}`, { headers })
  return {
    status: response.status,
    headers: response.headers,
    body: response.status === 304 ? null : await response.json(),
  }
}

test('the sample courses have pictures that are there, and ratings', async () => {
  const { body } = await read('/courses?limit=100')
  expect(body.items).toHaveLength(10)
  for (const { thumbnail, instructor, metadata } of body.items) {
    for (const address of [thumbnail, instructor.avatar]) {
      const picture = await send(new URL(address).pathname)
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp'])
      expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(500)
    }
    expect(metadata.rating.toFixed(1)).toMatch(/^[1-5]\.\d$/)
  }
})

test('the catalogue has courses in all four categories, and an ETag', async () => {
  const { body, headers } = await read('/courses?limit=100')
  const categories = new Set(body.items.map(({ category }: any) => category))
  expect([...categories].sort()).toEqual(['education', 'job-readiness', 'life-skills', 'tech'])
  expect(body.pagination).toMatchObject({ page: 1, total: body.items.length, totalPages: 1 })
  const etag = headers.get('etag') ?? ''
  expect((await read('/courses?limit=100', { 'if-none-match': etag })).status).toBe(304)
  expect((await read('/courses?q=GED&category=education&sort=title')).body.items).toHaveLength(2)
  expect((await read('/courses?level=master')).status).toBe(400)
  const detail = await read(`/courses/${body.items[0].id}`)
  expect(detail.body.lessons.length).toBeGreaterThan(0)
  expect((await read('/courses/00000000-0000-7000-8000-00000000ffff')).status).toBe(404)
})

test('a mentor writes a course, a learner takes it to the end and rates it', async () => {
  const mentor = await signIn('mentor@example.org')
  const { id, lessonIds } = await publishCourse(mentor.call, { title: 'Scenario', lessons: 2 })
  expect((await read('/courses?q=scenario')).body.items).toMatchObject([{ id, title: 'Scenario' }])
  expect((await mentor.call('GET', `/api/v1/courses/${id}/draft`)).body.hasUnpublishedChanges).toBe(false)

  const ann = await signUp('Ann')
  const lesson = `/api/v1/courses/${id}/lessons/${lessonIds[0]}`
  expect((await ann.call('GET', lesson)).body.error.code).toBe('not_enrolled')
  const statuses = await Promise.all([enrol(ann.call, id), enrol(ann.call, id)])
  expect(statuses.map(({ status }) => status).sort()).toEqual([200, 409])
  expect((await read(`/courses/${id}`)).body.metadata.enrolledCount).toBe(1)
  expect((await ann.call('GET', `/api/v1/courses/${id}/lessons`)).body.items).toHaveLength(2)
  expect((await ann.call('GET', lesson)).body.content).toBe('# Lesson 1')

  const endedAt = new Date()
  const events = [
    { startedAt: new Date(endedAt.getTime() - 1_000).toISOString(), endedAt: endedAt.toISOString() },
  ]
  const beacon = { 'content-type': 'text/plain;charset=UTF-8' }
  const time = await ann.call('POST', `${lesson}/time`, { body: JSON.stringify({ events }), headers: beacon })
  expect(time.status).toBe(200)

  expect((await ann.call('PUT', `/api/v1/courses/${id}/rating`, { body: { rating: 5 } })).status).toBe(409)
  const completions = await Promise.all(
    Array.from({ length: 20 }, (_, i) => complete(ann.call, id, lessonIds[i % 2] ?? '')),
  )
  expect(new Set(completions.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await ann.call('PUT', `/api/v1/courses/${id}/rating`, { body: { rating: 5 } })).status).toBe(200)
  letCopiesRunOut()
  expect((await read(`/courses/${id}`)).body.metadata).toMatchObject({
    enrolledCount: 1,
    completionRate: 100,
    rating: 5,
  })

  const progress = (await ann.call('GET', '/api/v1/users/me/progress')).body
  expect(progress.courses[id]).toMatchObject({ progress: 100, completedLessonCount: 2 })
  expect(progress.achievements.map(({ id }: any) => id)).toEqual(['first-lesson', 'first-course'])
  const profile = (await ann.call('GET', '/api/v1/users/me')).body
  expect([profile.enrolledCourses, new Set(profile.completedLessons)]).toEqual([[id], new Set(lessonIds)])

  await mentor.call('POST', `/api/v1/courses/${id}/lessons`, { body: { title: 'One more' } })
  await mentor.call('POST', `/api/v1/courses/${id}/publish`)
  const { body } = await ann.call('GET', `/api/v1/courses/${id}/enroll`)
  expect(body).toMatchObject({
    version: 1,
    progress: 100,
    update: { from: 1, to: 2, added: [{ title: 'One more' }] },
  })
  const moved = await ann.call('POST', `/api/v1/courses/${id}/enroll/move`, { body: { version: 2 } })
  expect(moved.body).toMatchObject({ version: 2, completedAt: expect.any(String), update: null })
  expect((await ann.call('DELETE', `/api/v1/courses/${id}/enroll`)).status).toBe(204)
  expect((await mentor.call('DELETE', `/api/v1/courses/${id}`)).status).toBe(204)
  expect((await read('/courses?q=scenario')).body.items).toEqual([])
})

test('an admin assigns a mentor, who then reads the progress; nobody else does', async () => {
  const [admin, mentor] = [await signIn('admin@example.org'), await signIn('mentor@example.org')]
  const [ben, cem] = [await signUp('Ben'), await signUp('Cem')]
  const mentorId = (await mentor.call('GET', '/api/v1/users/me')).body.id
  const progressOf = (id: string, { call }: Browser) => call('GET', `/api/v1/users/${id}/progress`)
  expect((await progressOf(ben.userId, mentor)).status).toBe(404)
  const assigned = await admin.call('PATCH', `/api/v1/admin/users/${ben.userId}`, { body: { mentorId } })
  expect(assigned.body.mentorId).toBe(mentorId)
  expect((await progressOf(ben.userId, mentor)).status).toBe(200)
  expect((await progressOf(ben.userId, cem)).status).toBe(403)
  const learners = (await mentor.call('GET', '/api/v1/mentor/learners')).body.items
  expect(learners.map(({ userId }: any) => userId)).toContain(ben.userId)
  expect((await admin.call('GET', '/api/v1/admin/users?q=ben@example.com')).body.items).toMatchObject([
    { id: ben.userId },
  ])
  expect((await admin.call('POST', `/api/v1/admin/users/${ben.userId}/revoke-sessions`)).status).toBe(204)
  expect((await ben.call('PATCH', '/api/v1/users/me', { body: { name: 'Ben B.' } })).status).toBe(401)
  const activity = (await mentor.call('GET', '/api/v1/users/me/activity?limit=100')).body.items
  expect(activity.map(({ event, outcome }: any) => `${event} ${outcome}`)).toEqual(
    expect.arrayContaining(['progress.read denied', 'progress.read success']),
  )
})

test('contacts follow courses and mentors, and a block ends them', async () => {
  const [dee, eve] = [await signUp('Dee'), await signUp('Eve')]
  const names = async ({ call }: Browser, q: string) =>
    (await call('GET', `/api/v1/contacts?q=${q}`)).body.items.map(({ name }: any) => name)
  expect(await names(dee, 'eve')).toEqual([])
  const { items } = (await read('/courses?sort=title&limit=1')).body
  for (const { call } of [dee, eve]) await enrol(call, items[0].id)
  expect(await names(dee, 'eve')).toEqual(['Eve'])
  expect((await eve.call('PUT', `/api/v1/users/me/blocks/${dee.userId}`)).status).toBe(204)
  expect(await names(dee, 'eve')).toEqual([])
  expect((await eve.call('GET', '/api/v1/users/me/blocks')).body.items).toMatchObject([{ name: 'Dee' }])
  expect((await eve.call('DELETE', `/api/v1/users/me/blocks/${dee.userId}`)).status).toBe(204)
  expect(await names(dee, 'eve')).toEqual(['Eve'])
})
