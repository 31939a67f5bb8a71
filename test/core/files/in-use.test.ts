import { beforeEach, expect, test } from 'vitest'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import { files } from '../../../src/core/files/files.model.ts'
import { lessonContents } from '../../../src/core/learning/courses/lessons.model.ts'
import { type Browser, createTestApp, type TestApp } from '../../app.ts'
import { enrol, newCourse, signUp, staffMember } from '../learning/course-people.ts'
import { chatPeople } from '../messaging/chat-people.ts'
import { bytesOf, mp4, pdf, pngOf } from './sample-files.ts'
import { captionsInEnglish, uploadFile } from './upload.ts'

let testApp: TestApp
let mentor: Browser & { userId: string }
let courseId: string

const paper = { bytes: pdf, fileName: 'paper.pdf', fileType: 'application/pdf', category: 'document' }
const video = { bytes: mp4, fileName: 'film.mp4', fileType: 'video/mp4', category: 'course-video' }
const words = { ...paper, bytes: bytesOf('Hello.'), fileName: 'words.txt', fileType: 'text/plain' }
const uploadAs = (browser: Browser, given: typeof paper): Promise<any> => uploadFile(testApp, browser, given)
const remove = (browser: Browser, id: string) => browser.call('DELETE', `/api/v1/files/${id}`)
const course = (path = '') => `/api/v1/courses/${courseId}${path}`

async function blobs(): Promise<number> {
  const pages = await Promise.all(
    blobContainers.map((container) => testApp.ports.blobs.list(container, { prefix: '', limit: 1000 })),
  )
  return pages.reduce((sum, { items }) => sum + items.length, 0)
}

beforeEach(async () => {
  testApp = await createTestApp()
  mentor = await staffMember(testApp, 'Mara', 'mentor')
  courseId = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
})

async function addFullLesson() {
  const film = await uploadAs(mentor, video)
  const sheet = await uploadAs(mentor, paper)
  const spoken = await uploadAs(mentor, captionsInEnglish)
  const script = await uploadAs(mentor, words)
  const lesson = await mentor.call('POST', course('/lessons'), {
    body: {
      title: 'Welcome',
      duration: 2,
      videoFileId: film.id,
      resources: [{ title: 'Sheet', type: 'pdf', fileId: sheet.id }],
      captions: [{ fileId: spoken.id, language: 'en' }],
      transcript: { fileId: script.id },
    },
  })
  const ids: string[] = [film.id, sheet.id, spoken.id, script.id]
  return { lessonId: lesson.body.id as string, ids }
}

test('videos, papers, captions and transcripts of a draft stay, and it says where they are', async () => {
  const { lessonId, ids } = await addFullLesson()
  for (const id of ids)
    expect(await remove(mentor, id)).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'file_in_use',
          details: [
            {
              path: `courses.${courseId}.lessons.${lessonId}`,
              code: 'used_in_lesson',
              message: expect.stringContaining('Welcome'),
            },
          ],
        },
      },
    })
  await mentor.call('DELETE', course(`/lessons/${lessonId}`))
  for (const id of ids) expect((await remove(mentor, id)).status).toBe(204)
})

test('what an older version shows stays for as long as somebody is on it', async () => {
  const { lessonId, ids } = await addFullLesson()
  await mentor.call('POST', course('/publish'))
  const learner = await signUp(testApp, 'Lena')
  await enrol(learner.call, courseId)
  const without = { videoFileId: null, resources: [], captions: [], transcript: null }
  const changed = await mentor.call('PATCH', course(`/lessons/${lessonId}`), { body: without })
  expect(changed).toMatchObject({ status: 200, body: { ...without, videoUrl: null } })
  await mentor.call('POST', course('/publish'))
  for (const id of ids)
    expect(await remove(mentor, id)).toMatchObject({
      status: 409,
      body: { error: { details: [{ message: expect.stringContaining('version 1') }] } },
    })
  await learner.call('DELETE', course('/enroll'))
  expect((await remove(mentor, ids[0] ?? '')).status).toBe(409)
  await enrol(learner.call, courseId)
  await learner.call('POST', course('/enroll/move'), { body: { version: 2 } })
  for (const id of ids) expect((await remove(mentor, id)).status).toBe(204)
})

