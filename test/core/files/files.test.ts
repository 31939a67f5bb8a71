import sharp from 'sharp'
import { beforeEach, describe, expect, test } from 'vitest'
import { createSharpImages } from '../../../src/adapters/sharp/images.ts'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import { files, filesByOwner, fileTasks } from '../../../src/core/files/files.model.ts'
import type { FileScanner } from '../../../src/ports/file-scanner.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import {
  type Browser,
  browserOf,
  createTestApp,
  logInOf,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { enrol, publishCourse, staffMember } from '../learning/course-people.ts'
import { chatPeople } from '../messaging/chat-people.ts'
import { bytesOf, docxOf, html, mp4, pdf, pngOf } from './sample-files.ts'

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const dayMs = 24 * 60 * 60_000

let testApp: TestApp
let ann: Browser & { userId: string }

const start = async (options: Parameters<typeof createTestApp>[0] = {}) => {
  testApp = await createTestApp(options)
  ann = await signedInBrowser(testApp)
}
beforeEach(() => start())

const announcement = {
  fileName: 'certificate.pdf',
  fileType: 'application/pdf',
  fileSize: pdf.byteLength,
  category: 'document',
}

const announce = (browser: Browser, change: Partial<typeof announcement> = {}) =>
  browser.call('POST', '/api/v1/files/upload-url', { body: { ...announcement, ...change } })

const send = async (upload: any, bytes: Uint8Array<ArrayBuffer>) =>
  (
    await testApp.app.request(upload.uploadUrl, {
      method: upload.method,
      headers: upload.headers,
      body: bytes,
    })
  ).status

const complete = (browser: Browser, fileId: string, more = {}) =>
  browser.call('POST', '/api/v1/files/complete', { body: { fileId, ...more } })

/** All three steps. */
async function upload(
  browser: Browser,
  bytes: Uint8Array<ArrayBuffer>,
  change: Partial<typeof announcement> = {},
) {
  const { body } = await announce(browser, { fileSize: bytes.byteLength, ...change })
  expect(await send(body, bytes)).toBe(201)
  return complete(browser, body.fileId)
}

async function everyBlob(): Promise<string[]> {
  const pages = await Promise.all(
    blobContainers.map(async (container) => {
      const { items } = await testApp.ports.blobs.list(container, { prefix: '', limit: 1000 })
      return items.map(({ path }) => `${container}/${path}`)
    }),
  )
  return pages.flat()
}

const download = async (browser: Browser, id: string) => {
  const { status, headers } = await browser.call('GET', `/api/v1/files/${id}/download`)
  expect(status).toBe(302)
  return testApp.app.request(headers.get('location') ?? '')
}

