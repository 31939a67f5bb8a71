import { beforeAll, describe, expect, test } from 'vitest'
import type { Ports } from '../../src/ports/ports.ts'
import { type Browser, browserOf, createTestApp, origin, type TestApp } from '../app.ts'
import { pngOf } from '../core/files/sample-files.ts'
import { complete, enrol, publishCourse, sampleQuiz, staffMember } from '../core/learning/course-people.ts'
import { chatPeople } from '../core/messaging/chat-people.ts'
import { newBrowser } from '../core/notifications/push-people.ts'

/*
 * GET and HEAD ask, they do nothing (RFC 9110 §9.2.1): what a link, a picture or a scanner of mail can make a browser
 * send begins no work, changes nothing and mails nobody.
 */

const password = 'SecurePass123!'

/** What only reads. Anything else that a store is asked for counts as a write. */
const reading: Partial<Record<keyof Ports, readonly string[]>> = {
  documents: ['read', 'query', 'scan'],
  blobs: ['head', 'read', 'list', 'signDownload', 'answer'],
  mailQueue: ['countDead', 'counts', 'listDead'],
  submissions: ['read', 'readByTrackingNumber', 'list', 'report', 'countWaiting'],
  realtime: ['isGenuine', 'isEventHost', 'isConnected'],
  audit: ['list', 'listByActor', 'listByResource', 'heads', 'verify'],
}

let writes: string[] = []

const counting = (ports: Ports): Partial<Ports> =>
  Object.fromEntries(
    Object.entries(reading).map(([port, readers]) => {
      const real = ports[port as keyof Ports] as unknown as Record<string, (...values: unknown[]) => unknown>
      return [
        port,
        new Proxy(real, {
          get(target, name: string) {
            const call = target[name]
            if (typeof call !== 'function' || readers.includes(name)) return call
            return (...values: unknown[]) => {
              const what = port === 'audit' ? (values[0] as { eventType: string }).eventType : ''
              writes.push([port, name, what].join(' ').trim())
              return call.apply(target, values)
            }
          },
        }),
      ]
    }),
  ) as Partial<Ports>

/** Which reading is written down, since it was somebody else's data: reading itself goes on doing nothing else. */
const audited: Readonly<Record<string, string>> = {
  'GET /api/v1/admin/audit': 'audit append audit.read',
  'GET /api/v1/admin/audit/csv': 'audit append audit.read',
  'GET /api/v1/admin/users/{id}': 'audit append user.read',
  'GET /api/v1/admin/users/{id}/disclosures': 'audit append user.disclosures',
  'GET /api/v1/forms': 'audit append form.list',
  'GET /api/v1/forms/{id}': 'audit append form.read',
  'GET /api/v1/reports': 'audit append report.list',
  'GET /api/v1/reports/{id}': 'audit append report.read',
  'GET /api/v1/files/{id}/download': 'audit append file.download',
  'GET /api/v1/users/{id}/progress': 'audit append progress.read',
  'GET /api/v1/conversations/{id}/export': 'audit append conversation.export',
  'GET /api/v1/courses/{id}/requests': 'audit append course.requests_read',
  'GET /api/v1/courses/{id}/members': 'audit append progress.read',
  'GET /api/v1/mentor/learners': 'audit append learners.list',
  'GET /api/v1/courses/{id}/lessons/{lessonId}/quiz/results': 'audit append quiz.results',
}

/** What readiness writes to find out whether something can be written: it changes nothing that anybody could read. */
const probes = ['blobs write', 'blobs delete', 'mailQueue probe', 'documents insert', 'documents replace']
const probing: Readonly<Record<string, readonly string[]>> = {
  '/api/readyz': probes,
  '/api/v1/admin/today': probes,
}

let testApp: TestApp
const people: Record<string, Browser> = {}
let values: (path: string) => string

