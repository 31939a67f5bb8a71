import { beforeEach, describe, expect, test } from 'vitest'
import { collections } from '../../../src/app/domains.ts'
import { identities } from '../../../src/core/accounts/auth/identities.ts'
import { userEmails } from '../../../src/core/accounts/users/users.model.ts'
import { blobContainers } from '../../../src/core/files/file-categories.ts'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { greetingOf, linkTo } from '../../../src/core/platform/mail/mail.model.ts'
import { spanishNames } from '../../../src/core/privacy/exports/export-words.ts'
import { type Answer, browserOf, createTestApp, origin, type TestApp } from '../../app.ts'
import { unzip } from '../files/zip.ts'
import { enrol, newCourse, publishCourse, staffMember } from '../learning/course-people.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'
import { newBrowser } from '../notifications/push-people.ts'

const dayMs = 24 * 60 * 60_000
const png = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  ),
)
/** What is personal of each, and would be recognised wherever it is. */
const words = {
  Annabel: { said: 'zebrafinch', wrote: 'quicksilver', file: 'annabel-certificate.png' },
  Benedict: { said: 'marshmallow', wrote: 'thunderbolt', file: 'benedict-certificate.png' },
} as const
type Name = keyof typeof words

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let direct: string
let group: string
let adminId: string
let root: Pick<ChatPerson, 'call'>

const caller = { requestId: 'request', address: null, site: null, userAgent: null, language: 'en' as const }

const stepUp = (person: Pick<ChatPerson, 'call'>) =>
  person.call('POST', '/api/v1/auth/step-up', { body: { password: 'SecurePass123!' } })

async function upload({ call }: ChatPerson, fileName: string, category: string): Promise<string> {
  const body = { fileName, fileType: 'image/png', fileSize: png.byteLength, category }
  const asked = (await call('POST', '/api/v1/files/upload-url', { body })).body
  const sent = await testApp.app.request(asked.uploadUrl, {
    method: asked.method,
    headers: asked.headers,
    body: png,
  })
  expect(sent.status).toBe(201)
  const done = await call('POST', '/api/v1/files/complete', { body: { fileId: asked.fileId, fileName } })
  expect(done.status).toBe(200)
  return asked.fileId
}

const quiz = {
  passPercent: 100,
  questions: [{ id: 'sum', type: 'number', text: '1 + 1?', answer: 2 }],
}

/** Chats, learns, uploads, writes a form, blocks, agrees: so that every store holds something. */
async function live(person: ChatPerson, name: Name, courseId: string, asksFor: string) {
  const { said, wrote, file } = words[name]
  const { call } = person
  await testApp.users.changeUser(person.userId, (user) => ({ ...user, emailVerified: true }))
  await upload(person, file, 'document')
  const attachment = await upload(person, file, 'attachment')
  for (const id of [direct, group]) {
    const body = { text: `I said ${said}`, attachments: id === direct ? [attachment] : [] }
    expect((await call('POST', `/api/v1/conversations/${id}/messages`, { body })).status).toBe(201)
    expect((await call('POST', `/api/v1/conversations/${id}/read`, { body: {} })).status).toBe(204)
  }
  expect((await enrol(call, courseId)).status).toBe(200)
  expect((await enrol(call, asksFor)).status).toBe(202)
  const lessons = `/api/v1/courses/${courseId}/lessons`
  for (const { id } of (await call('GET', lessons)).body.items) {
    const attempt = { number: 1, answers: [{ questionId: 'sum', number: 2 }] }
    expect((await call('POST', `${lessons}/${id}/quiz/attempts`, { body: attempt })).status).toBeLessThan(300)
    expect((await call('POST', `${lessons}/${id}/complete`)).status).toBe(200)
  }
  await stepUp(person)
  const expiresAt = new Date(testApp.clock.now() + 86_400_000).toISOString()
  const share = { recipientName: 'An officer', courseIds: [courseId], expiresAt }
  expect((await call('POST', '/api/v1/users/me/shares', { body: share })).status).toBe(201)
  const form = {
    name,
    email: `${name.toLowerCase()}@example.com`,
    subject: 'Hello',
    message: `I wrote ${wrote}`,
  }
  expect((await call('POST', '/api/v1/forms/contact', { body: form })).status).toBe(201)
  const referral = {
    relationship: 'self',
    participant: { name: 'Self', contact: '+1 619 555 0177' },
    services: ['housing'],
    urgency: 'low',
  }
  const { trackingNumber, receiptCode } = (await call('POST', '/api/v1/forms/referral', { body: referral }))
    .body
  const claimed = await call('POST', '/api/v1/users/me/forms', { body: { trackingNumber, receiptCode } })
  expect(claimed.status).toBe(200)
  const [{ document, version }] = (await call('GET', '/api/v1/consents')).body.items
  const consent = { document, version, given: true }
  expect((await call('POST', '/api/v1/users/me/consents', { body: consent })).status).toBe(201)
  const identity = { id: `at-google-${person.userId}`, provider: 'google' as const }
  await testApp.ports.documents.insert(identities, { id: identity.id, userId: person.userId })
  await testApp.users.changeUser(person.userId, (user) => ({
    ...user,
    identities: [{ ...identity, email: user.email, linkedAt: user.createdAt }],
  }))
  const { publicKey } = (await call('GET', '/api/v1/notifications/push/key')).body
  const device = await newBrowser(publicKey)
  expect((await call('PUT', '/api/v1/notifications/push/devices', { body: device })).status).toBe(200)
  const stranger = '00000000-0000-4000-8000-000000000000'
  expect((await call('PUT', `/api/v1/users/me/blocks/${stranger}`)).status).toBe(204)
  await testApp.settled()
}

