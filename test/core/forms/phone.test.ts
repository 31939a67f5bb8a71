import { describe, expect, test } from 'vitest'
import { normalizeContact } from '../../../src/core/forms/form-text.ts'
import { isNoPhone, parsePhone } from '../../../src/core/forms/phone-number.ts'
import { browserOf, createTestApp, person, signedInBrowser } from '../../app.ts'
import { requestFields } from '../../routes/request-fields.ts'

const numbers: readonly [typed: string, e164: string, extension?: string][] = [
  ['6195550100', '+16195550100'],
  ['619-555-0100', '+16195550100'],
  ['(619) 555-0100', '+16195550100'],
  ['619.555.0100', '+16195550100'],
  ['1 619 555 0100', '+16195550100'],
  ['+1 (619) 555‑0100', '+16195550100'],
  ['\u202a+1 (619) 555‑0100\u202c', '+16195550100'],
  ['tel:+16195550100', '+16195550100'],
  ['Tel: 619 555 0100', '+16195550100'],
  ['６１９５５５０１００', '+16195550100'],
  ['٦١٩٥٥٥٠١٠٠', '+16195550100'],
  ['619–555–0100', '+16195550100'],
  ['619\u00a0555\u00a00100', '+16195550100'],
  ['  619 555 0100  ', '+16195550100'],
  ['619 555 0100 ext. 5', '+16195550100', '5'],
  ['619 555 0100 x5', '+16195550100', '5'],
  ['619-555-0100 extension 1234', '+16195550100', '1234'],
  ['+52 55 1234 5678', '+525512345678'],
  ['011 52 55 1234 5678', '+525512345678'],
  ['+44 20 7946 0958', '+442079460958'],
  ['0044 20 7946 0958', '+442079460958'],
  ['+44 (0)20 7946 0958', '+442079460958'],
  ['+49 30 901820', '+4930901820'],
  ['+63 917 123 4567', '+639171234567'],
]
const none = [
  'N/A',
  'n/a',
  'NA',
  'n.a.',
  'none',
  'None',
  '-',
  '--',
  '—',
  'no phone',
  'No phone.',
  'no number',
  'not available',
  'unknown',
  '000',
  'x',
  ' ',
  '',
  'null',
  'sin teléfono',
  'no tengo',
  "don't have one",
]
const refused = [
  'call me',
  'ann@example.com',
  '12',
  'my number is in the letter',
  '6195550100 or 6195550199 or any other number',
]

test.each(numbers)('%s is %s', (typed, e164, extension = null as never) => {
  expect(parsePhone(typed)).toEqual({ e164, extension })
  expect(isNoPhone(typed)).toBe(false)
})

test('spellings of one number are one number, and those of before are still found', () => {
  for (const [typed, e164] of numbers) expect(normalizeContact(typed), typed).toBe(e164.replace(/^\+1?/, ''))
})

describe('in the forms', async () => {
  const testApp = await createTestApp()
  const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  const contact = {
    name: 'Ann',
    email: 'ann@example.com',
    subject: 'A question',
    message: 'When does it begin here?',
  }
  const interest = { name: 'Ann', email: 'ann@example.com', interests: ['tech'], availability: 'any' }
  const referrer = { name: 'Olga', email: 'olga@example.com' }
  const family = (phones: { participant?: unknown; referrer?: unknown }) => ({
    relationship: 'family',
    referrer: { ...referrer, phone: phones.referrer },
    participant: { name: 'Pat', contact: 'pat@example.com', phone: phones.participant },
    services: ['housing'],
    urgency: 'low',
  })
  const doors: Readonly<
    Record<string, { send: (phone: unknown) => [string, object]; read: (form: any) => any; isNeeded?: true }>
  > = {
    'POST /api/v1/forms/contact body.phone': {
      send: (phone) => ['contact', { ...contact, phone }],
      read: (form) => form,
    },
    'POST /api/v1/forms/interest body.phone': {
      send: (phone) => ['interest', { ...interest, phone }],
      read: (form) => form,
    },
    'POST /api/v1/forms/referral body.participant.phone': {
      send: (phone) => ['referral', family({ participant: phone })],
      read: (form) => form.participant,
    },
    'POST /api/v1/forms/referral body.referrer.phone': {
      send: (phone) => ['referral', family({ referrer: phone })],
      read: (form) => form.referrer,
    },
    agency: {
      send: (phone) => [
        'referral',
        { ...family({}), relationship: 'agency', referrer: { ...referrer, organization: 'Agency', phone } },
      ],
      read: (form) => form.referrer,
      isNeeded: true,
    },
  }
  const post = (door: string, phone: unknown) => {
    const [kind, body] = doors[door]!.send(phone)
    return browserOf(testApp).call('POST', `/api/v1/forms/${kind}`, { body })
  }
  const last = async () => (await admin.call('GET', '/api/v1/forms?limit=1')).body.items[0].form

  test('every field that holds a telephone number is tried', () => {
    const found = requestFields(testApp.describe() as never).filter(
      ({ name, schema }) => schema['x-holds'] === 'telephone' || /phone|mobile|tel$/i.test(name),
    )
    expect(found.map(({ at }) => at).sort()).toEqual(
      Object.keys(doors)
        .filter((door) => door !== 'agency')
        .sort(),
    )
    for (const { schema } of found) expect(schema['x-holds']).toBe('telephone')
  })

  test.each(Object.keys(doors))('%s', async (door) => {
    for (const [typed, e164, extension] of numbers) {
      testApp.clock.advance(1)
      expect((await post(door, typed)).status, typed).toBe(201)
      const part = doors[door]!.read(await last())
      expect(part.phone, typed).not.toBe('')
      expect(part.phoneE164, typed).toBe(extension === undefined ? e164 : `${e164};ext=${extension}`)
    }
    for (const typed of [...none, null, undefined]) {
      testApp.clock.advance(1)
      const { status } = await post(door, typed)
      expect(status, String(typed)).toBe(doors[door]!.isNeeded ? 400 : 201)
      if (status !== 201) continue
      const part = doors[door]!.read(await last())
      expect(part).not.toHaveProperty('phone')
      expect(part).not.toHaveProperty('phoneE164')
    }
    for (const typed of [...refused, 5, {}]) expect((await post(door, typed)).status, String(typed)).toBe(400)
    expect((await post(door, '555-0100')).status).toBe(201)
  })

  test('whoever has a number is found by any spelling of it', async () => {
    const { body } = await post('POST /api/v1/forms/contact body.phone', '+1 (415) 555-0123 ext. 7')
    for (const typed of ['4155550123', '+1 415 555 0123', '415-555-0123 x9', '(415) 555-0123']) {
      const found = await admin.call('GET', `/api/v1/forms?participant=${encodeURIComponent(typed)}`)
      expect(
        found.body.items.map(({ id }: any) => id),
        typed,
      ).toEqual([body.id])
    }
  })
})
