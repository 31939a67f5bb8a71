import { describe, expect, test } from 'vitest'
import { files } from '../../../src/core/files/files.model.ts'
import { encodeBase64url } from '../../../src/ports/base64url.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import type { SecretName } from '../../../src/ports/secrets.ts'
import { type Browser, browserOf, createTestApp, logInOf, person, signedInBrowser } from '../../app.ts'
import { pdf } from '../files/sample-files.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const contact = {
  name: 'Ann Example',
  email: 'ann@example.com',
  subject: 'A question',
  message: 'When does the next course begin?',
}
const interest = {
  name: 'Ann Example',
  email: 'ann@example.com',
  interests: ['job-readiness', 'tech'],
  availability: 'weekday mornings',
}
const referral = {
  referrer: {
    name: 'Olga Officer',
    email: 'olga@agency.example',
    phone: '+1 619 555 0100',
    organization: 'Agency',
  },
  participant: { name: 'Pat Participant', contact: 'pat@example.com' },
  services: ['housing', 'employment'],
  urgency: 'normal',
  notes: 'Prefers mornings.',
}
const staffMail = { FORMS_NOTIFY: 'intake@tools.example', FORMS_ESCALATE: 'director@tools.example' }

const submit = (browser: Browser, kind: string, body: unknown, headers: Record<string, string> = {}) =>
  browser.call('POST', `/api/v1/forms/${kind}`, { body, headers })

/** The app with somebody who submits and somebody who reads it. */
async function open(environment: Record<string, string> = {}) {
  const testApp = await createTestApp({ environment: { ...staffMail, ...environment } })
  const visitor = browserOf(testApp)
  const account = { ...person, email: 'admin@tools.example' }
  const admin = await signedInBrowser(testApp, account)
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  const signIn = () => admin.call('POST', '/api/v1/auth/login', { body: logInOf(account) })
  await signIn()
  const pass = async (ms: number) => {
    testApp.clock.advance(ms)
    await signIn()
  }
  const mails = async () => {
    await testApp.settled()
    const letters = await testApp.ports.mailbox!.messages()
    return letters.filter(({ to }) => to !== account.email)
  }
  const list = async (query = '') => (await admin.call('GET', `/api/v1/forms${query}`)).body.items
  return { testApp, visitor, admin, pass, mails, list }
}