describe('the three steps', () => {
  test('announce, send, complete; then read, download and delete', async () => {
    const asked = await announce(ann)
    expect(asked).toMatchObject({
      status: 200,
      body: { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' } },
    })
    expect(asked.body.claimToken).toBeUndefined()
    expect(Date.parse(asked.body.expiresAt) - testApp.clock.now()).toBe(15 * 60_000)
    expect(await send(asked.body, pdf)).toBe(201)
    const { fileId } = asked.body
    expect((await ann.call('GET', `/api/v1/files/${fileId}`)).status).toBe(404)
    const done = await complete(ann, fileId, { fileName: 'Zeugnis für Ann.pdf' })
    expect(done).toMatchObject({
      status: 200,
      body: {
        id: fileId,
        fileName: 'Zeugnis für Ann.pdf',
        size: pdf.byteLength,
        mimeType: 'application/pdf',
        state: 'available',
      },
    })
    expect(await complete(ann, fileId)).toMatchObject({ status: 200, body: done.body })

    const known = await ann.call('GET', `/api/v1/files/${fileId}`)
    expect(known.body).toEqual(done.body)
    const headers = { 'if-none-match': known.headers.get('etag') ?? '' }
    expect((await ann.call('GET', `/api/v1/files/${fileId}`, { headers })).status).toBe(304)

    const response = await download(ann, fileId)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(pdf)
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="Zeugnis fur Ann.pdf"; filename*=UTF-8\'\'Zeugnis%20f%C3%BCr%20Ann.pdf',
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')

    expect((await ann.call('DELETE', `/api/v1/files/${fileId}`)).status).toBe(204)
    expect((await ann.call('DELETE', `/api/v1/files/${fileId}`)).status).toBe(204)
    expect(await everyBlob()).toEqual([])
  })

  test('a download URL works for five minutes, an upload URL for fifteen', async () => {
    const { body } = await upload(ann, pdf)
    const { headers } = await ann.call('GET', `/api/v1/files/${body.id}/download`)
    const asked = await announce(ann)
    testApp.clock.advance(5 * 60_000 + 1)
    expect((await testApp.app.request(headers.get('location') ?? '')).status).toBe(403)
    testApp.clock.advance(10 * 60_000)
    expect(await send(asked.body, pdf)).toBe(403)
  })

  test('who reads on when the URL has run out is asked again, and led on', async () => {
    const { body } = await upload(ann, pdf)
    const { headers } = await ann.call('GET', `/api/v1/files/${body.id}/download`)
    const url = headers.get('location') ?? ''
    testApp.clock.advance(6 * 60_000)
    const range = { range: 'bytes=5-7' }
    const renewed = await testApp.app.request(url, { headers: range })
    expect([renewed.status, renewed.headers.get('cache-control')]).toEqual([302, 'private, no-store'])
    const again = renewed.headers.get('location') ?? ''
    expect(again).toBe(`/api/v1/files/${body.id}/download`)
    expect((await browserOf(testApp).call('GET', again)).status).toBe(401)
    const next = (await ann.call('GET', again)).headers.get('location') ?? ''
    const piece = await testApp.app.request(next, { headers: range })
    expect([piece.status, await piece.text()]).toEqual([206, '1.7'])
    const forged = url.replace(/rn=[^&]*/, 'rn=https%3A%2F%2Fevil.example')
    expect((await testApp.app.request(forged, { headers: range })).status).toBe(403)
    expect((await testApp.app.request(url)).status).toBe(403)
  })

  test('completing before the bytes are there says so, and can be done again', async () => {
    const { body } = await announce(ann)
    expect(await complete(ann, body.fileId)).toMatchObject({
      status: 400,
      body: { error: { details: [{ path: 'fileId', code: 'not_uploaded' }] } },
    })
    await send(body, pdf)
    expect((await complete(ann, body.fileId)).status).toBe(200)
  })

  test('of many completions at once all say the same', async () => {
    const { body } = await announce(ann)
    await send(body, pdf)
    const answers = await Promise.all(Array.from({ length: 10 }, () => complete(ann, body.fileId)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
  })

  test('what was completed cannot be swapped, not even after a delete', async () => {
    const { body } = await announce(ann)
    await send(body, pdf)
    await complete(ann, body.fileId)
    expect(await send(body, pdf)).toBe(409)
    await ann.call('DELETE', `/api/v1/files/${body.fileId}`)
    expect(await send(body, pdf)).toBe(201)
    expect((await complete(ann, body.fileId)).status).toBe(404)
    testApp.clock.advance(dayMs)
    await testApp.runJob('sweep-files')
    expect(await everyBlob()).toEqual([])
  })
})

describe('what is refused leaves nothing', () => {
  test.each([
    ['a 3 MB avatar', { fileName: 'me.png', fileType: 'image/png', fileSize: 3_000_000, category: 'avatar' }],
    ['nothing', { fileSize: 0 }],
    ['a type that is not taken', { fileName: 'page.html', fileType: 'text/html' }],
    ['a drawing that can hold a script', { fileName: 'x.svg', fileType: 'image/svg+xml' }],
    ['a program', { fileName: 'x.exe', fileType: 'application/x-msdownload' }],
    ['an ending of another type', { fileName: 'certificate.html' }],
    ['an unknown category', { category: 'other' }],
  ])('%s', async (_, change) => {
    expect(await announce(ann, change)).toMatchObject({
      status: 400,
      body: { error: { code: 'validation_error' } },
    })
    expect(await everyBlob()).toEqual([])
    expect((await testApp.ports.documents.scan(fileTasks)).items).toEqual([])
  })

  const big = new Uint8Array(3_000_000)
  big.set(pngOf(4, 4))
  test('a 3 MB avatar that was announced as small', async () => {
    const { body } = await announce(ann, {
      fileName: 'me.png',
      fileType: 'image/png',
      fileSize: 1000,
      category: 'avatar',
    })
    expect(await send(body, big)).toBe(413)
    expect((await complete(ann, body.fileId)).status).toBe(400)
    expect(await everyBlob()).toEqual([])
  })

  test('the same, in a store that takes whatever comes', async () => {
    const { body } = await announce(ann, {
      fileName: 'me.png',
      fileType: 'image/png',
      fileSize: 1000,
      category: 'avatar',
    })
    const path = decodeURIComponent(new URL(body.uploadUrl).pathname.slice('/api/blobs/documents/'.length))
    await testApp.ports.blobs.write({ container: 'documents', path }, big)
    expect(await complete(ann, body.fileId)).toMatchObject({
      status: 400,
      body: { error: { details: [{ code: 'size_mismatch' }] } },
    })
    expect(await everyBlob()).toEqual([])
    expect((await complete(ann, body.fileId)).status).toBe(404)
  })

  const gif = bytesOf('GIF89a/*')
  const zipped = docxOf(bytesOf('<w:document/>'))
  test.each([
    ['HTML named .jpg', html, { fileName: 'holiday.jpg', fileType: 'image/jpeg' }, 'type_mismatch'],
    ['HTML named .txt', html, { fileName: 'notes.txt', fileType: 'text/plain' }, 'two_formats'],
    ['a PDF named .png', pdf, { fileName: 'x.png', fileType: 'image/png' }, 'type_mismatch'],
    ['a program named .pdf', bytesOf('MZ\x90\0'.padEnd(600, '\0')), {}, 'type_mismatch'],
    [
      'binary named .txt',
      new Uint8Array([1, 2, 3, 0, 255]),
      { fileName: 'x.txt', fileType: 'text/plain' },
      'type_mismatch',
    ],
    [
      'a picture that is a page',
      new Uint8Array([...pngOf(4, 4), ...html]),
      { fileName: 'x.png', fileType: 'image/png' },
      'two_formats',
    ],
    [
      'a picture that is a ZIP',
      new Uint8Array([...pngOf(4, 4), ...zipped]),
      { fileName: 'x.png', fileType: 'image/png' },
      'two_formats',
    ],
    [
      'a picture that is a script',
      new Uint8Array([...gif, ...bytesOf('=1;<script >')]),
      { fileName: 'x.gif', fileType: 'image/gif' },
      'two_formats',
    ],
    ['a ZIP bomb', docxOf(new Uint8Array(100_000_000)), { fileName: 'x.docx', fileType: docx }, 'zip_bomb'],
    [
      'a picture that does not say how large it is',
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xd9]),
      { fileName: 'x.jpg', fileType: 'image/jpeg' },
      'type_mismatch',
    ],
    ['a broken document', zipped.slice(0, -30), { fileName: 'x.docx', fileType: docx }, 'zip_bomb'],
  ])('%s', async (_, bytes, change, code) => {
    expect(await upload(ann, bytes, change)).toMatchObject({
      status: 400,
      body: { error: { details: [{ code }] } },
    })
    expect(await everyBlob()).toEqual([])
  })

  test.each(['document', 'attachment', 'form-attachment'])(
    'a picture of 20,000 × 20,000 pixels, whatever it is for: %s',
    async (category) => {
      const picture = { fileName: 'x.png', fileType: 'image/png', category }
      expect(await upload(ann, pngOf(20_000, 20_000), picture)).toMatchObject({
        status: 400,
        body: { error: { details: [{ code: 'too_many_pixels' }] } },
      })
      expect(await everyBlob()).toEqual([])
    },
  )

  test.each([
    ['a document', zipped, { fileName: 'x.docx', fileType: docx }],
    [
      'text in any script',
      bytesOf('naïve, 日本語\n'),
      { fileName: 'x.txt', fileType: 'text/plain; charset=utf-8' },
    ],
    ['a picture', pngOf(4, 4), { fileName: 'X.PNG', fileType: 'image/png' }],
  ])('%s is taken', async (_, bytes, change) => {
    expect((await upload(ann, bytes, change)).status).toBe(200)
  })
})

describe('who may', () => {
  test('a stranger finds nothing, and may not delete', async () => {
    const { body } = await upload(ann, pdf)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    expect((await bob.call('GET', `/api/v1/files/${body.id}`)).status).toBe(404)
    expect((await bob.call('GET', `/api/v1/files/${body.id}/download`)).status).toBe(404)
    expect((await bob.call('DELETE', `/api/v1/files/${body.id}`)).status).toBe(403)
    expect((await complete(bob, body.id)).status).toBe(404)
    expect((await ann.call('GET', `/api/v1/files/${body.id}`)).status).toBe(200)
  })

  test('without an account only attachments of a form, with the token that was given', async () => {
    const nobody = browserOf(testApp)
    expect((await announce(nobody)).status).toBe(401)
    const { body } = await announce(nobody, { category: 'form-attachment' })
    expect(await send(body, pdf)).toBe(201)
    expect((await complete(nobody, body.fileId)).status).toBe(404)
    expect((await complete(nobody, body.fileId, { claimToken: 'wrong' })).status).toBe(404)
    expect((await complete(nobody, body.fileId, { claimToken: body.claimToken })).status).toBe(200)
  })

  test('videos of courses come from mentors and admins', async () => {
    const video = { fileName: 'a.mp4', fileType: 'video/mp4', category: 'course-video' }
    expect((await announce(ann, video)).status).toBe(403)
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'mentor' }))
    const mentor = browserOf(testApp)
    await mentor.call('POST', '/api/v1/auth/login', { body: logInOf(person) })
    expect((await upload(mentor, mp4, video)).status).toBe(200)
  })

  test('one address announces 20 files an hour without an account', async () => {
    await start({ environment: { RATE_LIMIT_SCALE: '1' } })
    const statuses = await Promise.all(
      Array.from(
        { length: 21 },
        async () => (await announce(browserOf(testApp), { category: 'form-attachment' })).status,
      ),
    )
    expect(statuses.filter((status) => status === 429)).toHaveLength(1)
  })
})

