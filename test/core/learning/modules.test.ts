import { beforeEach, expect, test } from 'vitest'
import { type Browser, createTestApp, type TestApp } from '../../app.ts'
import { complete, enrol, newCourse, publishCourse, signUp, staffMember } from './course-people.ts'

let testApp: TestApp
let mentor: Browser
let courseId: string

const draft = async () => (await mentor.call('GET', `/api/v1/courses/${courseId}/draft`)).body
const addModule = (title: string, more = {}) =>
  mentor.call('POST', `/api/v1/courses/${courseId}/modules`, { body: { title, ...more } })
const addLesson = (title: string, more = {}) =>
  mentor.call('POST', `/api/v1/courses/${courseId}/lessons`, { body: { title, ...more } })
const titles = (items: readonly { title: string }[]) => items.map(({ title }) => title)

beforeEach(async () => {
  testApp = await createTestApp()
  mentor = await staffMember(testApp, 'Mara', 'mentor')
  courseId = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
})

test('modules are added, renamed, moved and removed in the draft, and lessons go with them', async () => {
  const begin = (await addModule('Beginning')).body
  const end = (await addModule('End')).body
  const middle = (await addModule('Middle', { order: 2 })).body
  expect((await draft()).modules).toEqual([begin, middle, { ...end, order: 3 }])
  await addLesson('End 1', { moduleId: end.id })
  await addLesson('Beginning 1', { moduleId: begin.id })
  await addLesson('Middle 1', { moduleId: middle.id })
  await addLesson('Beginning 2', { moduleId: begin.id })
  expect(titles((await draft()).lessons)).toEqual(['Beginning 1', 'Beginning 2', 'Middle 1', 'End 1'])

  const moved = await mentor.call('PATCH', `/api/v1/courses/${courseId}/modules/${end.id}`, {
    body: { order: 1, title: 'First of all' },
  })
  expect(moved).toMatchObject({ status: 200, body: { title: 'First of all', order: 1 } })
  expect(titles((await draft()).modules)).toEqual(['First of all', 'Beginning', 'Middle'])
  expect(titles((await draft()).lessons)).toEqual(['End 1', 'Beginning 1', 'Beginning 2', 'Middle 1'])
})

test('a module with lessons stays, and names them; an empty one goes', async () => {
  const { id } = (await addModule('Full')).body
  const lesson = (await addLesson('In it', { moduleId: id })).body
  expect(lesson.moduleId).toBe(id)
  const path = `/api/v1/courses/${courseId}/modules/${id}`
  expect(await mentor.call('DELETE', path)).toMatchObject({
    status: 409,
    body: { error: { code: 'in_use', details: [{ path: `lessons.${lesson.id}` }] } },
  })
  const lessonPath = `/api/v1/courses/${courseId}/lessons/${lesson.id}`
  expect((await mentor.call('PATCH', lessonPath, { body: { moduleId: null } })).body.moduleId).toBeNull()
  expect((await mentor.call('DELETE', path)).status).toBe(204)
  expect((await mentor.call('DELETE', path)).status).toBe(204)
  expect((await draft()).modules).toEqual([])
})

test('a lesson is put only into a module of its own course', async () => {
  const other = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
  const elsewhere = (
    await mentor.call('POST', `/api/v1/courses/${other}/modules`, { body: { title: 'Elsewhere' } })
  ).body
  expect(await addLesson('Lost', { moduleId: elsewhere.id })).toMatchObject({
    status: 400,
    body: { error: { details: [{ path: 'moduleId', code: 'unknown_module' }] } },
  })
  expect((await draft()).lessons).toEqual([])
})

test('modules are for those who write the course', async () => {
  const other = await staffMember(testApp, 'Otto', 'mentor')
  const learner = await signUp(testApp, 'Lena')
  for (const [browser, status] of [
    [other, 404],
    [learner, 403],
  ] as const)
    expect(
      (await browser.call('POST', `/api/v1/courses/${courseId}/modules`, { body: { title: 'Mine' } })).status,
    ).toBe(status)
})

test('learners see modules as they were published, and a new title is a new version', async () => {
  const { id: moduleId } = (await addModule('One')).body
  await addLesson('Only', { moduleId, duration: 5 })
  const publish = () => mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  expect((await publish()).body.version).toBe(1)
  const learner = await signUp(testApp, 'Lena')
  await enrol(learner.call, courseId)
  await mentor.call('PATCH', `/api/v1/courses/${courseId}/modules/${moduleId}`, { body: { title: 'Two' } })
  expect((await draft()).hasUnpublishedChanges).toBe(true)
  const lessons = () => learner.call('GET', `/api/v1/courses/${courseId}/lessons`)
  expect((await lessons()).body).toMatchObject({
    modules: [{ id: moduleId, title: 'One', order: 1 }],
    items: [{ title: 'Only', moduleId }],
  })
  expect((await publish()).body.version).toBe(2)
  expect((await lessons()).body.modules[0].title).toBe('One')
  expect((await learner.call('GET', `/api/v1/courses/${courseId}`)).body).toMatchObject({
    modules: [{ title: 'Two' }],
    lessons: [{ moduleId }],
  })
  const mine = await learner.call('GET', `/api/v1/courses/${courseId}/enroll`)
  expect(mine.body.update).toMatchObject({ hasOtherModules: true, changed: [] })
})

test('a course without modules has none everywhere', async () => {
  const { id, lessonIds } = await publishCourse(mentor.call, { lessons: 1 })
  const learner = await signUp(testApp, 'Lena')
  await enrol(learner.call, id)
  expect((await learner.call('GET', `/api/v1/courses/${id}/lessons`)).body.modules).toEqual([])
  expect(
    (await learner.call('GET', `/api/v1/courses/${id}/lessons/${lessonIds[0]}`)).body.moduleId,
  ).toBeNull()
  expect((await complete(learner.call, id, lessonIds[0] ?? '')).status).toBe(200)
})

test('modules of two people at once are both there', async () => {
  await Promise.all(['A', 'B', 'C', 'D', 'E'].map((title) => addModule(title)))
  const { modules } = await draft()
  expect(titles(modules).sort()).toEqual(['A', 'B', 'C', 'D', 'E'])
  expect(modules.map(({ order }: { order: number }) => order)).toEqual([1, 2, 3, 4, 5])
})