describe('submitting', () => {
  test('a contact form is stored, confirmed and told to staff, with nothing of it in a mail', async () => {
    const { visitor, mails, list, testApp } = await open()
    const answer = await submit(visitor, 'contact', contact)
    expect(answer).toMatchObject({
      status: 201,
      body: {
        id: expect.any(String),
        message: expect.stringContaining('within 24 hours'),
        submittedAt: '2026-11-24T00:00:00.000Z',
      },
    })
    const letters = await mails()
    expect(letters.map(({ to, subject }) => `${to}: ${subject}`).sort()).toEqual([
      'ann@example.com: We have received your message',
      `intake@tools.example: New: ${answer.body.id}`,
    ])
    for (const { text, html } of letters)
      for (const written of [contact.message, contact.subject])
        expect(`${text}${html}`).not.toContain(written)
    expect(await list()).toMatchObject([{ id: answer.body.id, status: 'pending', form: contact }])
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'form.submit')).toMatchObject([
      { actorId: 'anonymous', resourceId: answer.body.id, outcome: 'success' },
    ])
  })

  test('an interest form', async () => {
    const { visitor, list } = await open()
    expect((await submit(visitor, 'interest', interest)).status).toBe(201)
    expect(await list('?type=interest')).toMatchObject([{ type: 'interest', form: interest }])
  })

  test('a referral gets a number and, once, a receipt code; its urgency is told to staff', async () => {
    const { visitor, mails, list } = await open()
    const first = await submit(visitor, 'referral', referral)
    expect(first).toMatchObject({
      status: 201,
      body: {
        trackingNumber: 'REF-2026-000001',
        receiptCode: expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/),
      },
    })
    const urgent = await submit(visitor, 'referral', { ...referral, urgency: 'high', relationship: 'agency' })
    expect(urgent.body.trackingNumber).toBe('REF-2026-000002')
    const subjects = (await mails()).map(({ to, subject }) => `${to}: ${subject}`)
    expect(subjects).toEqual(
      expect.arrayContaining([
        'olga@agency.example: We have received referral REF-2026-000001',
        'intake@tools.example: New: REF-2026-000001',
        'intake@tools.example: Urgent: REF-2026-000002',
      ]),
    )
    expect(subjects.join()).not.toContain('pat@example.com')
    expect(JSON.stringify(await mails())).not.toContain(first.body.receiptCode)
    expect(await list()).toMatchObject([
      { relationship: 'agency', urgency: 'high', form: { participant: referral.participant } },
      { relationship: 'agency', urgency: 'normal' },
    ])
  })

  test('who refers decides what is asked', async () => {
    const { visitor, mails } = await open()
    const { referrer, ...about } = referral
    const { organization: _, phone: __, ...relative } = referrer
    const ok = [
      { ...about, relationship: 'self' },
      { ...about, relationship: 'family', referrer: relative },
      { ...referral, relationship: 'officer' },
    ]
    for (const body of ok) expect((await submit(visitor, 'referral', body)).status).toBe(201)
    expect((await mails()).map(({ to }) => to)).toContain('pat@example.com')
    const refused = [
      about,
      { ...about, relationship: 'family' },
      { ...about, relationship: 'agency', referrer: relative },
      { ...referral, relationship: 'friend' },
      { ...referral, services: [] },
      { ...referral, urgency: 'extreme' },
    ]
    for (const body of refused)
      expect(await submit(visitor, 'referral', body)).toMatchObject({
        status: 400,
        body: {
          error: {
            code: 'validation_error',
            details: expect.arrayContaining([
              { path: expect.stringMatching(/./), code: expect.any(String), message: expect.any(String) },
            ]),
          },
        },
      })
  })

  test('200 referrals at once get 200 consecutive numbers', async () => {
    const { visitor } = await open()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        submit(visitor, 'referral', {
          ...referral,
          referrer: { ...referral.referrer, email: `officer${i}@agency.example` },
        }),
      ),
    )
    expect(answers.map(({ body }) => body.trackingNumber).sort()).toEqual(
      Array.from({ length: 200 }, (_, i) => `REF-2026-${String(i + 1).padStart(6, '0')}`),
    )
  })

  test('numbers begin anew in the year of the organisation', async () => {
    const { testApp, visitor } = await open()
    await submit(visitor, 'referral', referral)
    testApp.clock.advance(Date.UTC(2027, 0, 1, 7, 59) - testApp.clock.now())
    expect((await submit(visitor, 'referral', referral)).body.trackingNumber).toBe('REF-2026-000002')
    testApp.clock.advance(2 * minute)
    expect((await submit(visitor, 'referral', referral)).body.trackingNumber).toBe('REF-2027-000001')
  })

  test('the same form under the same key is stored once, also at once; the code is not shown again', async () => {
    const { visitor, list, mails } = await open()
    const key = { 'idempotency-key': 'a-key' }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => submit(visitor, 'referral', referral, key)),
    )
    expect(new Set(answers.map(({ body }) => body.trackingNumber))).toEqual(new Set(['REF-2026-000001']))
    expect(answers.filter(({ body }) => body.receiptCode !== undefined)).toHaveLength(1)
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(4)
    expect(await list()).toHaveLength(1)
    expect(await mails()).toHaveLength(2)
    const other = await submit(visitor, 'referral', { ...referral, notes: 'Other.' }, key)
    expect(other.body.trackingNumber).toBe('REF-2026-000002')
    expect((await submit(visitor, 'contact', contact, { 'idempotency-key': 'a b' })).status).toBe(400)
  })

  test('a second form about the same person is flagged, and each shows the other', async () => {
    const { visitor, admin, list, pass } = await open()
    const first = (await submit(visitor, 'referral', referral)).body
    const second = (
      await submit(visitor, 'referral', {
        ...referral,
        participant: { ...referral.participant, contact: ' PAT@Example.com ' },
      })
    ).body
    const [newest, oldest] = await list()
    expect([newest.duplicateOf, oldest.duplicateOf]).toEqual([first.id, null])
    const detail = await admin.call('GET', `/api/v1/forms/${first.id}`)
    expect(detail.body.others).toMatchObject([{ id: second.id, type: 'referral' }])
    await pass(31 * day)
    await submit(visitor, 'referral', referral)
    expect((await list())[0].duplicateOf).toBeNull()
  })

  test('when the audit log cannot be written the form is refused, and nothing of it is stored', async () => {
    const { testApp, visitor, list, mails } = await open()
    const { audit } = testApp.ports
    const append = audit.append
    audit.append = async () => {
      throw Object.assign(new Error('disk full'), { name: 'PortUnavailable' })
    }
    expect((await submit(visitor, 'contact', contact)).status).toBe(503)
    audit.append = append
    expect(await list()).toEqual([])
    expect(await mails()).toEqual([])
  })
})