describe('what files are bound to', () => {
  test('a video is seen in its lesson by whoever takes part, a piece at a time', async () => {
    const [mentor, other] = [
      await staffMember(testApp, 'Mia', 'mentor'),
      await staffMember(testApp, 'Moe', 'mentor'),
    ]
    const video = { fileName: 'lesson.mp4', fileType: 'video/mp4', category: 'course-video' }
    const { body: file } = await upload(mentor, mp4, video)
    const course = await publishCourse(mentor.call)
    const addTo = (browser: Browser, courseId: string) =>
      browser.call('POST', `/api/v1/courses/${courseId}/lessons`, {
        body: { title: 'The film', videoFileId: file.id },
      })
    expect((await addTo(other, (await publishCourse(other.call)).id)).status).toBe(400)
    const { id: lessonId } = (await addTo(mentor, course.id)).body
    expect((await mentor.call('POST', `/api/v1/courses/${course.id}/publish`)).status).toBe(200)

    const path = `/api/v1/courses/${course.id}/lessons/${lessonId}`
    expect((await ann.call('GET', path)).body.error.code).toBe('not_enrolled')
    expect((await ann.call('GET', `/api/v1/files/${file.id}`)).status).toBe(404)
    await enrol(ann.call, course.id)
    const { videoUrl } = (await ann.call('GET', path)).body
    const piece = await testApp.app.request(videoUrl, { headers: { range: 'bytes=4-7' } })
    expect([piece.status, piece.headers.get('content-type'), piece.headers.get('content-range')]).toEqual([
      206,
      'video/mp4',
      `bytes 4-7/${mp4.byteLength}`,
    ])
    expect(new Uint8Array(await piece.arrayBuffer())).toEqual(mp4.slice(4, 8))
    expect(piece.headers.get('ratelimit')).toBeNull()
    testApp.clock.advance(dayMs)
    expect((await testApp.app.request(videoUrl)).status).toBe(403)
  })

  test('a form takes an attachment once, by its token, and staff may read it', async () => {
    const nobody = browserOf(testApp)
    const asked = await announce(nobody, { category: 'form-attachment' })
    await send(asked.body, pdf)
    const { fileId, claimToken } = asked.body
    await complete(nobody, fileId, { claimToken })
    const submit = (attachment: object) =>
      nobody.call('POST', '/api/v1/forms/referral', {
        body: {
          relationship: 'self',
          participant: { name: 'Lena', contact: 'lena@example.com' },
          services: ['housing'],
          urgency: 'normal',
          attachments: [attachment],
        },
      })
    expect((await submit({ fileId })).status).toBe(400)
    const statuses = await Promise.all([1, 2].map(async () => (await submit({ fileId, claimToken })).status))
    expect(statuses.sort()).toEqual([201, 400])
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
    const admin = browserOf(testApp)
    await admin.call('POST', '/api/v1/auth/login', { body: logInOf(person) })
    expect((await download(admin, fileId)).status).toBe(200)
    expect(testApp.auditRecords.at(-1)).toMatchObject({ eventType: 'file.download', resourceId: fileId })
  })

  test('a conversation binds the sender’s attachments, all or none, and again without harm', async () => {
    const attachment = { category: 'attachment' }
    const [first, second] = [await upload(ann, pdf, attachment), await upload(ann, pdf, attachment)]
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    const theirs = await upload(bob, pdf, attachment)
    const actor = { userId: ann.userId, sessionId: 's', role: 'user', securityEpoch: 1 } as const
    const { bindToConversation } = testApp.files
    const inFirst = { conversationId: 'c1', messageId: 'm1' }
    await expect(bindToConversation(actor, [first.body.id, theirs.body.id], inFirst)).rejects.toMatchObject({
      details: [{ path: 'attachments.1', code: 'unknown_file' }],
    })
    const bound = await bindToConversation(actor, [first.body.id, second.body.id], inFirst)
    expect(bound[0]).toEqual({
      id: first.body.id,
      name: 'certificate.pdf',
      url: first.body.url,
      size: pdf.byteLength,
      mimeType: 'application/pdf',
    })
    expect(await bindToConversation(actor, [first.body.id, second.body.id], inFirst)).toEqual(bound)
    await expect(
      bindToConversation(actor, [first.body.id], { conversationId: 'c2', messageId: 'm2' }),
    ).rejects.toMatchObject({
      code: 'validation_error',
    })
  })
})