beforeEach(async () => {
  testApp = await createTestApp()
  ;[ann, ben] = (await chatPeople(testApp, 'Annabel', 'Benedict')) as [ChatPerson, ChatPerson]
  const admin = await staffMember(testApp, 'Root', 'admin')
  adminId = admin.userId
  root = admin
  const course = await publishCourse(admin.call, {}, { quiz })
  const decided = await publishCourse(admin.call, { enrollmentMode: 'approval' })
  for (const { userId } of [ann, ben])
    await admin.call('PATCH', `/api/v1/admin/users/${userId}`, { body: { mentorId: adminId } })
  const open = async (body: object) => (await ann.call('POST', '/api/v1/conversations', { body })).body.id
  direct = await open({ type: 'direct', participantIds: [ben.userId] })
  group = await open({ type: 'group', participantIds: [ben.userId, admin.userId], name: 'Everybody' })
  await live(ann, 'Annabel', course.id, decided.id)
  await live(ben, 'Benedict', course.id, decided.id)
  const [message] = (await ann.call('GET', `/api/v1/conversations/${direct}/messages`)).body.items
  expect((await ann.call('PUT', `/api/v1/messages/${message.id}/reactions/👍`)).status).toBeLessThan(300)
  const { items } = (await ann.call('GET', `/api/v1/conversations/${direct}/messages`)).body
  const theirs = items.find(({ senderId }: { senderId: string }) => senderId === ben.userId)
  const kept = await ann.call('PATCH', `/api/v1/conversations/${group}/mine`, { body: { isPinned: true } })
  expect(kept.status).toBe(200)
  const report = { reason: 'spam', note: 'As I said' }
  expect((await ann.call('POST', `/api/v1/messages/${theirs.id}/reports`, { body: report })).status).toBe(201)
  // Nobody has just proved that it is them.
  testApp.clock.advance(11 * 60_000)
  await testApp.settled()
})

/** Everything in every store, as text. */
async function everything(): Promise<string> {
  const { documents, blobs, mailbox, submissions, mailQueue } = testApp.ports
  const found: string[] = []
  for (const collection of collections) {
    let after: string | undefined
    do {
      const page = await documents.scan(collection, after === undefined ? {} : { after })
      found.push(JSON.stringify(page.items.map(({ value }) => value)))
      after = page.next
    } while (after !== undefined)
  }
  for (const container of blobContainers) {
    const { items } = await blobs.list(container, { prefix: '', limit: 1_000 })
    for (const { path, size } of items) {
      const bytes = await blobs.read({ container, path }, { offset: 0, length: size })
      found.push(path, Buffer.from(bytes ?? []).toString('latin1'))
    }
  }
  found.push(JSON.stringify(await mailbox?.messages()), JSON.stringify(await mailQueue.counts()))
  found.push(JSON.stringify((await submissions.list({}, { order: 'newest', limit: 1_000 })).items))
  found.push(JSON.stringify(testApp.auditRecords), JSON.stringify(testApp.log.events))
  return found.join('\n')
}