describe('attachments', () => {
  const announcement = {
    fileName: 'letter.pdf',
    fileType: 'application/pdf',
    fileSize: pdf.byteLength,
    category: 'form-attachment',
  }
  type World = Awaited<ReturnType<typeof open>>

  /** As somebody without an account, or as whoever the browser is signed in as. */
  async function upload({ testApp }: World, browser: Browser) {
    const { body } = await browser.call('POST', '/api/v1/files/upload-url', { body: announcement })
    const { uploadUrl, method, headers, fileId, claimToken } = body
    await testApp.app.request(uploadUrl, { method, headers, body: pdf })
    await browser.call('POST', '/api/v1/files/complete', { body: { fileId, claimToken } })
    return { fileId: fileId as string, claimToken: claimToken as string | undefined }
  }
  const withFiles = (...attachments: readonly object[]) => ({ ...referral, attachments })

  test('are taken with the token of the upload, by one referral alone, also when it is sent again', async () => {
    const world = await open()
    const { visitor, admin, testApp } = world
    const [one, two] = [await upload(world, visitor), await upload(world, visitor)]
    const url = `http://localhost:7071/api/v1/files/${two.fileId}/download`
    const body = withFiles(one, { name: 'letter.pdf', url, claimToken: two.claimToken })
    const key = { 'idempotency-key': 'with-files' }
    const answers = await Promise.all([1, 2].map(() => submit(visitor, 'referral', body, key)))
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    const [{ id }] = (await admin.call('GET', '/api/v1/forms')).body.items
    expect(answers.map((answer) => answer.body.id)).toEqual([id, id])
    const detail = await admin.call('GET', `/api/v1/forms/${id}`)
    expect(detail.body.attachments).toEqual([one.fileId, two.fileId])
    expect(JSON.stringify(detail.body)).not.toContain(one.claimToken)
    expect((await admin.call('GET', `/api/v1/files/${one.fileId}`)).body.fileName).toBe('letter.pdf')
    expect(await submit(visitor, 'referral', withFiles(one))).toMatchObject({
      status: 400,
      body: { error: { details: [{ path: 'attachments.0', code: 'unknown_file' }] } },
    })
    expect((await testApp.ports.submissions.read(id))?.attachments).toHaveLength(2)
  })

  test('of somebody signed in need no token; a session that is over is no reason to refuse a referral', async () => {
    const world = await open()
    const ann = await signedInBrowser(world.testApp)
    const { fileId } = await upload(world, ann)
    expect((await submit(ann, 'referral', withFiles({ fileId }))).status).toBe(201)
    world.testApp.clock.advance(hour)
    expect((await submit(ann, 'referral', referral)).status).toBe(201)
  })

  test.each([
    { url: 'https://evil.example/api/v1/files/00000000-0000-7000-8000-000000000001/download' },
    { url: 'http://localhost:7071/api/v1/users/me' },
    { fileId: '00000000-0000-7000-8000-00000000ffff' },
    { name: 'letter.pdf' },
  ])('that are no files of ours are refused, and nothing is stored: %j', async (attachment) => {
    const { visitor, list } = await open()
    expect((await submit(visitor, 'referral', withFiles(attachment))).status).toBe(400)
    expect(await list()).toEqual([])
  })

  test('go when the referral is erased', async () => {
    const world = await open()
    const { visitor, testApp } = world
    const file = await upload(world, visitor)
    const { body } = await submit(visitor, 'referral', withFiles(file))
    await visitor.call('DELETE', `/api/v1/forms/status/${body.trackingNumber}`, {
      headers: { 'x-receipt-code': body.receiptCode },
    })
    testApp.clock.advance(2 * day)
    await testApp.runJob('sweep-files')
    const key = { partition: file.fileId, id: file.fileId }
    expect(await testApp.ports.documents.read(files, key)).toBeNull()
  })
})

describe('hostile input', () => {
  const hostile = [
    `<script>alert(1)</script><img src=x onerror=alert(1)>`,
    `'; drop table form_submissions; --`,
    `{{7*7}} \${7*7} <%= 7*7 %>`,
    `شكرا \u202Eevil\u202C`,
  ]

  test.each(hostile)('is kept as text, and stays out of mails: %s', async (text) => {
    const { visitor, list, mails } = await open()
    const body = { ...contact, name: `Bob ${text}`.slice(0, 100), subject: text, message: `${text} ${text}` }
    expect((await submit(visitor, 'contact', body)).status).toBe(201)
    const [{ form }] = await list()
    expect(form.message).toBe(body.message.replaceAll('\u202E', ''))
    const mailed = JSON.stringify(await mails())
    expect(await mails()).toHaveLength(2)
    for (const part of ['script', 'drop table', '7*7', '\u202E']) expect(mailed).not.toContain(part)
  })

  test('a line break in a name or subject is refused, in a message it is a line break', async () => {
    const { visitor, list } = await open()
    for (const body of [
      { ...contact, name: 'Ann\r\nBcc: everybody@example.com' },
      { ...contact, subject: 'Hello\nBcc: everybody@example.com' },
      { ...contact, email: 'ann@example.com\r\nBcc: everybody@example.com' },
      { ...contact, email: 'ann@example.com, everybody@example.com' },
    ])
      expect((await submit(visitor, 'contact', body)).status).toBe(400)
    await submit(visitor, 'contact', { ...contact, message: 'First line\r\nSecond\u000Bline\u0007' })
    expect((await list())[0].form.message).toBe('First line\nSecond line')
  })

  test('fields that are too long are refused, and what was sent is not repeated', async () => {
    const { visitor, list } = await open()
    const long = 'x'.repeat(900_000)
    for (const field of ['name', 'email', 'subject', 'message', 'phone'] as const) {
      const answer = await submit(visitor, 'contact', { ...contact, [field]: long })
      expect(answer.status).toBe(400)
      expect(JSON.stringify(answer.body).length).toBeLessThan(2_000)
    }
    expect((await submit(visitor, 'contact', { ...contact, message: 'x'.repeat(1_100_000) })).status).toBe(
      413,
    )
    expect((await submit(visitor, 'contact', { ...contact, message: 'too short' })).status).toBe(400)
    expect(await list()).toEqual([])
  })
})

