import { beforeEach, expect, test } from 'vitest'
import { files } from '../../../src/core/files/files.model.ts'
import { type Browser, createTestApp, type TestApp } from '../../app.ts'
import { bytesOf, mp4, pdf } from '../files/sample-files.ts'
import { captionsInEnglish, uploadFile } from '../files/upload.ts'
import { enrol, newCourse, signUp, staffMember } from './course-people.ts'

let testApp: TestApp
let mentor: Browser & { userId: string }
let courseId: string

const paper = { bytes: pdf, fileName: 'paper.pdf', fileType: 'application/pdf', category: 'document' }
const video = { bytes: mp4, fileName: 'film.mp4', fileType: 'video/mp4', category: 'course-video' }
const uploadAs = (browser: Browser, given: typeof paper): Promise<any> => uploadFile(testApp, browser, given)
const addLesson = (more: object) =>
  mentor.call('POST', `/api/v1/courses/${courseId}/lessons`, { body: { title: 'Lesson', ...more } })
const bytesAt = async (url: string) => new Uint8Array(await (await testApp.app.request(url)).arrayBuffer())

beforeEach(async () => {
  testApp = await createTestApp()
  mentor = await staffMember(testApp, 'Mara', 'mentor')
  courseId = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body.id
})

async function fullLesson() {
  const [film, sheet, spoken, words] = [
    await uploadAs(mentor, video),
    await uploadAs(mentor, paper),
    await uploadAs(mentor, captionsInEnglish),
    await uploadAs(mentor, {
      ...paper,
      bytes: bytesOf('Welcome.'),
      fileName: 'w.txt',
      fileType: 'text/plain',
    }),
  ]
  const { status, body } = await addLesson({
    duration: 2,
    content: '# Welcome',
    videoFileId: film.id,
    resources: [
      { title: 'Sheet', type: 'pdf', fileId: sheet.id },
      { title: 'Elsewhere', type: 'link', url: 'https://example.com/' },
    ],
    captions: [{ fileId: spoken.id, language: 'en_us' }],
    transcript: { fileId: words.id },
  })
  expect(status).toBe(201)
  return { lesson: body, film, sheet, spoken, words }
}

test('papers, captions and transcripts go to who takes part, and to nobody else', async () => {
  const { lesson, sheet, spoken, words, film } = await fullLesson()
  await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  const learner = await signUp(testApp, 'Lena')
  const stranger = await signUp(testApp, 'Sven')
  await enrol(learner.call, courseId)
  const path = `/api/v1/courses/${courseId}/lessons/${lesson.id}`
  const { body } = await learner.call('GET', path)
  expect(body).toMatchObject({
    content: '# Welcome',
    videoUnavailable: null,
    resources: [
      { title: 'Sheet', type: 'pdf', fileId: sheet.id, unavailable: null },
      { title: 'Elsewhere', type: 'link', url: 'https://example.com/', fileId: null },
    ],
    captions: [
      {
        fileId: spoken.id,
        language: 'en-US',
        label: 'American English',
        kind: 'captions',
        unavailable: null,
      },
    ],
    transcript: { fileId: words.id, unavailable: null },
  })
  expect(await bytesAt(body.videoUrl)).toEqual(mp4)
  expect(await bytesAt(body.resources[0].url)).toEqual(pdf)
  expect(await bytesAt(body.captions[0].url)).toEqual(captionsInEnglish.bytes)
  expect(await bytesAt(body.transcript.url)).toEqual(bytesOf('Welcome.'))
  expect((await stranger.call('GET', path)).status).toBe(403)
  for (const { id } of [sheet, spoken, words, film]) {
    expect((await learner.call('GET', `/api/v1/files/${id}/download`)).status).toBe(302)
    expect((await stranger.call('GET', `/api/v1/files/${id}/download`)).status).toBe(404)
  }
})

test('the author sees each file signed, and may send back what was read', async () => {
  const { lesson } = await fullLesson()
  expect(await bytesAt(lesson.resources[0].url)).toEqual(pdf)
  expect(await bytesAt(lesson.videoFileUrl)).toEqual(mp4)
  const path = `/api/v1/courses/${courseId}/lessons/${lesson.id}`
  const again = await mentor.call('PATCH', path, { body: { ...lesson, title: 'Renamed' } })
  expect(again.status).toBe(200)
  expect(again.body).toMatchObject({
    title: 'Renamed',
    videoFileId: lesson.videoFileId,
    resources: [{ fileId: lesson.resources[0].fileId }, { url: 'https://example.com/' }],
    captions: [{ fileId: lesson.captions[0].fileId, label: 'American English' }],
  })
})

test('an admin changes a lesson with files of its mentor', async () => {
  const { lesson } = await fullLesson()
  const admin = await staffMember(testApp, 'Ada', 'admin')
  const path = `/api/v1/courses/${courseId}/lessons/${lesson.id}`
  expect((await admin.call('PATCH', path, { body: { ...lesson, content: '# Better' } })).status).toBe(200)
  const second = await admin.call('POST', `/api/v1/courses/${courseId}/lessons`, {
    body: {
      title: 'Again',
      resources: [{ title: 'Sheet', type: 'pdf', fileId: lesson.resources[0].fileId }],
    },
  })
  expect(second.status).toBe(201)
})

