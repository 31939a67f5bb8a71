import { TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import { browserOf, createTestApp, origin, person, signedInBrowser, type TestApp } from '../app.ts'
import { complete, enrol, publishCourse, staffMember } from '../core/learning/course-people.ts'
import { requestFields } from './request-fields.ts'

const auth = '/api/v1/auth'
const { email, password } = person

const digitsFrom = (zero: number) => (code: string) =>
  code.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))
const inHalves = (between: string) => (code: string) => {
  const half = code.length / 2
  return `${code.slice(0, half)}${between}${code.slice(half)}`
}

/** How people write a code that they were shown. */
const ways: Readonly<Record<string, (code: string) => string>> = {
  'as it was shown': (code) => code,
  'with a space in the middle': inHalves(' '),
  'with a hyphen': inHalves('-'),
  'with a hyphen that does not break': inHalves('\u2011'),
  'with an en dash': inHalves('\u2013'),
  'with an em dash': inHalves('\u2014'),
  'with a minus sign': inHalves('\u2212'),
  'with a wide hyphen': inHalves('\uff0d'),
  'with a space that does not break': inHalves('\u00a0'),
  'with a thin space': inHalves('\u2009'),
  'with a space of no width': inHalves('\u200b'),
  'with a soft hyphen': inHalves('\u00ad'),
  'with a dot': inHalves('.'),
  'one character at a time': (code) => [...code].join(' '),
  'with a line break around': (code) => `\t${code}\r\n`,
  'with marks of direction around': (code) => `\u202a\u200e${code}\u202c`,
  'with a byte order mark': (code) => `\ufeff${code}`,
  'in wide characters': (code) =>
    code.replaceAll(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
  'in Arabic digits': digitsFrom(0x0660),
  'in Persian digits': digitsFrom(0x06f0),
  'in Devanagari digits': digitsFrom(0x0966),
  'in lower case': (code) => code.toLowerCase(),
  'with letters for what looks like them': (code) =>
    code.replaceAll(/(?<=[A-Z-].*)0/g, 'o').replaceAll(/(?<=[A-Z-].*)1/g, 'l'),
}

interface World {
  readonly testApp: TestApp
  readonly ann: Awaited<ReturnType<typeof signedInBrowser>>
}
type Write = (code: string) => string
const lastMail = async ({ testApp }: World, subject: RegExp): Promise<string> => {
  await testApp.settled()
  const mails = (await testApp.ports.mailbox?.messages()) ?? []
  return mails.find((mail) => subject.test(mail.subject))?.text ?? ''
}
const mailedCode = async (world: World, subject: RegExp): Promise<string> =>
  /^ {4}(\d{6})$/m.exec(await lastMail(world, subject))?.[1] ?? ''

async function withTotp({ testApp, ann }: World) {
  await ann.call('POST', `${auth}/step-up`, { body: { password } })
  const { secret } = (await ann.call('POST', `${auth}/mfa/totp`)).body
  const codeNow = () => new TOTP({ secret }).generate({ timestamp: testApp.clock.now() })
  const confirm = (code: string) => ann.call('POST', `${auth}/mfa/totp/confirm`, { body: { code } })
  return { codeNow, confirm }
}
async function confirmedTotp(world: World) {
  const { codeNow, confirm } = await withTotp(world)
  const { body } = await confirm(codeNow())
  world.testApp.clock.advance(60_000)
  return { codeNow, recoveryCode: body.recoveryCodes[0] as string }
}
const finishLogin = async ({ testApp }: World, proof: object) => {
  const browser = browserOf(testApp)
  const { mfaToken } = (await browser.call('POST', `${auth}/login`, { body: { email, password } })).body
  return browser.call('POST', `${auth}/login/mfa`, { body: { mfaToken, ...proof } })
}

async function sentReferral({ testApp }: World) {
  const body = {
    referrer: { name: 'Olga', email, phone: '619 555 0100', organization: 'Agency' },
    participant: { name: 'Pat', contact: '619 555 0199' },
    services: ['housing'],
    urgency: 'normal',
  }
  return (await browserOf(testApp).call('POST', '/api/v1/forms/referral', { body })).body as {
    trackingNumber: string
    receiptCode: string
  }
}
const onReferral =
  (method: string, path: string, which: 'number' | 'receipt', body?: object) =>
  async (world: World, write: Write) => {
    const { trackingNumber, receiptCode } = await sentReferral(world)
    const number = encodeURIComponent(which === 'number' ? write(trackingNumber) : trackingNumber)
    const written = which === 'receipt' ? write(receiptCode) : receiptCode
    // A header holds bytes. What is not ASCII in it comes encoded, or as UTF-8.
    const isAscii = /^[\x20-\x7e]*$/.test(written)
    const receipts = isAscii
      ? [written]
      : [encodeURIComponent(written), Buffer.from(written.trim(), 'utf8').toString('latin1')]
    const answers = []
    for (const receipt of receipts.slice(0, method === 'GET' ? 2 : 1))
      answers.push(
        await browserOf(world.testApp).call(method, `/api/v1/forms/status/${number}${path}`, {
          headers: { 'x-receipt-code': receipt },
          ...(body ? { body } : {}),
        }),
      )
    return answers.find(({ status }) => status >= 300) ?? answers[0]
  }

const status = '/api/v1/forms/status/{trackingNumber}'
/** Where a certificate is checked. */
const onCertificate =
  (pathOf: (code: string) => string) =>
  async ({ testApp, ann }: World, write: Write) => {
    const admin = await staffMember(testApp, 'Zoe', 'admin')
    const course = await publishCourse(admin.call, { lessons: 1 })
    await enrol(ann.call, course.id)
    await complete(ann.call, course.id, course.lessonIds[0] ?? '')
    const { items } = (await ann.call('GET', '/api/v1/users/me/certificates')).body
    const path = pathOf(encodeURIComponent(write(items[0].code)))
    return { status: (await testApp.app.request(`${origin}${path}`)).status, body: null }
  }

const doors: Readonly<
  Record<string, (world: World, write: Write) => Promise<{ readonly status: number } | undefined>>
> = {
  async [`POST ${auth}/verify-email body.code`](world, write) {
    const code = write(await mailedCode(world, /confirm your e-mail/i))
    return browserOf(world.testApp).call('POST', `${auth}/verify-email`, { body: { email, code } })
  },
  async [`POST ${auth}/login body.mailedCode`](world, write) {
    const { testApp } = world
    const logIn = (secret: string, proof: object = {}) =>
      browserOf(testApp).call('POST', `${auth}/login`, { body: { email, password: secret, ...proof } })
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
    await testApp.settled()
    const code = /^ {4}(\w{5}-\w{5})$/m.exec(await lastMail(world, /new password/i))?.[1] ?? ''
    for (let guess = 0; guess < 12; guess++) {
      await logIn(`guess number ${guess}`)
      testApp.clock.advance(guess * 100)
    }
    expect((await logIn(password)).status).toBe(401)
    return logIn(password, { mailedCode: write(code) })
  },
  async [`POST ${auth}/mfa/totp/confirm body.code`](world, write) {
    const { codeNow, confirm } = await withTotp(world)
    return confirm(write(codeNow()))
  },
  async [`POST ${auth}/login/mfa body.code`](world, write) {
    const { codeNow } = await confirmedTotp(world)
    return finishLogin(world, { code: write(codeNow()) })
  },
  async [`POST ${auth}/login/mfa body.recoveryCode`](world, write) {
    const { recoveryCode } = await confirmedTotp(world)
    return finishLogin(world, { recoveryCode: write(recoveryCode) })
  },
  async [`POST ${auth}/step-up body.code`](world, write) {
    const { codeNow } = await confirmedTotp(world)
    return world.ann.call('POST', `${auth}/step-up`, { body: { code: write(codeNow()) } })
  },
  async [`POST ${auth}/step-up body.recoveryCode`](world, write) {
    const { recoveryCode } = await confirmedTotp(world)
    return world.ann.call('POST', `${auth}/step-up`, { body: { recoveryCode: write(recoveryCode) } })
  },
  async [`POST ${auth}/step-up body.mailedCode`](world, write) {
    await world.testApp.users.changeUser(world.ann.userId, (user) => ({ ...user, passwordHash: null }))
    await world.ann.call('POST', `${auth}/step-up/options`)
    const code = write(await mailedCode(world, /security code/i))
    return world.ann.call('POST', `${auth}/step-up`, { body: { mailedCode: code } })
  },
  async [`POST ${auth}/complete-recovery body.code`](world, write) {
    const { testApp, ann } = world
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, emailVerified: true }))
    await confirmedTotp(world)
    const path = `/api/v1/admin/users/${ann.userId}/recovery`
    let code = ''
    for (const [name, step] of [
      ['one', path],
      ['two', `${path}/approve`],
    ] as const) {
      const account = { ...person, email: `${name}@tools.example`, name }
      const { call, userId } = await signedInBrowser(testApp, account)
      await testApp.users.changeUser(userId, (user) => ({ ...user, role: 'admin', emailVerified: true }))
      await call('POST', `${auth}/login`, { body: { email: account.email, password } })
      await call('POST', `${auth}/step-up`, { body: { password } })
      code = (await call('POST', step)).body.code
    }
    testApp.clock.advance(24 * 60 * 60_000)
    const body = { email, code: write(code) }
    return browserOf(testApp).call('POST', `${auth}/complete-recovery`, { body })
  },
  async ['POST /api/v1/users/me/email/confirm body.code'](world, write) {
    await world.ann.call('POST', `${auth}/step-up`, { body: { password } })
    await world.ann.call('POST', '/api/v1/users/me/email', { body: { email: 'new@example.com' } })
    const code = write(await mailedCode(world, /new e-mail/i))
    return world.ann.call('POST', '/api/v1/users/me/email/confirm', { body: { code } })
  },
  'GET /api/v1/certificates/{code} path.code': onCertificate((code) => `/api/v1/certificates/${code}`),
  'GET /api/v1/certificates/{code}/page path.code': onCertificate(
    (code) => `/api/v1/certificates/${code}/page`,
  ),
  'GET /certificates/{code} path.code': onCertificate((code) => `/certificates/${code}`),
  async ['POST /api/v1/users/me/forms body.trackingNumber'](world, write) {
    const { trackingNumber, receiptCode } = await sentReferral(world)
    return world.ann.call('POST', '/api/v1/users/me/forms', {
      body: { trackingNumber: write(trackingNumber), receiptCode },
    })
  },
  async ['POST /api/v1/users/me/forms body.receiptCode'](world, write) {
    const { trackingNumber, receiptCode } = await sentReferral(world)
    return world.ann.call('POST', '/api/v1/users/me/forms', {
      body: { trackingNumber, receiptCode: write(receiptCode) },
    })
  },
  async ['GET /api/v1/forms query.trackingNumber']({ testApp, ann }, write) {
    const { trackingNumber } = await sentReferral({ testApp, ann })
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'admin' }))
    const path = `/api/v1/forms?trackingNumber=${encodeURIComponent(write(trackingNumber))}`
    const { body } = await ann.call('GET', path)
    return { status: body.items?.length === 1 ? 200 : 404 }
  },
  [`GET ${status} path.trackingNumber`]: onReferral('GET', '', 'number'),
  [`GET ${status} header.x-receipt-code`]: onReferral('GET', '', 'receipt'),
  [`POST ${status}/information path.trackingNumber`]: onReferral('POST', '/information', 'number', {
    message: 'x',
  }),
  [`POST ${status}/information header.x-receipt-code`]: onReferral('POST', '/information', 'receipt', {
    message: 'x',
  }),
  [`POST ${status}/withdraw path.trackingNumber`]: onReferral('POST', '/withdraw', 'number'),
  [`POST ${status}/withdraw header.x-receipt-code`]: onReferral('POST', '/withdraw', 'receipt'),
  [`DELETE ${status} path.trackingNumber`]: onReferral('DELETE', '', 'number'),
  [`DELETE ${status} header.x-receipt-code`]: onReferral('DELETE', '', 'receipt'),
}