describe('spam', () => {
  const spam = { ...contact, website: 'https://spam.example' }

  test('is put aside without a word, and "not spam" sends what was held back', async () => {
    const { visitor, admin, list, mails } = await open()
    const answer = await submit(visitor, 'contact', spam)
    expect(answer.status).toBe(201)
    expect(await mails()).toEqual([])
    expect(await list('?status=spam')).toMatchObject([{ spamSignals: ['honeypot'], form: contact }])
    const path = `/api/v1/forms/${answer.body.id}`
    expect((await admin.call('PATCH', path, { body: { status: 'pending' } })).body.status).toBe('pending')
    expect((await mails()).map(({ to }) => to).sort()).toEqual(['ann@example.com', 'intake@tools.example'])
    await admin.call('PATCH', path, { body: { status: 'spam' } })
    await admin.call('PATCH', path, { body: { status: 'pending' } })
    expect(await mails()).toHaveLength(2)
  })

  test('a referral that was put aside has a number like any other, and looks pending to its sender', async () => {
    const { visitor } = await open()
    const { body } = await submit(visitor, 'referral', { ...referral, website: 'x' })
    const progress = await visitor.call('GET', `/api/v1/forms/status/${body.trackingNumber}`, {
      headers: { 'x-receipt-code': body.receiptCode },
    })
    expect(progress.body.status).toBe('pending')
  })
})

describe('limits', () => {
  const proxied = { TRUSTED_PROXY_HOPS: '1', RATE_LIMIT_SCALE: '1' }
  const from = (address: string) => ({ 'x-forwarded-for': address })

  test('five forms an hour from one address, all kinds together', async () => {
    const testApp = await createTestApp({ environment: proxied })
    const visitor = browserOf(testApp)
    const statuses: number[] = []
    const forms = { contact, interest, referral }
    for (const kind of ['contact', 'interest', 'referral', 'contact', 'interest', 'contact'] as const)
      statuses.push((await submit(visitor, kind, forms[kind], from('198.51.100.1'))).status)
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429])
    expect((await submit(visitor, 'contact', contact, from('198.51.100.2'))).status).toBe(201)
    testApp.clock.advance(hour)
    expect((await submit(visitor, 'contact', contact, from('198.51.100.1'))).status).toBe(201)
  })

  test('15 people behind one trusted address submit at once: none is refused, none put aside', async () => {
    const sites = [{ name: 'Library', networks: ['203.0.113.0/24'], scale: 20 }]
    const testApp = await createTestApp({ environment: { ...proxied, TRUSTED_SITES: JSON.stringify(sites) } })
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, i) =>
        submit(
          browserOf(testApp),
          'interest',
          { ...interest, email: `person${i}@example.com` },
          from('203.0.113.9'),
        ),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(15).fill(201))
    const page = await testApp.ports.submissions.list({ status: 'pending' }, { order: 'newest', limit: 100 })
    expect(page.items).toHaveLength(15)
  })
})