describe('space', () => {
  const isTaken = async (browser: Browser, bytes: number) =>
    announce(browser, { fileSize: bytes, category: 'document' })

  test('of any number of uploads at once no more are taken than there is room for', async () => {
    await start({ environment: { FILES_QUOTA_MB: '10' } })
    const answers = await Promise.all(Array.from({ length: 12 }, () => isTaken(ann, 3 * 1024 * 1024)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(answers.find(({ status }) => status !== 200)?.body.error.code).toBe('quota_exceeded')
  })

  test('what is smaller than announced and refused, deleted or swept gives its room back', async () => {
    await start({ environment: { FILES_QUOTA_MB: '1' } })
    const most = 1024 * 1024
    const { body: smaller } = await announce(ann, { fileSize: most })
    expect((await isTaken(ann, most)).status).toBe(409)
    await send(smaller, pdf)
    expect((await complete(ann, smaller.fileId)).status).toBe(400)
    const { body } = await announce(ann)
    await send(body, pdf)
    await complete(ann, body.fileId)
    expect((await isTaken(ann, most)).status).toBe(409)
    const nearly = await isTaken(ann, most - pdf.byteLength)
    expect(nearly.status).toBe(200)
    await ann.call('DELETE', `/api/v1/files/${body.fileId}`)
    testApp.clock.advance(dayMs)
    await testApp.runJob('sweep-files')
    const again = browserOf(testApp)
    await again.call('POST', '/api/v1/auth/login', { body: logInOf(person) })
    expect((await isTaken(again, most)).status).toBe(200)
  })
})

describe('a day later', () => {
  const sweep = async () => {
    testApp.clock.advance(dayMs)
    await testApp.runJob('sweep-files')
  }

  test('what was never completed or never used is gone; what is kept stays', async () => {
    const sent = await announce(ann)
    await send(sent.body, pdf)
    await announce(ann)
    const unused = await upload(ann, pdf, { category: 'attachment' })
    const kept = await upload(ann, pdf)
    await sweep()
    expect(await everyBlob()).toEqual([`documents/${ann.userId}/${kept.body.id}.pdf`])
    for (const id of [sent.body.fileId, unused.body.id])
      expect((await complete(ann, id)).status).not.toBe(200)
  })

  describe('in conversations', () => {
    const attachment = { category: 'attachment' }
    let conversation: string
    let isMessageStorable = true

    beforeEach(async () => {
      isMessageStorable = true
      await start({
        ports: ({ documents }) => ({
          documents: {
            ...documents,
            transact: (collection, ...rest) => {
              if (collection.name === 'Messages' && !isMessageStorable) throw new PortUnavailable('power')
              return documents.transact(collection, ...rest)
            },
          },
        }),
      })
      const [first, second] = await chatPeople(testApp, 'Amy', 'Bob')
      ann = first!
      const group = { type: 'group', name: 'Readers', participantIds: [second!.userId] }
      conversation = (await ann.call('POST', '/api/v1/conversations', { body: group })).body.id
    })

    const say = (fileIds: readonly string[], more = {}) =>
      ann.call('POST', `/api/v1/conversations/${conversation}/messages`, {
        body: { text: 'See', attachments: fileIds, ...more },
      })
    const logInAgain = async () => {
      ann = browserOf(testApp) as typeof ann
      const { password } = person
      await ann.call('POST', '/api/v1/auth/login', { body: { email: 'amy@example.com', password } })
    }

    test('what was sent stays, also when a later message with it failed', async () => {
      const { body } = await upload(ann, pdf, attachment)
      expect((await say([body.id])).status).toBe(201)
      isMessageStorable = false
      expect((await say([body.id])).status).toBe(503)
      isMessageStorable = true
      await sweep()
      expect(await everyBlob()).toHaveLength(1)
      await logInAgain()
      expect((await download(ann, body.id)).status).toBe(200)
    })

    const messageOf = async (fileIds: readonly string[]) => (await say(fileIds)).body.id as string
    const takeBack = (id: string) => ann.call('DELETE', `/api/v1/messages/${id}`)

    test('deleting one message leaves the file that another one shows; with the last it goes', async () => {
      const { body } = await upload(ann, pdf, attachment)
      const [first, second] = [await messageOf([body.id]), await messageOf([body.id])]
      expect((await takeBack(first)).status).toBe(204)
      expect((await download(ann, body.id)).status).toBe(200)
      expect((await takeBack(first)).status).toBe(204)
      expect((await download(ann, body.id)).status).toBe(200)
      expect((await takeBack(second)).status).toBe(204)
      expect((await ann.call('GET', `/api/v1/files/${body.id}`)).status).toBe(404)
      expect(await everyBlob()).toEqual([])
    })

    test('of all messages with a file deleted at once none leaves it behind', async () => {
      const { body } = await upload(ann, pdf, attachment)
      const sent = []
      for (let i = 0; i < 5; i++) sent.push(await messageOf([body.id]))
      const answers = await Promise.all(sent.map(takeBack))
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204])
      expect((await ann.call('GET', `/api/v1/files/${body.id}`)).status).toBe(404)
      expect(await everyBlob()).toEqual([])
    })

    test('a file sent more often than is remembered stays while any message may show it', async () => {
      const { body } = await upload(ann, pdf, attachment)
      const actor = { userId: ann.userId, sessionId: 's', role: 'user', securityEpoch: 1 } as const
      const partOf = (n: number) => ({ conversationId: conversation, messageId: `m${n}` })
      for (let n = 0; n <= 100; n++) await testApp.files.bindToConversation(actor, [body.id], partOf(n))
      for (let n = 1; n <= 100; n++)
        await testApp.files.releaseFromConversation(ann.userId, [body.id], partOf(n))
      expect((await download(ann, body.id)).status).toBe(200)
    })

    test('what was attached to a message that was never sent is gone', async () => {
      const { body } = await upload(ann, pdf, attachment)
      isMessageStorable = false
      expect((await say([body.id])).status).toBe(503)
      await sweep()
      expect(await everyBlob()).toEqual([])
    })

    test('a send that failed can be repeated, as the same message or as another', async () => {
      const [one, two] = [await upload(ann, pdf, attachment), await upload(ann, pdf, attachment)]
      isMessageStorable = false
      const clientMessageId = crypto.randomUUID()
      await say([one.body.id], { clientMessageId })
      await say([two.body.id])
      isMessageStorable = true
      expect((await say([one.body.id], { clientMessageId })).status).toBe(201)
      expect((await say([two.body.id])).status).toBe(201)
      await sweep()
      expect(await everyBlob()).toHaveLength(2)
    })

    test('a message that is being sent at that moment keeps its files', async () => {
      const { body } = await upload(ann, pdf, attachment)
      testApp.clock.advance(dayMs - 1_000)
      const actor = { userId: ann.userId, sessionId: 's', role: 'user', securityEpoch: 1 } as const
      const target = { conversationId: conversation, messageId: 'on-its-way' }
      await testApp.files.bindToConversation(actor, [body.id], target)
      testApp.clock.advance(2_000)
      await testApp.runJob('sweep-files')
      expect(await everyBlob()).toHaveLength(1)
      testApp.clock.advance(10 * 60_000)
      await testApp.runJob('sweep-files')
      expect(await everyBlob()).toEqual([])
    })

    test('a picture that the group no longer shows is gone, the one that it shows stays', async () => {
      const show = async (avatar: string | null) => {
        const answer = await ann.call('PATCH', `/api/v1/conversations/${conversation}`, { body: { avatar } })
        expect(answer.status).toBe(200)
        return answer.body.avatar as string
      }
      const picture = { fileName: 'group.png', fileType: 'image/png', category: 'avatar' }
      const first = await show((await upload(ann, pngOf(8, 8), picture)).body.id)
      await sweep()
      expect((await testApp.app.request(first)).status).toBe(200)
      await logInAgain()
      const second = await show((await upload(ann, pngOf(9, 9), picture)).body.id)
      expect(second).not.toBe(first)
      await sweep()
      expect((await testApp.app.request(first)).status).toBe(404)
      expect((await testApp.app.request(second)).status).toBe(200)
      await logInAgain()
      await show(null)
      await sweep()
      expect(await everyBlob()).toEqual([])
      expect((await testApp.ports.documents.scan(fileTasks)).items).toEqual([])
    })
  })

  test('an attachment of a form that never came to be is gone', async () => {
    const attachment = await upload(ann, pdf, { category: 'form-attachment' })
    const actor = { userId: ann.userId }
    await testApp.files.bindToForm(
      { ...actor, sessionId: 's', role: 'user', securityEpoch: 1 },
      [{ fileId: attachment.body.id }],
      'never',
    )
    await sweep()
    expect(await everyBlob()).toEqual([])
  })

  const steps = ['insert', 'replace', 'remove', 'transact', 'write', 'delete'] as const
  test.each(steps.flatMap((step) => [1, 2, 3].map((count) => [step, count] as const)))(
    'a crash at the %s no. %i leaves nothing that is not taken away',
    async (step, count) => {
      let left = Number.POSITIVE_INFINITY
      const dying = <T extends object>(port: T): T =>
        new Proxy(port, {
          get: (target, name) => {
            const method: unknown = Reflect.get(target, name)
            if (name !== step || typeof method !== 'function') return method
            return (...call: unknown[]) => {
              left--
              if (left === 0) throw new PortUnavailable('power')
              return method(...call)
            }
          },
        })
      await start({ ports: ({ documents, blobs }) => ({ documents: dying(documents), blobs: dying(blobs) }) })
      const avatar = { fileName: 'me.png', fileType: 'image/png', category: 'avatar' }
      left = count
      const tryAll = async () => {
        const asked = await announce(ann, { ...avatar, fileSize: pngOf(4, 4).byteLength })
        if (asked.status !== 200) return
        await send(asked.body, pngOf(4, 4))
        const done = await complete(ann, asked.body.fileId)
        if (done.status !== 200) return
        await ann.call('POST', '/api/v1/users/me/avatar', { body: { fileId: done.body.id } })
      }
      await tryAll()
      left = Number.POSITIVE_INFINITY
      await testApp.settled()
      await sweep()
      await sweep()
      const { value } = (await testApp.users.read(ann.userId)) ?? {}
      const shown = value?.avatar ? [value.avatar.split('/api/v1/')[1]] : []
      expect(await everyBlob()).toEqual(shown)
      const { documents } = testApp.ports
      expect((await documents.scan(files)).items).toEqual([])
      expect((await documents.scan(fileTasks)).items).toEqual([])
      for (const { value: space } of (await documents.scan(filesByOwner)).items)
        expect(space).toMatchObject({ kind: 'quota', bytes: 0 })
    },
  )
})