test('the address that completing the upload gave names the file', async () => {
  const sheet = await uploadAs(mentor, paper)
  const added = await addLesson({ resources: [{ title: 'Sheet', type: 'download', url: sheet.url }] })
  expect(added).toMatchObject({ status: 201, body: { resources: [{ fileId: sheet.id, unavailable: null }] } })
  const foreign = sheet.url.replace(/^https?:\/\/[^/]+/, 'http://elsewhere.example')
  const refused = await addLesson({ resources: [{ title: 'Sheet', type: 'download', url: foreign }] })
  expect(refused).toMatchObject({ status: 400, body: { error: { details: [{ path: 'resources.0.url' }] } } })
})

test('what is not one’s own, of another kind or elsewhere in use is refused, by its field', async () => {
  const other = await staffMember(testApp, 'Otto', 'mentor')
  const theirs = await uploadAs(other, paper)
  const sheet = await uploadAs(mentor, paper)
  const film = await uploadAs(mentor, video)
  for (const [given, path] of [
    [{ resources: [{ title: 'x', type: 'pdf', fileId: theirs.id }] }, 'resources.0.fileId'],
    [{ videoFileId: sheet.id }, 'videoFileId'],
    [{ captions: [{ fileId: sheet.id, language: 'en' }] }, 'captions.0.fileId'],
    [{ captions: [{ fileId: film.id, language: 'en' }] }, 'captions.0.fileId'],
    [{ transcript: { fileId: crypto.randomUUID() } }, 'transcript.fileId'],
    [{ captions: [{ fileId: sheet.id, language: 'no such language' }] }, 'captions.0.language'],
    [{ resources: [{ title: 'x', type: 'pdf' }] }, 'resources.0'],
  ] as const) {
    const refused = await addLesson(given)
    expect(refused, path).toMatchObject({ status: 400, body: { error: { details: [{ path }] } } })
  }
  expect((await mentor.call('GET', `/api/v1/courses/${courseId}/draft`)).body.lessons).toEqual([])
})

test('captions have to be WebVTT by their first line', async () => {
  const asked = uploadAs(mentor, {
    ...captionsInEnglish,
    bytes: bytesOf('1\n00:00:00,000 --> 00:00:05,000\nHi\n'),
  })
  await expect(asked).rejects.toThrow('type_mismatch')
})

type Unavailable = 'missing' | 'scan_pending' | 'file_rejected'
const states = { scan_pending: 'pending', file_rejected: 'rejected' } as const

async function spoil(id: string, reason: Unavailable): Promise<void> {
  const { documents } = testApp.ports
  if (reason === 'missing') return void (await documents.remove(files, { partition: id, id }))
  const stored = await documents.read(files, { partition: id, id })
  if (stored) await documents.replace(files, { ...stored.value, state: states[reason] }, stored.version)
}

test.each(['missing', 'scan_pending', 'file_rejected'] as const)(
  'a file that is %s takes nothing else away, for learner and author',
  async (reason) => {
    const { lesson, film, sheet, spoken, words } = await fullLesson()
    await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
    const learner = await signUp(testApp, 'Lena')
    await enrol(learner.call, courseId)
    testApp.clock.advance(2 * 60_000)
    for (const { id } of [film, sheet, spoken, words]) await spoil(id, reason)
    const mine = await learner.call('GET', `/api/v1/courses/${courseId}/lessons/${lesson.id}`)
    const draft = await mentor.call('GET', `/api/v1/courses/${courseId}/draft/lessons/${lesson.id}`)
    for (const { status, body } of [mine, draft]) {
      expect(status).toBe(200)
      expect(body).toMatchObject({
        content: '# Welcome',
        videoUrl: null,
        videoUnavailable: reason,
        resources: [{ url: sheet.url, unavailable: reason }, { unavailable: null }],
        captions: [{ url: null, unavailable: reason }],
        transcript: { url: null, unavailable: reason },
      })
    }
  },
)

test('seconds and minutes say the same', async () => {
  const inMinutes = (await addLesson({ duration: 2 })).body
  expect(inMinutes).toMatchObject({ duration: 2, durationSeconds: 120 })
  const path = `/api/v1/courses/${courseId}/lessons/${inMinutes.id}`
  const patch = async (body: object) => (await mentor.call('PATCH', path, { body })).body
  expect(await patch({ durationSeconds: 110 })).toMatchObject({ duration: 2, durationSeconds: 110 })
  expect(await patch({ duration: 2 })).toMatchObject({ duration: 2, durationSeconds: 110 })
  expect(await patch({ duration: 5, durationSeconds: 110 })).toMatchObject({ durationSeconds: 300 })
  expect(await patch({ duration: 5, durationSeconds: 121 })).toMatchObject({
    duration: 3,
    durationSeconds: 121,
  })
  await addLesson({ durationSeconds: 30 })
  await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  const card = (await mentor.call('GET', `/api/v1/courses/${courseId}`)).body
  expect(card).toMatchObject({ duration: 3, durationSeconds: 151 })
})

test('papers and captions stay with the course when whoever sent them goes', async () => {
  const { lesson } = await fullLesson()
  await mentor.call('POST', `/api/v1/courses/${courseId}/publish`)
  const learner = await signUp(testApp, 'Lena')
  await enrol(learner.call, courseId)
  expect((await testApp.files.personal.erase(mentor.userId)).left).toBe(4)
  // As after a run that was cut off.
  await testApp.files.personal.erase(mentor.userId)
  const { body } = await learner.call('GET', `/api/v1/courses/${courseId}/lessons/${lesson.id}`)
  expect(await bytesAt(body.resources[0].url)).toEqual(pdf)
  expect(await bytesAt(body.captions[0].url)).toEqual(captionsInEnglish.bytes)
})