beforeAll(async () => {
  testApp = await createTestApp({ ports: counting })
  const [ann, bob] = await chatPeople(testApp, 'Annabel', 'Benedict')
  const admin = await staffMember(testApp, 'Root', 'admin')
  const mentor = await staffMember(testApp, 'Mia', 'mentor')
  const guest = browserOf(testApp)
  await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Gustavo' } })
  Object.assign(people, { ann, admin, mentor, guest, nobody: browserOf(testApp) })
  for (const { call } of [ann!, admin, mentor])
    await call('POST', '/api/v1/auth/step-up', { body: { password } })
  // That new tokens have arrived is noted once.
  for (const { call } of [ann!, admin, mentor]) await call('GET', '/api/v1/users/me')
  const course = await publishCourse(admin.call, {}, { quiz: sampleQuiz })
  await enrol(ann!.call, course.id)
  const taken = await publishCourse(admin.call, { lessons: 1 })
  await enrol(ann!.call, taken.id)
  await complete(ann!.call, taken.id, taken.lessonIds[0] ?? '')
  const certificate = (await ann!.call('GET', '/api/v1/users/me/certificates')).body.items[0]
  const conversation = await ann!.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [bob!.userId] },
  })
  const group = await ann!.call('POST', '/api/v1/conversations', {
    body: { type: 'group', participantIds: [bob!.userId], name: 'Garden' },
  })
  await ann!.call('POST', `/api/v1/conversations/${group.body.id}/messages`, { body: { text: 'hello' } })
  const invitation = await ann!.call('POST', `/api/v1/conversations/${group.body.id}/invitations`, {
    body: {},
  })
  const message = await ann!.call('POST', `/api/v1/conversations/${conversation.body.id}/messages`, {
    body: { text: 'hello' },
  })
  const report = await bob!.call('POST', `/api/v1/messages/${message.body.id}/reports`, {
    body: { reason: 'spam' },
  })
  await admin.call('PATCH', `/api/v1/admin/users/${ann!.userId}`, { body: { mentorId: mentor.userId } })
  await admin.call('POST', `/api/v1/admin/users/${ann!.userId}/recovery`)
  const bytes = pngOf(8, 8)
  const announced = {
    fileName: 'a.png',
    fileType: 'image/png',
    fileSize: bytes.byteLength,
    category: 'form-attachment',
  }
  const asked = (await ann!.call('POST', '/api/v1/files/upload-url', { body: announced })).body
  await testApp.app.request(asked.uploadUrl, { method: 'PUT', headers: asked.headers, body: bytes })
  await ann!.call('POST', '/api/v1/files/complete', { body: { fileId: asked.fileId, fileName: 'a.png' } })
  const form = await ann!.call('POST', '/api/v1/forms/referral', {
    body: {
      relationship: 'self',
      participant: { name: 'Annabel', contact: 'annabel@example.com' },
      services: ['housing'],
      urgency: 'normal',
      attachments: [{ fileId: asked.fileId }],
    },
  })
  expect(form).toMatchObject({ status: 201 })
  const { trackingNumber, receiptCode: code } = form.body
  await ann!.call('POST', '/api/v1/users/me/forms', { body: { trackingNumber, receiptCode: code } })
  const portrait = { ...announced, fileName: 'me.png', category: 'avatar' }
  const picture = (await ann!.call('POST', '/api/v1/files/upload-url', { body: portrait })).body
  await testApp.app.request(picture.uploadUrl, { method: 'PUT', headers: picture.headers, body: bytes })
  await ann!.call('POST', '/api/v1/files/complete', { body: { fileId: picture.fileId, fileName: 'me.png' } })
  const me = await ann!.call('POST', '/api/v1/users/me/avatar', { body: { fileId: picture.fileId } })
  const pictured = (
    await admin.call('POST', '/api/v1/files/upload-url', {
      body: { ...announced, fileName: 'course.png', category: 'thumbnail' },
    })
  ).body
  await testApp.app.request(pictured.uploadUrl, { method: 'PUT', headers: pictured.headers, body: bytes })
  await admin.call('POST', '/api/v1/files/complete', { body: { fileId: pictured.fileId } })
  const shown = await admin.call('PATCH', `/api/v1/courses/${course.id}`, {
    body: { thumbnailFileId: pictured.fileId },
  })
  expect(shown.status).toBe(200)
  const going = (await chatPeople(testApp, 'Cecil'))[0]!
  await going.call('POST', '/api/v1/auth/step-up', { body: { password } })
  const receipt = (await going.call('DELETE', '/api/v1/users/me')).headers.get('location')
  const { publicKey } = (await ann!.call('GET', '/api/v1/notifications/push/key')).body
  const device = await newBrowser(publicKey)
  expect((await ann!.call('PUT', '/api/v1/notifications/push/devices', { body: device })).status).toBe(200)
  testApp.push.stillToTell.listener('notices', async () => ({ is: 'yes', badge: 1 })).attach()
  const told = { userId: ann!.userId, notificationId: 'n', about: 'a', urgency: 'normal' } as const
  await testApp.push.enqueue(told)
  await testApp.settled()
  const opaque = testApp.pusher.pushes()[0]?.wake.notification.navigate.split('/').at(-1) ?? ''
  const started = await admin.call('POST', '/api/v1/admin/courses/import', {
    body: { courses: [{ key: 'any' }] },
  })
  const deadLetter = '00000000-0000-7000-8000-00000000ffff'
  values = (path) =>
    path
      .replace('{opaque}', opaque)
      .replace('{courseId}', taken.id)
      .replace('{code}', certificate.code)
      .replace('/import/{id}', `/import/${started.body.id}`)
      .replace('/courses/{id}', `/courses/${course.id}`)
      .replace('{lessonId}', course.lessonIds[0] ?? '')
      .replace('/conversations/{id}/invitations', `/conversations/${group.body.id}/invitations`)
      .replace('{token}', invitation.body.token)
      .replace('/conversations/{id}', `/conversations/${conversation.body.id}`)
      .replace('/messages/{id}', `/messages/${message.body.id}`)
      .replace('/reports/{id}', `/reports/${report.body.id}`)
      .replace('/files/{id}', `/files/${asked.fileId}`)
      .replace('/forms/status/{trackingNumber}', `/forms/status/${form.body.trackingNumber}`)
      .replace('/forms/{id}', `/forms/${form.body.id}`)
      .replace('/users/{id}', `/users/${ann!.userId}`)
      .replace('/deletions/{receipt}', receipt?.replace('/api/v1', '') ?? '')
      .replace(/\/avatars\/.*/, new URL(me.body.avatar, origin).pathname.replace('/api/v1', ''))
      .replace(/\/thumbnails\/.*/, new URL(shown.body.thumbnail, origin).pathname.replace('/api/v1', ''))
      .replace('/sample-pictures/{name}', '/sample-pictures/resume-that-works.webp')
      .replace('{id}', deadLetter)
  receiptCode = form.body.receiptCode
  await testApp.settled()
}, 60_000)
let receiptCode = ''

