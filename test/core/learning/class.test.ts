import { expect, test } from 'vitest'
import { courseVersions } from '../../../src/core/learning/courses/courses.model.ts'
import { lessonContents } from '../../../src/core/learning/courses/lessons.model.ts'
import { progress } from '../../../src/core/learning/enrollments/enrollments.model.ts'
import { createTestApp } from '../../app.ts'
import { pdf } from '../files/sample-files.ts'
import { uploadFile } from '../files/upload.ts'
import { enrol, newCourse, signUp, staffMember } from './course-people.ts'

test('a class of 60 that opens one lesson at once: each reads their own enrollment, and the rest is read once', async () => {
  const read: string[] = []
  const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1000' } })
  const mentor = await staffMember(testApp, 'Mara', 'mentor')
  const { id } = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body
  const sheet = await uploadFile(testApp, mentor, {
    bytes: pdf,
    fileName: 'sheet.pdf',
    fileType: 'application/pdf',
    category: 'document',
  })
  const resources = [{ title: 'Sheet', type: 'pdf', fileId: sheet.id }]
  const lesson = await mentor.call('POST', `/api/v1/courses/${id}/lessons`, {
    body: { title: 'Together', duration: 5, resources },
  })
  await mentor.call('POST', `/api/v1/courses/${id}/publish`)
  const pupils = await Promise.all(Array.from({ length: 60 }, (_, i) => signUp(testApp, `Pupil ${i}`)))
  for (const { call } of pupils) await enrol(call, id)
  const { documents } = testApp.ports
  const original = documents.read
  documents.read = ((collection: { name: string }, key: never) => {
    read.push(collection.name)
    return original(collection as never, key)
  }) as typeof original
  const opened = await Promise.all(
    pupils.map(({ call }) => call('GET', `/api/v1/courses/${id}/lessons/${lesson.body.id}`)),
  )
  for (const { status, body } of opened) expect([status, body.resources[0].unavailable]).toEqual([200, null])
  const count = (name: string) => read.filter((each) => each === name).length
  expect(count(progress.name)).toBe(60)
  expect(count(lessonContents.name)).toBeLessThanOrEqual(1)
  expect(count(courseVersions.name)).toBeLessThanOrEqual(1)
  expect(count('Files')).toBeLessThanOrEqual(1)
})