describe('the picture of a person', () => {
  const avatar = { fileName: 'me.png', fileType: 'image/png', category: 'avatar' }
  const set = async (bytes: Uint8Array<ArrayBuffer>, change = {}) => {
    const done = await upload(ann, bytes, { ...avatar, ...change })
    return ann.call('POST', '/api/v1/users/me/avatar', { body: { fileId: done.body.id } })
  }

  test('is encoded afresh at 512 pixels, without place or camera, and shown to anybody', async () => {
    await start({ ports: () => ({ images: createSharpImages() }) })
    const photo = await sharp({ create: { width: 1600, height: 800, channels: 3, background: '#36c' } })
      .withExif({ IFD0: { Make: 'marker-camera' }, IFD3: { GPSLatitude: '32/1 42/1 0/1' } })
      .jpeg()
      .toBuffer()
    expect(photo.includes('marker-camera')).toBe(true)
    const answer = await set(new Uint8Array(photo), { fileName: 'me.jpg', fileType: 'image/jpeg' })
    expect(answer.status).toBe(200)
    const shown = await testApp.app.request(answer.body.avatar)
    expect(shown.status).toBe(200)
    expect(shown.headers.get('cache-control')).toContain('public')
    const bytes = Buffer.from(await shown.arrayBuffer())
    expect(bytes.includes('marker-camera')).toBe(false)
    const metadata = await sharp(bytes).metadata()
    expect(metadata).toMatchObject({ format: 'webp', width: 512, height: 256 })
    expect(metadata.exif).toBeUndefined()
    expect(await everyBlob()).toHaveLength(1)
  })

  test('replaces the one before, which is gone', async () => {
    const first = await set(pngOf(8, 8))
    const second = await set(pngOf(9, 9))
    expect(second.body.avatar).not.toBe(first.body.avatar)
    expect((await testApp.app.request(first.body.avatar)).status).toBe(404)
    expect((await testApp.app.request(second.body.avatar)).status).toBe(200)
    expect(await everyBlob()).toHaveLength(1)
    expect((await ann.call('DELETE', '/api/v1/users/me/avatar')).status).toBe(204)
    expect((await ann.call('GET', '/api/v1/users/me')).body.avatar).toBeNull()
    expect(await everyBlob()).toEqual([])
  })

  test('of several at once one is shown and nothing else is left', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => upload(ann, pngOf(8, 8), avatar)))
    await Promise.all(
      done.map(({ body }) => ann.call('POST', '/api/v1/users/me/avatar', { body: { fileId: body.id } })),
    )
    const { avatar: url } = (await ann.call('GET', '/api/v1/users/me')).body
    expect((await testApp.app.request(url)).status).toBe(200)
    expect(await everyBlob()).toHaveLength(1)
  })

  test.each([
    ['sharp', createSharpImages()],
    ['stripping', undefined],
  ])('of 20,000 × 20,000 pixels, or damaged, is refused and gone: %s', async (_, images) => {
    await start(images ? { ports: () => ({ images }) } : {})
    expect(await upload(ann, pngOf(20_000, 20_000), avatar)).toMatchObject({
      status: 400,
      body: { error: { details: [{ code: 'too_many_pixels' }] } },
    })
    expect(await everyBlob()).toEqual([])
    expect(await set(pngOf(8, 8).slice(0, 50))).toMatchObject({
      status: 400,
      body: { error: { details: [{ code: 'bad_image' }] } },
    })
    expect(await everyBlob()).toEqual([])
  })

  test('is a completed upload of one’s own, of the category avatar', async () => {
    const document = await upload(ann, pdf)
    const body = { fileId: document.body.id }
    expect((await ann.call('POST', '/api/v1/users/me/avatar', { body })).status).toBe(400)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    expect((await bob.call('POST', '/api/v1/users/me/avatar', { body })).status).toBe(404)
  })
})