const description = (await createTestApp()).describe() as { paths: Record<string, Record<string, any>> }
const asks = Object.entries(description.paths).flatMap(([path, { get }]) =>
  get ? [{ path, operation: get }] : [],
)
const startsWork = asks.filter(({ operation }) => operation['x-starts-work'])
const query: Readonly<Record<string, string>> = {
  '/api/v1/messages/search': '?q=hello',
  '/api/v1/auth/verify-email': `?token=${'x'.repeat(43)}`,
  '/api/v1/auth/cancel-recovery': `?token=${'x'.repeat(43)}`,
  '/api/v1/auth/not-me': `?token=${'x'.repeat(43)}`,
  '/api/v1/auth/undo-email-change': `?token=${'x'.repeat(43)}`,
}

async function askedAs(browser: Browser, method: string, path: string) {
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const answer = await testApp.app.request(`${origin}${values(path)}${query[path] ?? ''}`, {
    method,
    headers: { 'x-receipt-code': receiptCode, ...(cookie ? { cookie } : {}) },
  })
  await testApp.settled()
  return answer.status
}

describe.each(asks)('$path', ({ path, operation }) => {
  test('HEAD writes nothing, and GET nothing but that somebody has read', async () => {
    const statuses: number[] = []
    for (const browser of Object.values(people)) {
      for (const method of operation['x-starts-work'] ? ['HEAD'] : ['HEAD', 'GET']) {
        writes = []
        const status = await askedAs(browser, method, path)
        if (method === 'GET') statuses.push(status)
        const note = audited[`GET ${path}`]
        expect(
          writes.filter((write) => write !== note && !probing[path]?.includes(write)),
          `${method} ${status}`,
        ).toEqual([])
      }
    }
    if (!operation['x-starts-work']) expect(Math.min(...statuses), 'somebody may').toBeLessThan(400)
  })
})

describe('the one GET that begins something', () => {
  const path = '/api/v1/users/me/data-export'
  const ask = (headers: Record<string, string>) => people['ann']!.call('GET', path, { headers })

  test('is the export of one’s own data, which was published so', () => {
    expect(startsWork.map(({ operation }) => operation.operationId)).toEqual(['exportData'])
  })

  test('does so for no page of somebody else’s, not by a link, and not for a picture', async () => {
    writes = []
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' },
      { origin: 'https://evil.example' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[])
      expect((await ask(headers)).body.error.code).toBe('csrf_failed')
    await testApp.settled()
    expect(writes).toEqual([])
  })

  test('does so for a page of ours, for one that is listed, and for a program', async () => {
    const statuses = []
    for (const headers of [
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
      {},
    ] as Record<string, string>[]) {
      statuses.push((await ask(headers)).status)
      await testApp.settled()
    }
    expect(statuses).toEqual([202, 200, 200])
  })
})
