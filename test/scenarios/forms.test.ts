import { expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import type { Browser } from '../app.ts'
import { useTarget } from './target.ts'

const { send, openBrowser, printed } = useTarget({
  environment: { FORMS_NOTIFY: 'intake@tools.example', RATE_LIMIT_SCALE: '10000' },
})

const contact = {
  name: 'Carla Contact',
  email: 'carla@example.com',
  subject: 'A question',
  message: 'When does the next course begin?',
}
const interest = {
  name: 'Ines Interest',
  email: 'ines@example.com',
  interests: ['job-readiness'],
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
  services: ['housing'],
  urgency: 'high',
  notes: 'Prefers mornings.',
}

async function openAdmin(): Promise<Browser> {
  const admin = openBrowser()
  const answer = await admin.call('POST', '/api/v1/auth/login', {
    body: { email: 'admin@example.org', password: demoPassword },
  })
  expect(answer.status).toBe(200)
  return admin
}

async function mailTo(address: string): Promise<readonly { subject: string; text: string }[]> {
  const answer = await send('/dev/mailbox', { headers: { accept: 'application/json' } })
  const { items } = (await answer.json()) as { items: { to: string; subject: string; text: string }[] }
  return items.filter(({ to }) => to === address)
}

test('a contact and an interest form are stored, and confirmed without what was written', async () => {
  const { call } = openBrowser()
  expect((await call('POST', '/api/v1/forms/contact', { body: contact })).status).toBe(201)
  expect((await call('POST', '/api/v1/forms/interest', { body: interest })).status).toBe(201)
  expect((await call('POST', '/api/v1/forms/contact', { body: { ...contact, email: 'no' } })).status).toBe(
    400,
  )
  for (const { email } of [contact, interest]) {
    await expect.poll(() => mailTo(email)).toHaveLength(1)
    const [{ text } = { text: '' }] = await mailTo(email)
    for (const written of [contact.message, interest.availability]) expect(text).not.toContain(written)
  }
})

test('referrals at once get numbers without gaps', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      openBrowser().call('POST', '/api/v1/forms/referral', {
        body: { ...referral, referrer: { ...referral.referrer, email: `officer${i}@agency.example` } },
      }),
    ),
  )
  const numbers = answers.map(({ body }) => Number(body.trackingNumber.split('-')[2])).sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => (numbers[0] ?? 0) + i))
})

test('a referral is followed, reviewed, resolved, withdrawn and erased', async () => {
  const sender = openBrowser()
  const key = { 'idempotency-key': 'one-referral' }
  const { body } = await sender.call('POST', '/api/v1/forms/referral', { body: referral, headers: key })
  expect(body.trackingNumber).toMatch(/^REF-\d{4}-\d{6}$/)
  const again = await sender.call('POST', '/api/v1/forms/referral', { body: referral, headers: key })
  expect(again.body).toMatchObject({ trackingNumber: body.trackingNumber })
  expect(again.body.receiptCode).toBeUndefined()
  await expect.poll(() => mailTo('olga@agency.example')).toHaveLength(1)

  const path = `/api/v1/forms/status/${body.trackingNumber}`
  const headers = { 'x-receipt-code': body.receiptCode }
  expect((await sender.call('GET', path, { headers })).body.status).toBe('pending')
  expect((await sender.call('GET', path)).status).toBe(404)
  const information = { message: 'A new number.' }
  expect((await sender.call('POST', `${path}/information`, { headers, body: information })).status).toBe(200)

  const admin = await openAdmin()
  const found = await admin.call('GET', '/api/v1/forms?participant=pat@example.com&type=referral&limit=1')
  expect(found.body.items).toMatchObject([{ id: body.id, urgency: 'high', form: { services: ['housing'] } }])
  const form = `/api/v1/forms/${body.id}`
  const read = await admin.call('GET', form)
  expect(read.body.information).toMatchObject([information])
  const change = { status: 'reviewed', notes: 'Called back.' }
  const reviewed = await admin.call('PATCH', form, {
    body: change,
    headers: { 'if-match': read.headers.get('etag') ?? '' },
  })
  expect(reviewed.body).toMatchObject({ status: 'reviewed', notes: [{ text: 'Called back.' }] })
  expect((await admin.call('PATCH', form, { body: { status: 'resolved' } })).status).toBe(200)
  await expect.poll(() => mailTo('olga@agency.example')).toHaveLength(2)
  expect((await admin.call('PATCH', form, { body: { status: 'pending' } })).body.resolvedAt).toBeNull()

  expect((await sender.call('POST', `${path}/withdraw`, { headers })).body.status).toBe('withdrawn')
  expect((await sender.call('DELETE', path, { headers })).status).toBe(204)
  expect((await sender.call('GET', path, { headers })).status).toBe(404)
  expect((await admin.call('GET', form)).body.form).toBeNull()
})

test('spam is put aside, and brought back its mails go out', async () => {
  const spam = { ...contact, email: 'hidden@example.com', website: 'https://spam.example' }
  const { body } = await openBrowser().call('POST', '/api/v1/forms/contact', { body: spam })
  const admin = await openAdmin()
  expect((await admin.call('GET', '/api/v1/forms?status=spam')).body.items[0]).toMatchObject({
    id: body.id,
    spamSignals: ['honeypot'],
  })
  expect(await mailTo('hidden@example.com')).toEqual([])
  await admin.call('PATCH', `/api/v1/forms/${body.id}`, { body: { status: 'pending' } })
  await expect.poll(() => mailTo('hidden@example.com')).toHaveLength(1)
})

test('staff list page by page, as a table, and as counts; a pipeline does with its token', async () => {
  const admin = await openAdmin()
  const first = await admin.call('GET', '/api/v1/forms?limit=2&since=2020-01-01T00:00:00Z')
  expect(first.body.items).toHaveLength(2)
  const { pathname, search } = new URL(first.body.next)
  expect((await admin.call('GET', pathname + search)).body.items).toHaveLength(2)
  const table = await admin.call('GET', '/api/v1/forms', { headers: { accept: 'text/csv' } })
  expect(table.body).toContain(contact.message)
  expect((await admin.call('GET', '/api/v1/reports/forms')).body.byType.interest).toBeGreaterThan(0)
  expect((await admin.call('GET', '/api/v1/reports/forms/retention')).body.total).toBe(0)

  const token = { name: 'Nightly', scopes: ['forms:read'] }
  await admin.call('POST', '/api/v1/auth/step-up', { body: { password: demoPassword } })
  const made = await admin.call('POST', '/api/v1/admin/service-tokens', { body: token })
  const headers = { authorization: `Bearer ${made.body.token}` }
  const pipeline = openBrowser()
  const page = await pipeline.call('GET', '/api/v1/forms?limit=5', { headers })
  expect(page.body.items[0].form).toBeNull()
  expect((await admin.call('GET', '/api/v1/admin/service-tokens')).body.items).toHaveLength(1)
  expect((await admin.call('DELETE', `/api/v1/admin/service-tokens/${made.body.id}`)).status).toBe(204)
  expect((await pipeline.call('GET', '/api/v1/forms', { headers })).status).toBe(401)
  expect((await openBrowser().call('GET', '/api/v1/forms')).status).toBe(401)
})

test('no line that was printed holds what somebody wrote', async () => {
  await expect.poll(printed).toContain('"route":"/api/v1/forms"')
  for (const text of ['example.com', 'Carla', 'Olga', 'Pat ', 'mornings', 'Called', 'tis_', 'housing'])
    expect(printed()).not.toContain(text)
})