describe('scanning', () => {
  let verdict: 'clean' | 'harmful' | 'away'
  const scanner: FileScanner = {
    readsContent: true,
    async scan(content) {
      for await (const chunk of content) expect(chunk.byteLength).toBeGreaterThan(0)
      if (verdict === 'away') throw new PortUnavailable('scanner')
      return verdict
    },
  }
  beforeEach(() => start({ ports: () => ({ fileScanner: scanner }) }))

  test('a clean file is available at once', async () => {
    verdict = 'clean'
    expect((await upload(ann, pdf)).body.state).toBe('available')
  })

  test('a harmful file is rejected, its bytes are gone, and its owner learns why', async () => {
    verdict = 'harmful'
    const { body } = await upload(ann, pdf)
    expect(body.state).toBe('rejected')
    expect(await everyBlob()).toEqual([])
    expect(await ann.call('GET', `/api/v1/files/${body.id}/download`)).toMatchObject({
      status: 410,
      body: { error: { code: 'file_rejected' } },
    })
  })

  test('while the scanner is away nobody gets the file; when it is back it is scanned', async () => {
    verdict = 'away'
    const { body } = await upload(ann, pdf)
    expect(body.state).toBe('pending')
    expect(await ann.call('GET', `/api/v1/files/${body.id}/download`)).toMatchObject({
      status: 409,
      body: { error: { code: 'scan_pending' } },
    })
    verdict = 'clean'
    testApp.clock.advance(3 * 60_000)
    await testApp.runJob('sweep-files')
    expect((await ann.call('GET', `/api/v1/files/${body.id}`)).body.state).toBe('available')
  })
})

