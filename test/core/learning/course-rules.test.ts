import { expect, test } from 'vitest'
import { createTestApp } from '../../app.ts'
import { mp4 } from '../files/sample-files.ts'
import { captionsInEnglish, uploadFile } from '../files/upload.ts'
import { newCourse, staffMember } from './course-people.ts'

const rules = '/api/v1/admin/course-rules'
const video = { bytes: mp4, fileName: 'film.mp4', fileType: 'video/mp4', category: 'course-video' }

test('once an administrator asks for captions, no film is published without, and who publishes is told where', async () => {
  const testApp = await createTestApp()
  const admin = await staffMember(testApp, 'Ada', 'admin')
  const mentor = await staffMember(testApp, 'Mara', 'mentor')
  const require = (areCaptionsRequired: boolean) =>
    admin.call('PUT', rules, { body: { areCaptionsRequired } })
  const course = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body
  const publish = () => mentor.call('POST', `/api/v1/courses/${course.id}/publish`)
  const add = async (title: string, more: object = {}): Promise<{ id: string }> =>
    (await mentor.call('POST', `/api/v1/courses/${course.id}/lessons`, { body: { title, ...more } })).body
  const change = (lesson: { id: string }, body: object) =>
    mentor.call('PATCH', `/api/v1/courses/${course.id}/lessons/${lesson.id}`, { body })
  const upload = async (given: typeof video) =>
    ((await uploadFile(testApp, mentor, given)) as { id: string }).id

  expect((await mentor.call('GET', rules)).body).toEqual({ areCaptionsRequired: false })
  expect((await mentor.call('PUT', rules, { body: { areCaptionsRequired: true } })).status).toBe(403)
  await add('Words alone', { content: '# Words' })
  const elsewhere = await add('Elsewhere', { videoUrl: 'https://example.com/film' })
  const film = await add('A film', { videoFileId: await upload(video) })
  expect((await publish()).status).toBe(200)

  expect(await require(true)).toMatchObject({ status: 200, body: { areCaptionsRequired: true } })
  // What is out stays out.
  expect((await mentor.call('GET', `/api/v1/courses/${course.id}`)).status).toBe(200)
  await change(film, { title: 'The film' })
  const refused = await publish()
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'conditions_missing' } } })
  expect(refused.body.error.details).toMatchObject(
    [elsewhere, film].map(({ id }) => ({ path: `lessons.${id}.captions`, code: 'captions_missing' })),
  )
  const captions = [{ fileId: await upload(captionsInEnglish), language: 'en' }]
  await change(film, { captions })
  expect((await publish()).body.error.details).toHaveLength(1)
  await change(elsewhere, { transcript: { text: 'What is said in it.' } })
  expect((await publish()).status).toBe(200)

  await change(film, { captions: [] })
  expect((await publish()).status).toBe(409)
  expect((await require(false)).status).toBe(200)
  expect((await publish()).status).toBe(200)
})