describe('with the receipt code', () => {
  async function openReferral() {
    const world = await open()
    const { body } = await submit(world.visitor, 'referral', referral)
    const path = `/api/v1/forms/status/${body.trackingNumber}`
    const call = (method: string, more = '', options: { body?: unknown; code?: string } = {}) =>
      world.visitor.call(method, `${path}${more}`, {
        headers: { 'x-receipt-code': options.code ?? body.receiptCode },
        ...('body' in options ? { body: options.body } : {}),
      })
    return { ...world, ...body, path, call } as typeof world & {
      id: string
      receiptCode: string
      path: string
      call: typeof call
    }
  }

  test('its sender sees how far it is; any other code is as unknown a number', async () => {
    const { visitor, path, call, receiptCode } = await openReferral()
    expect(await call('GET')).toMatchObject({
      status: 200,
      body: { status: 'pending', dueAt: '2026-11-26T00:00:00.000Z', informationAdded: 0 },
    })
    const sloppy = receiptCode.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    expect((await call('GET', '', { code: sloppy })).status).toBe(200)
    const wrong = await call('GET', '', { code: '0000-0000-0000-0000' })
    const unknown = await visitor.call('GET', '/api/v1/forms/status/REF-2026-999999', {
      headers: { 'x-receipt-code': receiptCode },
    })
    const without = await visitor.call('GET', path)
    for (const { status, body } of [wrong, unknown, without]) {
      expect(status).toBe(404)
      expect(body.error.code).toBe('not_found')
    }
  })

  test('adds to it once under one key, and nobody else learns what was answered', async () => {
    const { visitor, path, receiptCode } = await openReferral()
    const add = (code: string, key = 'once') =>
      visitor.call('POST', `${path}/information`, {
        body: { message: 'A new number: 619 555 0101' },
        headers: { 'x-receipt-code': code, 'idempotency-key': key },
      })
    expect((await add(receiptCode)).body).toMatchObject({ informationAdded: 1 })
    const again = await add(receiptCode)
    expect(again.body).toMatchObject({ informationAdded: 1 })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await add('0000-0000-0000-0000')).status).toBe(404)
    expect((await add(receiptCode, 'another')).body).toMatchObject({ informationAdded: 2 })
  })

  test('adds to it, withdraws it, and erases it', async () => {
    const { admin, call, id, mails, testApp } = await openReferral()
    expect(
      (await call('POST', '/information', { body: { message: 'A new number: 619 555 0101' } })).body,
    ).toMatchObject({
      informationAdded: 1,
    })
    const detail = await admin.call('GET', `/api/v1/forms/${id}`)
    expect(detail.body.information).toMatchObject([{ message: 'A new number: 619 555 0101' }])
    expect((await call('POST', '/withdraw')).body.status).toBe('withdrawn')
    expect((await call('POST', '/withdraw')).body.status).toBe('withdrawn')
    expect((await call('POST', '/information', { body: { message: 'More' } })).status).toBe(409)
    expect((await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { status: 'pending' } })).status).toBe(
      409,
    )
    expect((await mails()).filter(({ subject }) => subject.startsWith('News'))).toHaveLength(2)
    expect((await call('DELETE')).status).toBe(204)
    expect((await call('GET')).status).toBe(404)
    expect((await call('DELETE')).status).toBe(204)
    expect((await admin.call('GET', `/api/v1/forms/${id}`)).body).toMatchObject({
      form: null,
      information: [],
      status: 'withdrawn',
      erasedAt: expect.any(String),
    })
    const row = await testApp.ports.submissions.read(id)
    expect(row).toMatchObject({
      data: null,
      information: null,
      notes: null,
      sealedKey: null,
      receiptHash: null,
    })
    expect((await admin.call('GET', '/api/v1/forms?participant=pat@example.com')).body.items).toEqual([])
  })

  test('adding has an end', async () => {
    const { call } = await openReferral()
    const statuses: number[] = []
    for (let i = 0; i < 21; i++)
      statuses.push((await call('POST', '/information', { body: { message: `Part ${i}` } })).status)
    expect(statuses).toEqual([...Array(20).fill(200), 409])
  })
})

