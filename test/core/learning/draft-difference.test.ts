import { beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../../app.ts'
import { newCourse, signUp, staffMember } from './course-people.ts'

let testApp: TestApp
let mentor: Awaited<ReturnType<typeof staffMember>>
let courseId: string
beforeEach(async () => {
  testApp = await createTestApp()
  mentor = await staffMember(testApp, 'Mia', 'mentor')
  courseId = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
})

const difference = (browser: Pick<typeof mentor, 'call'> = mentor) =>
  browser.call('GET', `/api/v1/courses/${courseId}/draft/difference`)
const addLesson = async (title: string): Promise<string> =>
  (await mentor.call('POST', `/api/v1/courses/${courseId}/lessons`, { body: { title } })).body.id
const nothing = { added: [], removed: [], changed: [], isReordered: false, hasOtherModules: false }

test('all of a draft is new before the first version, and nothing right after it', async () => {
  const id = await addLesson('First')
  expect((await difference()).body).toEqual({
    ...nothing,
    from: 0,
    to: 1,
    added: [{ id, title: 'First' }],
    hasOtherSequence: false,
  })
  await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  expect((await difference()).body).toEqual({ ...nothing, from: 1, to: 2, hasOtherSequence: false })
})

test('what was added, removed, changed and moved since, and the order that is asked of learners', async () => {
  const [one, two, three] = [await addLesson('One'), await addLesson('Two'), await addLesson('Three')]
  await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  const lesson = (id: string) => `/api/v1/courses/${courseId}/lessons/${id}`
  await mentor.call('DELETE', lesson(one))
  await mentor.call('PATCH', lesson(two), { body: { content: 'Another text.' } })
  await mentor.call('PATCH', lesson(three), { body: { order: 1 } })
  const four = await addLesson('Four')
  await mentor.call('PATCH', `/api/v1/courses/${courseId}`, { body: { isSequential: true } })
  expect((await difference()).body).toEqual({
    from: 1,
    to: 2,
    added: [{ id: four, title: 'Four' }],
    removed: [{ id: one, title: 'One' }],
    changed: [{ id: two, title: 'Two' }],
    isReordered: true,
    hasOtherModules: false,
    hasOtherSequence: true,
  })
})

test('it is for those who write the course', async () => {
  expect((await difference(await staffMember(testApp, 'Otto', 'mentor'))).status).toBe(404)
  expect((await difference(await signUp(testApp, 'Lena'))).status).toBe(403)
  expect((await difference(await staffMember(testApp, 'Zoe', 'admin'))).status).toBe(200)
})