test('a person’s files are handed over and erased', async () => {
  await upload(ann, pdf)
  const attachment = await upload(ann, pdf, { category: 'form-attachment' })
  const actor = { userId: ann.userId, sessionId: 's', role: 'user', securityEpoch: 1 } as const
  await testApp.files.bindToForm(actor, [{ fileId: attachment.body.id }], 'form-1')
  const { personal, exports } = testApp.files
  const listed = []
  for await (const { file, content } of personal.list(ann.userId)) {
    const chunks = []
    for await (const chunk of content()) chunks.push(chunk)
    listed.push([file.name, Buffer.concat(chunks).byteLength])
  }
  expect(listed).toEqual([
    ['certificate.pdf', pdf.byteLength],
    ['certificate.pdf', pdf.byteLength],
  ])
  await exports.store(
    ann.userId,
    'export-1',
    (async function* () {
      yield bytesOf('a ZIP')
    })(),
  )
  const url = await exports.sign(ann.userId, 'export-1', 'my data.zip', 60_000)
  expect(await (await testApp.app.request(url)).text()).toBe('a ZIP')
  expect(await personal.erase(ann.userId)).toEqual({ left: 1 })
  expect(await personal.erase(ann.userId)).toEqual({ left: 0 })
  expect(await everyBlob()).toEqual([`forms/${ann.userId}/${attachment.body.id}.pdf`])
})