const exportOf = async (person: Pick<ChatPerson, 'call'>) => {
  await stepUp(person)
  const started = await person.call('GET', '/api/v1/users/me/data-export')
  expect(started).toMatchObject({ status: 202, body: { status: 'preparing' } })
  await testApp.settled()
  const ready = await person.call('GET', '/api/v1/users/me/data-export')
  expect(ready).toMatchObject({ status: 200, body: { id: started.body.id, status: 'ready' } })
  const zip = await testApp.app.request(ready.body.url)
  expect(zip.headers.get('content-type')).toBe('application/zip')
  return { ready, files: unzip(new Uint8Array(await zip.arrayBuffer())) }
}

/** What an ordinary person has nothing in. */
const onlyOfStaff = ['Staff', 'Courses', 'CourseImportRuns']

describe('the export', () => {
  test('needs a step-up', async () => {
    expect(await ann.call('GET', '/api/v1/users/me/data-export')).toMatchObject({
      status: 403,
      body: { error: { code: 'step_up_required' } },
    })
  })

  test('has every registered field of a person, as JSON, as a page and with the files, and nothing of another', async () => {
    const { files } = await exportOf(ann)
    for (const entry of testApp.registry.entries()) {
      if (!('collect' in entry)) continue
      const text = files.get(`data/${entry.store}.json`)
      expect(text, entry.store).toBeDefined()
      const records = JSON.parse(text ?? '[]') as object[]
      if (onlyOfStaff.includes(entry.store)) continue
      const names = new Set(records.flatMap((record) => Object.keys(record)))
      expect([...names], entry.store).toEqual(expect.arrayContaining([...entry.fields]))
      for (const field of entry.withheld ?? []) expect([...names]).not.toContain(field)
    }
    const all = [...files.values()].join('\n')
    const page = files.get('index.html')
    for (const mine of ['Annabel', 'annabel@example.com', 'zebrafinch', 'quicksilver']) {
      expect(all).toContain(mine)
      expect(page).toContain(mine)
    }
    for (const theirs of ['Benedict', 'benedict@example.com', 'marshmallow', 'thunderbolt', 'Root'])
      expect(all).not.toContain(theirs)
    const uploaded = [...files.keys()].filter((name) => name.startsWith('files/'))
    expect(uploaded.filter((name) => name.endsWith('annabel-certificate.png'))).toHaveLength(2)
    expect(uploaded).toHaveLength(2)
    expect(all).not.toMatch(/passwordHash|refreshHash|sealedSecret/)
  })

  test('of staff has what they wrote, and how others find them', async () => {
    const courses = [{ ...newCourse, key: 'a', lessons: [{ key: 'one', title: 'One' }] }]
    const asked = await root.call('POST', '/api/v1/admin/courses/import', { body: { courses } })
    expect(asked.status).toBe(202)
    const { files } = await exportOf(root)
    for (const entry of testApp.registry.entries()) {
      if (!('collect' in entry) || !onlyOfStaff.includes(entry.store)) continue
      const records = JSON.parse(files.get(`data/${entry.store}.json`) ?? '[]') as object[]
      const names = records.flatMap((record) => Object.keys(record))
      expect(names, entry.store).toEqual(expect.arrayContaining([...entry.fields]))
    }
  })

  test('is a page in which nothing of what somebody wrote is markup', async () => {
    const body = { text: '<script>alert(1)</script>' }
    await ann.call('POST', `/api/v1/conversations/${direct}/messages`, { body })
    const page = (await exportOf(ann)).files.get('index.html')
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).not.toContain('<script')
  })

  test.each(['person', 'staff'])(
    'is a page in the language of the %s, also of what fields are called',
    async (who) => {
      const courses = [{ ...newCourse, key: 'a', lessons: [{ key: 'one', title: 'One' }] }]
      await root.call('POST', '/api/v1/admin/courses/import', { body: { courses } })
      const reader = who === 'staff' ? root : ann
      const chosen = await reader.call('PATCH', '/api/v1/users/me', {
        body: { preferences: { language: 'es' } },
      })
      expect(chosen.status).toBe(200)
      const { files } = await exportOf(reader)
      const page = files.get('index.html') ?? ''
      expect(page).toContain('<html lang="es">')
      expect(page).toContain('<h1>Sus datos</h1>')
      const namesIn = (value: unknown): string[] =>
        typeof value !== 'object' || value === null
          ? []
          : Object.entries(value).flatMap(([name, member]) => [
              ...(Array.isArray(value) ? [] : [name]),
              ...namesIn(member),
            ])
      const entries = testApp.registry.entries().filter((entry) => 'collect' in entry)
      const names = entries.flatMap(({ store, fields }) => [
        store,
        ...fields,
        ...namesIn(JSON.parse(files.get(`data/${store}.json`) ?? '')),
      ])
      const isId = (name: string) => /^[\da-f-]{36}$/.test(name)
      expect([...new Set(names)].filter((name) => !isId(name) && !Object.hasOwn(spanishNames, name))).toEqual(
        [],
      )
      for (const { store, purpose } of entries) {
        expect(page).toContain(`<h2>${spanishNames[store]}</h2><p>`)
        expect(page).not.toContain(purpose)
      }
    },
  )

  test('is told by a mail, shown for a day, and then removed', async () => {
    const { ready } = await exportOf(ann)
    const letters = await testApp.ports.mailbox?.messages()
    expect(letters?.filter(({ subject }) => subject === 'Your data is ready')).toHaveLength(1)
    expect(letters?.[0]?.text).not.toContain('zebrafinch')
    expect(testApp.auditRecords.map(({ eventType }) => eventType)).toContain('data.export')
    testApp.clock.advance(5 * 60_000 - 1)
    expect((await testApp.app.request(ready.body.url)).status).toBe(200)
    testApp.clock.advance(1)
    expect((await testApp.app.request(ready.body.url)).status).toBe(403)
    testApp.clock.advance(dayMs)
    await testApp.runJob('remove-old-exports')
    expect((await testApp.ports.blobs.list('exports', { prefix: '', limit: 10 })).items).toEqual([])
  })

  test('goes on where a crash left it, at any step, and is made once by two processes', async () => {
    const { blobs } = testApp.ports
    for (let failAt = 0; failAt < 6; failAt++) {
      let writes = 0
      const broken = await createTestApp({
        ports: () => ({
          ...testApp.ports,
          defer: { run: () => {} },
          blobs: {
            ...blobs,
            async write(...call) {
              if (writes++ === failAt) throw new Error('killed')
              return blobs.write(...call)
            },
          },
        }),
      })
      const actor = { userId: ann.userId, sessionId: 'session', role: 'user', securityEpoch: 1 } as const
      await broken.exports.request(actor, caller)
      await broken.exports.prepareAll()
      expect(writes).toBe(failAt + 1)
      testApp.clock.advance(3 * 60_000)
      await Promise.all([testApp.runJob('prepare-exports'), testApp.runJob('prepare-exports')])
      const answer = await testApp.exports.request(actor, caller)
      if (answer.status !== 'ready') throw new Error('it is not ready')
      const files = unzip(new Uint8Array(await (await testApp.app.request(answer.url)).arrayBuffer()))
      expect(files.get('data/Messages.json')).toContain('zebrafinch')
      testApp.clock.advance(dayMs + 60_000)
      await testApp.runJob('remove-old-exports')
    }
  }, 60_000)
})