describe('staff', () => {
  test('reviews, assigns, notes, resolves and reopens', async () => {
    const { testApp, visitor, admin, mails, pass } = await open()
    const { id } = (await submit(visitor, 'referral', referral)).body
    const path = `/api/v1/forms/${id}`
    await pass(hour)
    const reviewed = await admin.call('PATCH', path, {
      body: { status: 'reviewed', assignedTo: admin.userId, notes: 'Called back.' },
    })
    expect(reviewed).toMatchObject({
      status: 200,
      body: {
        status: 'reviewed',
        assignedTo: admin.userId,
        reviewedAt: '2026-11-24T01:00:00.000Z',
        notes: [{ text: 'Called back.', by: admin.userId }],
      },
    })
    const stale = { 'if-match': '"1"' }
    expect((await admin.call('PATCH', path, { body: { status: 'resolved' }, headers: stale })).status).toBe(
      412,
    )
    const current = { 'if-match': reviewed.headers.get('etag') ?? '' }
    const resolved = await admin.call('PATCH', path, { body: { status: 'resolved' }, headers: current })
    expect(resolved.body.resolvedAt).toBe('2026-11-24T01:00:00.000Z')
    expect((await mails()).map(({ to, subject }) => `${to}: ${subject}`)).toContain(
      'olga@agency.example: There is news about referral REF-2026-000001',
    )
    await pass(day)
    const reopened = await admin.call('PATCH', path, { body: { status: 'pending', notes: 'Came back.' } })
    expect(reopened.body).toMatchObject({
      status: 'pending',
      resolvedAt: null,
      reviewedAt: '2026-11-24T01:00:00.000Z',
      notes: [{ text: 'Called back.' }, { text: 'Came back.' }],
    })
    for (const body of [{}, { status: 'withdrawn' }, { assignedTo: '00000000-0000-7000-8000-00000000ffff' }])
      expect((await admin.call('PATCH', path, { body })).status).toBe(400)
    const reviews = testApp.auditRecords.filter(({ eventType }) => eventType === 'form.review')
    expect(reviews.map(({ actorId, reason }) => [actorId, reason])).toEqual([
      [admin.userId, 'pending_to_reviewed'],
      [admin.userId, 'reviewed_to_resolved'],
      [admin.userId, 'resolved_to_pending'],
    ])
    expect(JSON.stringify(testApp.auditRecords)).not.toMatch(/Called|Olga|pat@/)
  })

  test('many at once lose nothing that was noted', async () => {
    const { visitor, admin } = await open()
    const { id } = (await submit(visitor, 'contact', contact)).body
    const path = `/api/v1/forms/${id}`
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, i) => admin.call('PATCH', path, { body: { notes: `Note ${i}` } })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { notes } = (await admin.call('GET', path)).body
    expect(notes.map(({ text }: any) => text).sort()).toEqual(['Note 0', 'Note 1', 'Note 2', 'Note 3'])
  })

  test('finds by type, state, time, assignee and address', async () => {
    const { visitor, admin, list, pass } = await open()
    const a = (await submit(visitor, 'contact', { ...contact, phone: '(619) 555-0100' })).body
    await pass(hour)
    const b = (await submit(visitor, 'referral', referral)).body
    const idsOf = async (query: string) => (await list(query)).map(({ id }: any) => id)
    expect(await idsOf('')).toEqual([b.id, a.id])
    expect(await idsOf('?type=contact')).toEqual([a.id])
    expect(await idsOf('?participant=PAT@example.com')).toEqual([b.id])
    expect(await idsOf('?participant=619.555.0100')).toEqual([b.id, a.id])
    expect(await idsOf('?participant=nobody')).toEqual([])
    expect(await idsOf('?since=2026-11-24T00:30:00Z')).toEqual([b.id])
    await pass(minute)
    await admin.call('PATCH', `/api/v1/forms/${a.id}`, { body: { assignedTo: admin.userId } })
    expect(await idsOf(`?assignedTo=${admin.userId}`)).toEqual([a.id])
    expect(await idsOf('?since=2026-11-24T00:30:00Z')).toEqual([b.id, a.id])
    await pass(4 * day)
    expect(await idsOf('?overdue=true')).toEqual([b.id, a.id])
    for (const query of ['?type=x', '?since=yesterday', '?cursor=nonsense', '?limit=0', '?limit=1001'])
      expect((await admin.call('GET', `/api/v1/forms${query}`)).status).toBe(400)
  })

  test('a table in which no cell is a formula', async () => {
    const { visitor, admin } = await open()
    const cells = ['=1+1', '+1 619', '-2', '@sum(a1)', ' =2', '＝3', '"=4"', '|calc', "'=5"]
    for (const [i, name] of cells.entries())
      await submit(visitor, 'contact', {
        ...contact,
        email: `a${i}@example.com`,
        name: `${name} x`,
        message: `${name},"quoted"\nline`,
      })
    const answer = await admin.call('GET', '/api/v1/forms', { headers: { accept: 'text/csv' } })
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const text = answer.body as string
    expect(text.split('\r\n')[0]).toMatch(/^id,trackingNumber,type,status/)
    const fields = [...text.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    )
    expect(fields.filter((field) => /^[\s"']*[=+\-@|＝]/.test(field) && !field.startsWith("'"))).toEqual([])
    expect(fields).toContain(`'=1+1,"quoted"\nline`)
  })

  test('others see none of it', async () => {
    const { testApp, visitor } = await open()
    const { id } = (await submit(visitor, 'contact', contact)).body
    const stranger = await signedInBrowser(testApp, { ...person, email: 'stranger@example.com' })
    for (const path of ['/forms', `/forms/${id}`, '/reports/forms', '/reports/forms/retention'])
      expect((await stranger.call('GET', `/api/v1${path}`)).status).toBe(403)
    expect((await stranger.call('PATCH', `/api/v1/forms/${id}`, { body: { status: 'spam' } })).status).toBe(
      403,
    )
  })

  test('a report counts, and says how soon somebody looked', async () => {
    const { visitor, admin, pass } = await open()
    const { id } = (await submit(visitor, 'contact', contact)).body
    await submit(visitor, 'referral', referral)
    await pass(3 * day)
    await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { status: 'reviewed' } })
    expect((await admin.call('GET', '/api/v1/reports/forms')).body).toMatchObject({
      since: '2026-08-29',
      until: '2026-11-26',
      total: 2,
      byType: { contact: 1, referral: 1 },
      byStatus: { reviewed: 1, pending: 1 },
      byWeek: [{ week: '2026-11-23', submissions: 2 }],
      firstReview: [{ type: 'contact', reviewed: 1, late: 1, averageHours: 72, longestHours: 72 }],
    })
    const before = await admin.call('GET', '/api/v1/reports/forms?since=2026-01-01&until=2026-11-22')
    expect(before.body.total).toBe(0)
  })
})