const createWorld = async (): Promise<World> => {
  const testApp = await createTestApp()
  return { testApp, ann: await signedInBrowser(testApp) }
}

test('every field of a request that takes a code somebody types is a door that is tried', async () => {
  const { testApp } = await createWorld()
  const found = requestFields(testApp.describe() as never).filter(
    ({ name, schema }) => schema['x-holds'] === 'typed-code' || /code$|number$|pin$/i.test(name),
  )
  // What a program hands on: nobody types it. An answer in a quiz, which is a number and no code. What a mail server said.
  const others = [
    `POST ${auth}/social body.code`,
    `POST ${auth}/identities body.code`,
    'POST /api/v1/courses/{id}/lessons/{lessonId}/quiz/attempts body.answers.number',
    'POST /api/v1/admin/mail/dead-letters/retry body.code',
  ]
  const typed = found.filter(({ at }) => !others.includes(at))
  expect(typed.map(({ at }) => at).sort()).toEqual(Object.keys(doors).sort())
  for (const { at, schema } of typed) expect(schema['x-holds'], at).toBe('typed-code')
})

test.each(Object.entries(doors))('%s', async (_, door) => {
  for (const [way, write] of Object.entries(ways)) {
    const answer = await door(await createWorld(), write)
    expect(answer?.status, way).toBeLessThan(300)
  }
})

test('however a code is written, another one is wrong', async () => {
  for (const [at, door] of Object.entries(doors)) {
    const other = (code: string) => code.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10))
    const wrong = (code: string) => (/\d/.test(code) ? other(code) : code.replace(/.$/, '7'))
    expect([401, 404], at).toContain((await door(await createWorld(), wrong))?.status)
  }
})

test('a number without its zeros is the same number', async () => {
  const world = await createWorld()
  const { trackingNumber, receiptCode } = await sentReferral(world)
  const short = trackingNumber.replace(/-0+/, '-').replaceAll('-', ' ').toLowerCase()
  const answer = await browserOf(world.testApp).call(
    'GET',
    `/api/v1/forms/status/${encodeURIComponent(short)}`,
    {
      headers: { 'x-receipt-code': receiptCode },
    },
  )
  expect(answer).toMatchObject({ status: 200, body: { trackingNumber } })
})
