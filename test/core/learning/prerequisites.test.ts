import { beforeEach, expect, test } from 'vitest'
import { type Browser, createTestApp, type TestApp } from '../../app.ts'
import { complete, enrol, publishCourse, signUp, staffMember } from './course-people.ts'

let testApp: TestApp
let mentor: Browser
let learner: Browser
let first: { id: string; lessonIds: string[] }
let second: { id: string; lessonIds: string[] }

const ask = (id: string, prerequisites: readonly string[]) =>
  mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { prerequisites } })

beforeEach(async () => {
  testApp = await createTestApp()
  mentor = await staffMember(testApp, 'Mara', 'mentor')
  learner = await signUp(testApp, 'Lena')
  first = await publishCourse(mentor.call, { lessons: 1, title: 'First steps' })
  second = await publishCourse(mentor.call, { lessons: 1, title: 'Second steps', prerequisites: [first.id] })
})

test('a course opens once what it asks for is completed, and says why until then', async () => {
  const detail = await learner.call('GET', `/api/v1/courses/${second.id}`)
  expect(detail.body.prerequisites).toEqual([{ id: first.id, title: 'First steps' }])
  const lessons = await learner.call('GET', `/api/v1/courses/${second.id}/lessons`)
  expect(lessons.body.items[0]).toMatchObject({
    locked: true,
    why: [{ code: 'not_enrolled' }, { code: 'course_not_completed', courseId: first.id }],
  })
  expect(await enrol(learner.call, second.id)).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'conditions_missing',
        details: [{ path: `courses.${first.id}`, code: 'course_not_completed' }],
      },
    },
  })
  await enrol(learner.call, first.id)
  await complete(learner.call, first.id, first.lessonIds[0] ?? '')
  expect((await enrol(learner.call, second.id)).status).toBe(200)
})

test('courses never wait for each other, nor for what nobody can take', async () => {
  const third = await publishCourse(mentor.call, { lessons: 1, prerequisites: [second.id] })
  for (const [id, asked, code] of [
    [first.id, [third.id], 'cycle'],
    [first.id, [first.id], 'cycle'],
    [first.id, [crypto.randomUUID()], 'unknown_course'],
  ] as const)
    expect(await ask(id, asked)).toMatchObject({
      status: 400,
      body: { error: { details: [{ path: 'prerequisites', code }] } },
    })
})

test('what another course asks for is not deleted, and says where; whoever has begun goes on', async () => {
  expect(await mentor.call('DELETE', `/api/v1/courses/${first.id}`)).toMatchObject({
    status: 409,
    body: { error: { code: 'in_use', details: [{ path: `courses.${second.id}.prerequisites` }] } },
  })
  expect((await ask(second.id, [])).body.prerequisites).toEqual([])
  await enrol(learner.call, second.id)
  expect((await ask(second.id, [first.id])).status).toBe(200)
  expect((await complete(learner.call, second.id, second.lessonIds[0] ?? '')).status).toBe(200)
})

test('one that is archived all the same keeps nobody out', async () => {
  await testApp.courses.authoring.change(
    { userId: crypto.randomUUID(), role: 'admin' },
    first.id,
    (course) => ({ ...course, state: 'archived' }),
  )
  expect((await enrol(learner.call, second.id)).status).toBe(200)
})