describe('a data pipeline', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const make = async (admin: Browser, scopes: readonly string[]) => {
    await admin.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
    return (await admin.call('POST', '/api/v1/admin/service-tokens', { body: { name: 'Nightly', scopes } }))
      .body
  }

  test('follows the absolute next links with its token, and misses no change', async () => {
    const { testApp, visitor, admin, pass } = await open()
    const ids: string[] = []
    for (let i = 0; i < 7; i++) {
      ids.push((await submit(visitor, 'contact', { ...contact, email: `a${i}@example.com` })).body.id)
      await pass(minute)
    }
    const { token } = await make(admin, ['forms:content'])
    const pipeline = browserOf(testApp)
    const walked: string[] = []
    let next: string | null = 'http://localhost:7071/api/v1/forms?since=2026-01-01T00:00:00Z&limit=3'
    while (next !== null) {
      const { pathname, search, origin: host } = new URL(next)
      expect(host).toBe('http://localhost:7071')
      const answer: Awaited<ReturnType<typeof pipeline.call>> = await pipeline.call(
        'GET',
        pathname + search,
        { headers: bearer(token) },
      )
      expect(answer.status).toBe(200)
      expect(answer.headers.get('link')).toBe(
        answer.body.next === null ? null : `<${answer.body.next}>; rel="next"`,
      )
      walked.push(...answer.body.items.map(({ id }: any) => id))
      if (walked.length === 3)
        await admin.call('PATCH', `/api/v1/forms/${ids[0]}`, { body: { status: 'reviewed' } })
      next = answer.body.next
    }
    expect(walked).toEqual([...ids, ids[0]])
    const listings = testApp.auditRecords.filter(({ eventType }) => eventType === 'form.list')
    expect(listings).toHaveLength(3)
    expect(listings[0]?.actorId).toMatch(/^service:/)
  })

  test('reads no more than its scopes, and nothing once it is revoked or past its time', async () => {
    const { testApp, visitor, admin } = await open()
    await submit(visitor, 'contact', contact)
    const pipeline = browserOf(testApp)
    const read = await make(admin, ['forms:read'])
    const report = await make(admin, ['reports:read'])
    const forms = await pipeline.call('GET', '/api/v1/forms', { headers: bearer(read.token) })
    expect(forms).toMatchObject({ status: 200, body: { items: [{ type: 'contact', form: null }] } })
    const statusOf = async (path: string, token: string) =>
      (await pipeline.call('GET', `/api/v1${path}`, { headers: bearer(token) })).status
    expect(await statusOf('/reports/forms', read.token)).toBe(403)
    expect(await statusOf('/reports/forms', report.token)).toBe(200)
    expect(await statusOf('/forms', report.token)).toBe(403)
    expect(await statusOf(`/forms/${forms.body.items[0].id}`, read.token)).toBe(401)
    expect(await statusOf('/forms', `${read.token.slice(0, -1)}x`)).toBe(401)
    const { items } = (await admin.call('GET', '/api/v1/admin/service-tokens')).body
    expect(items).toHaveLength(2)
    expect(JSON.stringify(items)).not.toContain(read.token.slice(-43))
    await admin.call('DELETE', `/api/v1/admin/service-tokens/${read.id}`)
    expect(await statusOf('/forms', read.token)).toBe(401)
    expect((await admin.call('DELETE', `/api/v1/admin/service-tokens/${read.id}`)).status).toBe(204)
    testApp.clock.advance(366 * day)
    expect(await statusOf('/reports/forms', report.token)).toBe(401)
  })
})

describe('jobs', () => {
  test('what nobody looked at in time is escalated once', async () => {
    const { testApp, visitor, admin, mails, pass } = await open()
    const late = (await submit(visitor, 'referral', referral)).body
    const seen = (await submit(visitor, 'contact', contact)).body
    await admin.call('PATCH', `/api/v1/forms/${seen.id}`, { body: { status: 'reviewed' } })
    await pass(2 * day - minute)
    await testApp.runJob('escalate-overdue-forms')
    const escalations = async () => (await mails()).filter(({ to }) => to === 'director@tools.example')
    expect(await escalations()).toEqual([])
    await pass(minute)
    await Promise.all([testApp.runJob('escalate-overdue-forms'), testApp.runJob('escalate-overdue-forms')])
    expect((await escalations()).map(({ subject }) => subject)).toEqual([`Overdue: ${late.trackingNumber}`])
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'form.escalate')).toMatchObject([
      { actorId: 'system', resourceId: late.id },
    ])
    expect(testApp.log.events.map(({ event }) => event)).toContain('forms_overdue')
  })

  test('past its retention what was written is erased; a dry run only counts', async () => {
    const keep = { FORMS_RETENTION_DAYS: 'contact:10,interest:20,referral:20' }
    const dry = await open({ ...keep, FORMS_RETENTION: 'report' })
    const wet = await open(keep)
    for (const { visitor, testApp, admin, list, pass } of [dry, wet]) {
      await submit(visitor, 'contact', contact)
      await submit(visitor, 'referral', referral)
      await pass(10 * day)
      expect((await admin.call('GET', '/api/v1/reports/forms/retention')).body).toEqual({
        due: [{ type: 'contact', submissions: 1, oldest: '2026-11-24T00:00:00.000Z' }],
        total: 1,
      })
      await testApp.runJob('erase-forms-past-retention')
      const [kept] = await list('?type=contact')
      expect(kept.form === null).toBe(testApp === wet.testApp)
      expect((await list('?type=referral'))[0].form).not.toBeNull()
    }
    expect(dry.testApp.log.events).toContainEqual(
      expect.objectContaining({ event: 'forms_past_retention', fields: { total: 1, erased: 0 } }),
    )
    expect((await wet.admin.call('GET', '/api/v1/reports/forms')).body.total).toBe(2)
  })
})