describe('erasure', () => {
  const remove = async (person: ChatPerson, query = ''): Promise<Answer> => {
    await stepUp(person)
    return person.call('DELETE', `/api/v1/users/me${query}`)
  }
  const show = (receipt: string): Promise<Answer> => browserOf(testApp).call('GET', receipt)
  const erased = async () => {
    const { status, headers } = await remove(ann, '?immediate=true')
    expect(status).toBe(204)
    await testApp.settled()
    return headers.get('location') ?? ''
  }

  test('needs a step-up', async () => {
    expect((await ann.call('DELETE', '/api/v1/users/me')).body.error.code).toBe('step_up_required')
  })

  test('locks at once, can be taken back until it begins, and not afterwards', async () => {
    const { status, headers } = await remove(ann)
    expect(status).toBe(204)
    const receipt = headers.get('location') ?? ''
    expect(receipt).toMatch(/^\/api\/v1\/deletions\/[\w-]{43}$/)
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBeGreaterThanOrEqual(401)
    const login = { body: { email: 'annabel@example.com', password: 'SecurePass123!' } }
    expect(await browserOf(testApp).call('POST', '/api/v1/auth/login', login)).toMatchObject({
      status: 403,
      body: { error: { code: 'account_suspended', message: expect.stringContaining('erased') } },
    })
    expect((await show(receipt)).body).toMatchObject({ state: 'scheduled', finishedAt: null, kept: [] })
    await testApp.runJob('erase-accounts')
    const cancelled = await browserOf(testApp).call('POST', `${receipt}/cancel`)
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } })
    expect((await browserOf(testApp).call('POST', `${receipt}/cancel`)).status).toBe(200)
    expect((await ann.call('POST', '/api/v1/auth/login', login)).status).toBe(200)
    testApp.clock.advance(8 * dayMs)
    await testApp.runJob('erase-accounts')
    expect((await ann.call('POST', '/api/v1/auth/login', login)).status).toBe(200)

    const again = (await remove(ann)).headers.get('location') ?? ''
    testApp.clock.advance(8 * dayMs)
    await testApp.runJob('erase-accounts')
    expect((await show(again)).body.state).toBe('done')
    expect((await browserOf(testApp).call('POST', `${again}/cancel`)).status).toBe(409)
    expect((await show(`/api/v1/deletions/${'x'.repeat(43)}`)).status).toBe(404)
  })

  test('leaves nothing in any store but what the answer lists as kept', async () => {
    await exportOf(ann)
    expect(await everything()).toContain('zebrafinch')
    const receipt = await erased()
    const { body } = await show(receipt)
    expect(body).toMatchObject({ state: 'done', finishedAt: expect.any(String) })
    expect(body.steps.done).toHaveLength(body.steps.total)
    expect(body.kept.map(({ rule }: { rule: string }) => rule).join()).toMatch(/six years of records/)
    for (const kept of body.kept) expect(kept.rule.length).toBeGreaterThan(10)
    const left = await everything()
    for (const word of ['annabel', 'Annabel', 'zebrafinch', 'quicksilver'])
      expect(left.includes(word), word).toBe(false)
    expect(left).toContain('marshmallow')
    expect(left).toContain('Benedict')
    const stored = (await testApp.ports.submissions.list({}, { order: 'newest', limit: 10 })).items
    expect(stored.filter(({ sealedKey }) => sealedKey === null)).toHaveLength(1)
    expect(stored).toHaveLength(4)
    const events = testApp.auditRecords.map(({ eventType }) => eventType)
    expect(events).toEqual(expect.arrayContaining(['user.delete', 'user.erase', 'form.erase']))
    expect(await testApp.ports.audit.verify()).toMatchObject({ intact: true })
  })

  test('reaches mail to an address that the account lately went by', async () => {
    const { documents } = testApp.ports
    const reservedUntil = new Date(testApp.clock.now() + dayMs).toISOString()
    await documents.insert(userEmails, { id: 'before@example.com', userId: ann.userId, reservedUntil })
    const link = linkTo(`${origin}/undo`)
    const letter = { template: 'email_changed', to: 'before@example.com', greeting: greetingOf('Annabel') }
    await testApp.mail.enqueue({ ...letter, link } as Parameters<typeof testApp.mail.enqueue>[0], 'changed')
    await testApp.settled()
    expect(await everything()).toContain('before@example.com')
    await erased()
    const left = await everything()
    for (const word of ['before@example.com', 'Annabel']) expect(left.includes(word), word).toBe(false)
  })

  test('shows the others a deleted user, whose messages keep their place and number', async () => {
    const before = (await ben.call('GET', `/api/v1/conversations/${direct}/messages`)).body.items
    await erased()
    testApp.clock.advance(61_000)
    const { body } = await ben.call('GET', `/api/v1/conversations/${direct}`)
    expect(body.participants).toContainEqual(
      expect.objectContaining({ userId: ann.userId, name: 'Deleted user', avatar: null }),
    )
    const after = (await ben.call('GET', `/api/v1/conversations/${direct}/messages`)).body.items
    expect(after.map(({ id, seq }: any) => [id, seq])).toEqual(before.map(({ id, seq }: any) => [id, seq]))
    expect(after.filter(({ senderId }: any) => senderId === ann.userId)).toEqual([
      expect.objectContaining({ text: '', attachments: [], deletedAt: expect.any(String) }),
    ])
    expect(after.every(({ reactions }: any) => Object.keys(reactions).length === 0)).toBe(true)
    const everybody = (await ben.call('GET', `/api/v1/conversations/${group}`)).body
    expect(everybody.participants.map(({ userId }: any) => userId)).not.toContain(ann.userId)
    expect(everybody.participants.some(({ role }: any) => role === 'admin')).toBe(true)
    const question = { body: { text: 'Are you there?' } }
    const sent = await ben.call('POST', `/api/v1/conversations/${direct}/messages`, question)
    expect(sent.status).toBe(403)
    const { items: courses } = (await ben.call('GET', '/api/v1/courses')).body
    expect(courses.map(({ metadata }: any) => metadata.enrolledCount).sort()).toEqual([0, 1])
  })

  test('reaches what somebody wrote where they no longer are', async () => {
    await ann.call('POST', `/api/v1/conversations/${group}/leave`)
    await erased()
    expect((await everything()).includes('zebrafinch')).toBe(false)
  })

  test('removes a conversation whose last account goes', async () => {
    await erased()
    await remove(ben, '?immediate=true')
    await testApp.settled()
    const left = await everything()
    expect(left.includes('marshmallow')).toBe(false)
    const head = { partition: direct, id: 'head' }
    expect(await testApp.ports.documents.read(messages, head)).toBeNull()
  })

  test.each(Array.from({ length: 12 }, (_, index) => 2 * index))(
    'goes on where it was cut off, after step %i',
    async (failAt) => {
      const { documents } = testApp.ports
      let removals = 0
      const broken = await createTestApp({
        ports: () => ({
          ...testApp.ports,
          defer: { run: () => {} },
          documents: {
            ...documents,
            async replace(...call: Parameters<typeof documents.replace>) {
              if (removals++ === failAt) throw new Error('killed')
              return documents.replace(...call)
            },
          } as typeof documents,
        }),
      })
      const { headers } = await remove(ann)
      testApp.clock.advance(8 * dayMs)
      await broken.erasure.eraseDue()
      testApp.clock.advance(60_000)
      await testApp.runJob('erase-accounts')
      await testApp.settled()
      expect((await show(headers.get('location') ?? '')).body.state).toBe('done')
      const left = await everything()
      for (const word of ['annabel', 'Annabel', 'zebrafinch', 'quicksilver'])
        expect(left.includes(word), word).toBe(false)
    },
  )

  test('is done once by two processes', async () => {
    const { headers } = await remove(ann)
    const other = await createTestApp({ ports: () => testApp.ports })
    testApp.clock.advance(8 * dayMs)
    await Promise.all([testApp.runJob('erase-accounts'), other.runJob('erase-accounts')])
    const { body } = await show(headers.get('location') ?? '')
    expect(body.state).toBe('done')
    expect(body.steps.done).toHaveLength(body.steps.total)
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'user.erase')).toHaveLength(1)
  })

  test('waits for a legal hold, and says so', async () => {
    const admin = await staffMember(testApp, 'Judge', 'admin')
    expect((await ben.call('PUT', `/api/v1/admin/users/${ann.userId}/legal-hold`)).status).toBe(403)
    const prove = () =>
      admin.call('POST', '/api/v1/auth/step-up', { body: { password: admin.logIn.password } })
    await prove()
    expect((await admin.call('PUT', `/api/v1/admin/users/${ann.userId}/legal-hold`)).status).toBe(204)
    const receipt = (await remove(ann)).headers.get('location') ?? ''
    testApp.clock.advance(8 * dayMs)
    await testApp.runJob('erase-accounts')
    expect((await show(receipt)).body).toMatchObject({
      state: 'on_hold',
      message: expect.stringContaining('legal hold'),
    })
    expect((await everything()).includes('zebrafinch')).toBe(true)
    await admin.call('POST', '/api/v1/auth/login', { body: admin.logIn })
    await prove()
    expect((await admin.call('DELETE', `/api/v1/admin/users/${ann.userId}/legal-hold`)).status).toBe(204)
    const patched = await admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, {
      body: { status: 'active' },
    })
    expect(patched.status).toBe(409)
    await testApp.runJob('erase-accounts')
    expect((await show(receipt)).body.state).toBe('done')
  })

  test('keeps what belongs to somebody else who was referred, and says so', async () => {
    const referrer = {
      name: 'Annabel',
      email: 'annabel@example.com',
      phone: '555 123 4567',
      organization: 'Aid',
    }
    const participant = { name: 'Cecil', contact: 'cecil@example.com' }
    const body = { referrer, participant, services: ['housing'], urgency: 'normal' }
    expect((await ann.call('POST', '/api/v1/forms/referral', { body })).status).toBe(201)
    const { body: answer } = await show(await erased())
    expect(answer.kept).toContainEqual(
      expect.objectContaining({ what: expect.stringContaining('REF-'), until: expect.any(String) }),
    )
  })

  test('forgets who teaches in a draft that nobody ever saw, and keeps what was published, and says so', async () => {
    const mentor = await staffMember(testApp, 'Quintilian', 'mentor')
    const draft = await mentor.call('POST', '/api/v1/courses', {
      body: {
        ...newCourse,
        title: 'Never finished',
        instructor: { name: 'Quintilian', bio: 'I am Quintilian.' },
      },
    })
    const shown = await publishCourse(mentor.call, {
      title: 'Shown to all',
      instructor: { name: 'Quintilian' },
    })
    await stepUp(mentor)
    const gone = await mentor.call('DELETE', '/api/v1/users/me?immediate=true')
    await testApp.settled()
    const { body } = await show(gone.headers.get('location') ?? '')
    expect(body.kept.map(({ what }: { what: string }) => what)).toContain(
      'The instructor named in 1 of our courses that you wrote.',
    )
    const read = async (id: string) => (await root.call('GET', `/api/v1/courses/${id}/draft`)).body
    expect(await read(draft.body.id)).toMatchObject({
      title: 'Never finished',
      instructor: { name: 'T.O.O.L.S Inc', bio: '' },
    })
    expect((await read(shown.id)).instructor.name).toBe('Quintilian')
  })

  test('touches no form of an address that was never shown to be theirs', async () => {
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: false }))
    await erased()
    const { items } = await testApp.ports.submissions.list({}, { order: 'newest', limit: 10 })
    expect(items.every(({ sealedKey }) => sealedKey !== null)).toBe(true)
  })

  test('comes to guests when their day is over, and not to one who stayed', async () => {
    const enter = async (name: string) => {
      const guest = browserOf(testApp)
      const entered = await guest.call('POST', '/api/v1/auth/guest', { body: { name } })
      return { ...guest, userId: entered.body.user.id }
    }
    const [going, staying] = [await enter('Fleeting'), await enter('Lasting')]
    const upgraded = await staying.call('POST', '/api/v1/auth/guest/upgrade', {
      body: { email: 'lasting@example.com', password: 'SecurePass123!' },
    })
    expect(upgraded.status).toBeLessThan(300)
    const opened = await going.call('POST', '/api/v1/conversations', {
      body: { type: 'direct', participantIds: [adminId] },
    })
    const text = 'a passing butterfly'
    await going.call('POST', `/api/v1/conversations/${opened.body.id}/messages`, { body: { text } })
    expect((await everything()).includes('butterfly')).toBe(true)
    testApp.clock.advance(dayMs + 60_000)
    await testApp.runJob('erase-accounts')
    const left = await everything()
    expect(left.includes('butterfly')).toBe(false)
    expect(left.includes('Lasting')).toBe(true)
    expect(await testApp.users.read(staying.userId)).not.toBeNull()
  })
})