test('the file of a message stays until the message is deleted, and goes with it', async () => {
  const [ann, ben] = await chatPeople(testApp, 'Ann', 'Ben')
  const conversation = await ann!.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [ben!.userId] },
  })
  const photo = await uploadAs(ann!, { ...paper, category: 'attachment' })
  const messages = `/api/v1/conversations/${conversation.body.id}/messages`
  const sent = await ann!.call('POST', messages, { body: { text: 'Look', attachments: [photo.id] } })
  expect(sent.status).toBe(201)
  expect(await remove(ann!, photo.id)).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'file_in_use',
        details: [{ path: `conversations.${conversation.body.id}.messages.${sent.body.id}` }],
      },
    },
  })
  await ann!.call('DELETE', `/api/v1/messages/${sent.body.id}`)
  await testApp.settled()
  expect((await remove(ann!, photo.id)).status).toBe(404)
})

test('the file of a form stays for as long as the form does', async () => {
  const learner = await signUp(testApp, 'Lena')
  const photo = await uploadAs(learner, {
    bytes: pngOf(4, 4),
    fileName: 'photo.png',
    fileType: 'image/png',
    category: 'form-attachment',
  })
  const form = await learner.call('POST', '/api/v1/forms/referral', {
    body: {
      relationship: 'self',
      participant: { name: 'Lena', contact: 'lena@example.com' },
      services: ['housing'],
      urgency: 'normal',
      attachments: [{ fileId: photo.id }],
    },
  })
  expect(form.status).toBe(201)
  expect(await remove(learner, photo.id)).toMatchObject({
    status: 409,
    body: { error: { code: 'file_in_use', details: [{ path: `forms.${form.body.id}` }] } },
  })
  const { trackingNumber, receiptCode } = form.body
  const erased = await learner.call('DELETE', `/api/v1/forms/status/${trackingNumber}`, {
    headers: { 'x-receipt-code': receiptCode },
  })
  expect(erased.status).toBe(204)
  expect((await remove(learner, photo.id)).status).toBe(404)
})

test('a picture of a person stays when the upload it was made from is gone', async () => {
  const learner = await signUp(testApp, 'Lena')
  const picture = await uploadAs(learner, {
    bytes: pngOf(4, 4),
    fileName: 'me.png',
    fileType: 'image/png',
    category: 'avatar',
  })
  const me = await learner.call('POST', '/api/v1/users/me/avatar', { body: { fileId: picture.id } })
  expect((await remove(learner, picture.id)).status).toBe(404)
  const path = new URL(me.body.avatar).pathname
  expect((await learner.call('GET', path)).status).toBe(200)
})

test('a draft that is deleted takes along every file its lessons ever had, and no other', async () => {
  const { lessonId, ids } = await addFullLesson()
  const later = await uploadAs(mentor, video)
  await mentor.call('PATCH', course(`/lessons/${lessonId}`), { body: { videoFileId: later.id } })
  const unrelated = await uploadAs(mentor, paper)
  expect((await mentor.call('DELETE', course())).status).toBe(204)
  for (const id of [...ids, later.id])
    expect(await testApp.ports.documents.read(files, { partition: id, id })).toBeNull()
  expect((await mentor.call('GET', `/api/v1/files/${unrelated.id}`)).status).toBe(200)
  expect(await blobs()).toBe(1)
  const left = await testApp.ports.documents.query(lessonContents, {
    path: 'byLesson',
    partition: courseId,
    equals: {},
    limit: 10,
  })
  expect(left.items).toEqual([])
})

test('a published course that is deleted keeps its files for whoever goes on', async () => {
  const { lessonId, ids } = await addFullLesson()
  await mentor.call('POST', course('/publish'))
  const learner = await signUp(testApp, 'Lena')
  await enrol(learner.call, courseId)
  expect((await mentor.call('DELETE', course())).status).toBe(204)
  expect((await remove(mentor, ids[0] ?? '')).status).toBe(409)
  const lesson = await learner.call('GET', course(`/lessons/${lessonId}`))
  expect(lesson).toMatchObject({ status: 200, body: { videoUnavailable: null } })
})

test('an export holds what is left when the bytes of a file are gone', async () => {
  const sheet = await uploadAs(mentor, paper)
  const stored = await testApp.ports.documents.read(files, { partition: sheet.id, id: sheet.id })
  await testApp.ports.blobs.delete(stored!.value.blob)
  const kept: Uint8Array[] = []
  for await (const { content } of testApp.files.personal.list(mentor.userId))
    for await (const bytes of content()) kept.push(bytes)
  expect(kept).toEqual([])
})