describe('at rest', () => {
  test('nothing that was written can be read in what is stored', async () => {
    const { testApp, visitor, admin } = await open()
    const { id } = (await submit(visitor, 'referral', referral)).body
    await admin.call('PATCH', `/api/v1/forms/${id}`, { body: { notes: 'Called back.' } })
    const stored = JSON.stringify(await testApp.ports.submissions.read(id))
    for (const text of ['Pat P', 'Olga O', '@example.com', '"housing', 'Prefers m', 'Called b', '619 555'])
      expect(stored).not.toContain(text)
  })

  test('a ciphertext that was moved to another row or column, or altered, does not open', async () => {
    const { testApp, visitor, admin } = await open()
    const { submissions } = testApp.ports
    const [one, two] = await Promise.all([
      submit(visitor, 'contact', contact),
      submit(visitor, 'contact', { ...contact, email: 'bob@example.com' }),
    ])
    await admin.call('PATCH', `/api/v1/forms/${one.body.id}`, { body: { notes: 'A note.' } })
    const [a, b] = [(await submissions.read(one.body.id))!, (await submissions.read(two.body.id))!]
    const statusWith = async (change: object) => {
      const current = (await submissions.read(a.id))!
      const entry = { ...testApp.auditRecords[0]!, id: crypto.randomUUID() }
      await submissions.change(
        a.id,
        current.version,
        { ...change, updatedAt: a.updatedAt },
        { audit: entry, mails: [] },
      )
      const { status } = await admin.call('GET', `/api/v1/forms/${a.id}`)
      const restored = (await submissions.read(a.id))!
      const { version: _, id: __, type: ___, trackingNumber: ____, createdAt: _____, ...before } = a
      await submissions.change(a.id, restored.version, before, {
        audit: { ...entry, id: crypto.randomUUID() },
        mails: [],
      })
      return status
    }
    expect(await statusWith({})).toBe(200)
    expect(await statusWith({ data: b.data })).toBe(500)
    expect(testApp.log.events.some(({ event }) => event === 'request_failed')).toBe(true)
    expect(await statusWith({ data: b.data, sealedKey: b.sealedKey })).toBe(500)
    expect(await statusWith({ data: a.notes })).toBe(500)
    expect(await statusWith({ notes: a.data })).toBe(500)
    expect(await statusWith({ data: a.data?.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) })).toBe(500)
    expect(await statusWith({ data: a.data?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) })).toBe(
      500,
    )
  })

  test('one that does not open leaves the others in the list', async () => {
    const { testApp, visitor, list } = await open()
    const { submissions } = testApp.ports
    const { body } = await submit(visitor, 'contact', contact)
    await submit(visitor, 'contact', { ...contact, email: 'bob@example.com' })
    const { id, version, updatedAt } = (await submissions.read(body.id))!
    const audit = { ...testApp.auditRecords[0]!, id: crypto.randomUUID() }
    await submissions.change(id, version, { data: 'broken', updatedAt }, { audit, mails: [] })
    expect((await list()).map(({ form }: any) => form?.email)).toEqual(['bob@example.com', undefined])
    expect(testApp.log.events.map(({ event }) => event)).toContain('form_not_readable')
  })

  test('after a new master key a job brings everything under it, and the one before can go', async () => {
    const key = (byte: number, activeFrom: string) => ({
      id: `k${byte}`,
      value: encodeBase64url(new Uint8Array(32).fill(byte)),
      activeFrom,
    })
    const old = key(1, '2000-01-01T00:00:00.000Z')
    const next = key(2, '2026-11-25T00:00:00.000Z')
    const secretsOf = (ports: Ports, ...keys: (typeof old)[]) => ({
      versions: async (name: SecretName) =>
        name === 'master-key' ? keys.toReversed() : ports.secrets.versions(name),
    })
    const before = await createTestApp({ ports: (ports) => ({ secrets: secretsOf(ports, old, next) }) })
    const { submissions } = before.ports
    const { body } = await submit(browserOf(before), 'referral', referral)
    const { keyId } = (await submissions.read(body.id))!
    before.clock.advance(2 * day)
    await before.runJob('renew-form-keys')
    const renewed = (await submissions.read(body.id))!
    expect(renewed.keyId).not.toBe(keyId)
    await before.runJob('renew-form-keys')
    expect((await submissions.read(body.id))!.version).toBe(renewed.version)

    const after = await createTestApp({
      startAt: before.clock.now(),
      ports: (ports) => ({ secrets: secretsOf(ports, next), submissions }),
    })
    const found = await after.forms.list(
      { requestId: 'request-1', address: null, site: null, userAgent: null, language: 'en' },
      { actorId: 'admin', canReadContent: true },
      { participant: 'pat@example.com', limit: 10 },
    )
    expect(found.items).toMatchObject([{ id: body.id, form: { notes: referral.notes } }])
  })
})