test('files that change while they are erased are erased all the same', async () => {
  let meddle: (() => Promise<void>) | undefined
  await start({
    ports: ({ documents }) => ({
      documents: {
        ...documents,
        async read(collection, key) {
          const stored = await documents.read(collection, key)
          if (collection.name === 'Files') await meddle?.()
          return stored
        },
      },
    }),
  })
  const [document, attachment] = [
    await upload(ann, pdf),
    await upload(ann, pdf, { category: 'form-attachment' }),
  ]
  const actor = { userId: ann.userId, sessionId: 's', role: 'user', securityEpoch: 1 } as const
  await testApp.files.bindToForm(actor, [{ fileId: attachment.body.id }], 'form-1')
  const { documents } = testApp.ports
  let left = 6
  meddle = async () => {
    if (left-- <= 0) return
    for (const { value, version } of (await documents.scan(files)).items)
      await documents.replace(files, { ...value, name: `renamed-${left}.pdf` }, version)
  }
  expect(await testApp.files.personal.erase(ann.userId)).toEqual({ left: 1 })
  expect((await documents.scan(files)).items.map(({ value }) => [value.id, value.ownerId])).toEqual([
    [attachment.body.id, null],
  ])
  expect((await documents.scan(filesByOwner)).items).toEqual([])
  expect(await everyBlob()).toEqual([`forms/${ann.userId}/${attachment.body.id}.pdf`])
  expect(document.status).toBe(200)
})