describe('retention', () => {
  test('is counted without removing, then kept, and each run is in the audit log', async () => {
    await exportOf(ann)
    testApp.clock.advance(5_000 * dayMs)
    const run = async (isDryRun: boolean) => {
      const report = await testApp.retention.keep({ isDryRun })
      expect(report).toHaveLength(testApp.registry.entries().length)
      return Object.fromEntries(report.flatMap(({ store, records }) => (records ? [[store, records]] : [])))
    }
    const due = { Exports: 1, Reports: 1, form_submissions: 4 }
    expect(await run(true)).toEqual(due)
    expect(await run(true)).toEqual(due)
    expect((await run(false))['Exports']).toBe(1)
    expect((await run(true))['Exports']).toBeUndefined()
    const rows = testApp.auditRecords.filter(({ eventType }) => eventType === 'retention.run')
    expect(rows.map(({ reason }) => reason)).toEqual(['dry_run', 'dry_run', 'removed', 'dry_run'])
    expect(rows[0]?.changedFields).toEqual(['Exports', 'Reports', 'form_submissions'])
  })
})

test('every answer about personal data is kept by no cache', async () => {
  const response = await testApp.app.request(`${origin}/api/v1/deletions/${'x'.repeat(43)}`)
  expect(response.headers.get('cache-control')).toBe('private, no-store')
})
