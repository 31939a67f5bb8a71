import { describe, expect, test } from 'vitest'
import { withoutUnseen } from '../../src/core/kernel/display-name.ts'
import { isEmailAddress, normalizeEmailAddress } from '../../src/ports/email-address.ts'
import type { IdentityProviders, ProvidedIdentity } from '../../src/ports/identity-providers.ts'
import {
  type Answer,
  type Browser,
  browserOf,
  createTestApp,
  origin,
  person,
  signedInBrowser,
} from '../app.ts'
import { deliverable, undeliverable } from '../contracts/addresses.ts'
import { requestFields } from './request-fields.ts'

const password = 'mi-perro-azul-42'
const auth = '/api/v1/auth'
const verifier = 'v'.repeat(43)

let vouched: ProvidedIdentity | null = null
const provider: IdentityProviders = {
  names: ['google'],
  addressOf: async () => Promise.reject(new Error('not asked for')),
  redeem: async () => vouched,
}

type World = Awaited<ReturnType<typeof createWorld>>

async function createWorld() {
  const testApp = await createTestApp({ ports: () => ({ identityProviders: provider }) })
  const admin = await signedInBrowser(testApp, { ...person, email: 'an.admin@tools.example' })
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  await admin.call('POST', `${auth}/step-up`, { body: { password: person.password } })
  let strangers = 0
  return {
    testApp,
    admin,
    stranger: () => browserOf(testApp),
    /** With an account of their own, and proved to be themselves. */
    async somebody(): Promise<Browser> {
      const browser = await signedInBrowser(testApp, {
        ...person,
        email: `somebody.${++strangers}@tools.example`,
      })
      await browser.call('POST', `${auth}/step-up`, { body: { password: person.password } })
      return browser
    },
    async mailTo(address: string, subject: RegExp): Promise<string> {
      await testApp.settled()
      const mails = (await testApp.ports.mailbox?.messages()) ?? []
      return mails.find((mail) => mail.to === address && subject.test(mail.subject))?.text ?? ''
    },
  }
}

const codeIn = (mail: string): string => /^ {4}(\d{6})$/m.exec(mail)?.[1] ?? ''
const tokenIn = (mail: string): string => /token=([\w.-]+)/.exec(mail)?.[1] ?? ''

interface Given {
  readonly typed: string
  /** What it is normalized; null for what is no address. */
  readonly address: string | null
}

const taken = { status: expect.toSatisfy((status: number) => status >= 200 && status < 300) }
const refused = { status: 400, body: { error: { code: 'validation_error' } } }
const judged = (answer: Answer, { address, typed }: Given) =>
  expect(answer, typed).toMatchObject(address === null ? refused : taken)

const participant = { name: 'Pat Example', contact: '619 555 0199' }
const referrer = { name: 'Ann Example', phone: '619 555 0100', organization: 'Agency' }
const referral = { participant, services: ['housing'], urgency: 'normal' }

/** Goes through one door with what was typed, and says what has to come of it. */
const doors: Readonly<Record<string, (world: World, given: Given) => Promise<void>>> = {
  async [`POST ${auth}/signup body.email`]({ stranger, mailTo }, given) {
    const answer = await stranger().call('POST', `${auth}/signup`, {
      body: { email: given.typed, password, name: 'Ann' },
    })
    judged(answer, given)
    if (given.address === null) return
    expect(answer.body.user.email).toBe(given.address)
    expect(codeIn(await mailTo(given.address, /confirm/i)), given.typed).not.toBe('')
  },

  async [`POST ${auth}/verify-email body.email`]({ stranger, mailTo }, given) {
    const code = given.address === null ? '123456' : codeIn(await mailTo(given.address, /confirm/i))
    judged(
      await stranger().call('POST', `${auth}/verify-email`, { body: { email: given.typed, code } }),
      given,
    )
  },

  /** Takes any text, so that an account from before a change of the rule is not locked out. */
  async [`POST ${auth}/login body.email`]({ stranger }, { typed, address }) {
    const answer = await stranger().call('POST', `${auth}/login`, { body: { email: typed, password } })
    expect(address === null ? [400, 401] : [200], typed).toContain(answer.status)
  },

  async [`POST ${auth}/forgot-password body.email`]({ stranger, mailTo }, given) {
    judged(await stranger().call('POST', `${auth}/forgot-password`, { body: { email: given.typed } }), given)
    if (given.address === null) return
    const token = tokenIn(await mailTo(given.address, /new password/i))
    const reset = { token, newPassword: `${password}-again` }
    expect((await stranger().call('POST', `${auth}/reset-password`, { body: reset })).status).toBe(200)
  },

  /** With a wrong code. An address is judged before it. */
  async [`POST ${auth}/complete-recovery body.email`]({ stranger }, { typed, address }) {
    const body = { email: typed, code: 'K7M2P-9QXRT' }
    const { status } = await stranger().call('POST', `${auth}/complete-recovery`, { body })
    expect(status, typed).toBe(address === null ? 400 : 401)
  },

  async [`POST /api/v1/users/me/email body.email`]({ testApp, somebody, mailTo }, given) {
    const browser = await somebody()
    judged(await browser.call('POST', '/api/v1/users/me/email', { body: { email: given.typed } }), given)
    if (given.address === null) return
    // Signed up for above: its owner is told. Moved to another name of the same form, it is changed.
    expect(await mailTo(given.address, /already have an account/i), given.typed).not.toBe('')
    const other = `z${[...given.address].slice(/^.{64}@/u.test(given.address) ? 1 : 0).join('')}`
    expect(await browser.call('POST', '/api/v1/users/me/email', { body: { email: other } })).toMatchObject(
      taken,
    )
    const code = codeIn(await mailTo(other, /new e-mail/i))
    expect(
      await browser.call('POST', '/api/v1/users/me/email/confirm', { body: { code } }),
      other,
    ).toMatchObject({ status: 200 })
    expect((await testApp.users.findByEmail(other))?.value.email).toBe(other)
  },

  async [`POST ${auth}/guest/upgrade body.email`]({ stranger, mailTo }, given) {
    const guest = stranger()
    await guest.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
    judged(
      await guest.call('POST', `${auth}/guest/upgrade`, { body: { email: given.typed, password } }),
      given,
    )
    if (given.address !== null) expect(codeIn(await mailTo(given.address, /confirm/i))).not.toBe('')
  },

  async [`POST /api/v1/admin/migrate-users body.users.email`]({ admin, mailTo }, { typed, address }) {
    const body = { users: [{ email: typed, name: 'Ann' }] }
    const answer = await admin.call('POST', '/api/v1/admin/migrate-users', { body })
    // A body that holds NUL is refused whole.
    if (answer.status === 400) return expect(typed).toContain('\0')
    expect(answer.body.results, typed).toMatchObject([{ status: address === null ? 'invalid' : 'created' }])
    if (address !== null) expect(tokenIn(await mailTo(address, /has moved/i))).not.toBe('')
  },

  async [`GET /api/v1/admin/users query.q`]({ testApp, admin }, { typed, address }) {
    if (address === null) return
    const owner = await testApp.users.findByEmail(address)
    const answer = await admin.call('GET', `/api/v1/admin/users?limit=100&q=${encodeURIComponent(typed)}`)
    expect(
      answer.body.items.map(({ id }: { id: string }) => id),
      typed,
    ).toContain(owner?.value.id)
  },

  async [`POST /api/v1/forms/contact body.email`]({ stranger, mailTo }, given) {
    const body = {
      name: 'Ann',
      email: given.typed,
      subject: 'A question',
      message: 'How does one begin here?',
    }
    judged(await stranger().call('POST', '/api/v1/forms/contact', { body }), given)
    if (given.address !== null) expect(await mailTo(given.address, /received your message/)).not.toBe('')
  },

  async [`POST /api/v1/forms/interest body.email`]({ stranger }, given) {
    const body = { name: 'Ann', email: given.typed, interests: ['tech'], availability: 'mornings' }
    judged(await stranger().call('POST', '/api/v1/forms/interest', { body }), given)
  },

  async [`POST /api/v1/forms/referral body.referrer.email`]({ stranger, mailTo }, given) {
    const body = { ...referral, referrer: { ...referrer, email: given.typed } }
    judged(await stranger().call('POST', '/api/v1/forms/referral', { body }), given)
    if (given.address !== null) expect(await mailTo(given.address, /received referral/)).not.toBe('')
  },

  /** Any way to reach somebody is welcome here, without what nobody sees; what is an address gets mail. */
  async [`POST /api/v1/forms/referral body.participant.contact`]({ stranger, testApp }, { typed, address }) {
    const receipts = async () => {
      await testApp.settled()
      const mails = (await testApp.ports.mailbox?.messages()) ?? []
      return mails.filter(({ subject }) => /received referral/.test(subject)).map(({ to }) => to)
    }
    const before = await receipts()
    const body = { ...referral, relationship: 'self', participant: { ...participant, contact: typed } }
    const answer = await stranger().call('POST', '/api/v1/forms/referral', { body })
    if (answer.status === 400) return expect(address, typed).toBeNull()
    const seen = normalizeEmailAddress(withoutUnseen(typed.replaceAll(/[\u202d\u202e]/g, '')))
    const expected = address ?? (isEmailAddress(seen) ? seen : null)
    expect(await receipts(), typed).toEqual(expected === null ? before : [expected, ...before])
  },

  async [`GET /api/v1/forms query.participant`]({ admin }, { typed, address }) {
    if (address === null) return
    const path = `/api/v1/forms?participant=${encodeURIComponent(typed)}`
    const { body } = await admin.call('GET', path)
    expect(
      body.items.map(({ type }: { type: string }) => type),
      typed,
    ).toEqual(['referral', 'interest', 'contact'])
    const table = await admin.call('GET', path, { headers: { accept: 'text/csv' } })
    expect(table.body, typed).toContain(address)
    for (const cell of String(table.body).split(/[,;\r\n]+/))
      expect(cell, typed).not.toMatch(/^"?\s*[=+\-@|%]/)
  },
}

const given: readonly Given[] = [
  ...deliverable.map(([typed, address]) => ({ typed, address })),
  ...undeliverable.map((typed) => ({ typed, address: null })),
]

test('the table is long enough, and nothing in it stands twice', () => {
  expect(given.length).toBeGreaterThanOrEqual(100)
  expect(new Set(deliverable.map(([, address]) => address)).size).toBe(deliverable.length)
})

test('every field of a request that holds an address is a door that is tried', async () => {
  const { testApp } = await createWorld()
  const fields = requestFields(testApp.describe() as never)
  const found = fields.filter(
    ({ name, schema }) =>
      schema['x-holds'] === 'email-address' ||
      /e-?mail/i.test(name) ||
      /e-mail address|\bthe address\b/i.test(schema['description'] ?? ''),
  )
  // Rows of a list that are judged one by one are not described field by field.
  const inRows = [`POST /api/v1/admin/migrate-users body.users.email`]
  // The choice whether to get mail.
  const others = ['PATCH /api/v1/users/me body.preferences.emailUpdates']
  expect([...found.map(({ at }) => at), ...inRows].filter((at) => !others.includes(at)).sort()).toEqual(
    Object.keys(doors).sort(),
  )
  for (const { at, name, schema } of found)
    if (name === 'email' && !at.includes('/login')) expect(schema['x-holds'], at).toBe('email-address')
})

/** Each opens accounts of its own; the rest follow each other into one. */
const alone = /guest\/upgrade|migrate-users|participant\.contact/

describe('an address is the same at every door:', () => {
  const shared = createWorld()
  test.each(Object.keys(doors))('%s', async (at) => {
    const world = await (alone.test(at) ? createWorld() : shared)
    for (const each of given) await doors[at]?.(world, each)
  })
})

test('a provider’s word for an address is judged by the same rule', async () => {
  const { stranger, testApp, mailTo } = await createWorld()
  for (const { typed, address } of given) {
    vouched = {
      issuer: 'https://accounts.example',
      subject: typed,
      email: typed,
      isEmailVouchedFor: false,
      authenticatedAtMs: null,
      name: 'Ann',
    }
    const body = { provider: 'google', code: 'c', codeVerifier: verifier, redirectUri: `${origin}/back` }
    const answer = await stranger().call('POST', `${auth}/social`, { body })
    expect(answer.status, typed).toBe(address === null ? 401 : 200)
    if (address === null) continue
    expect((await testApp.users.findByEmail(address))?.value.email).toBe(address)
    expect(codeIn(await mailTo(address, /confirm/i)), typed).not.toBe('')
  }
})

test('an address is escaped where it is written: the label of an authenticator, and the page of kept mail', async () => {
  const { testApp, stranger } = await createWorld()
  for (const [typed, address] of deliverable) {
    const browser = stranger()
    await browser.call('POST', `${auth}/signup`, { body: { email: typed, password, name: 'Ann' } })
    await browser.call('POST', `${auth}/step-up`, { body: { password } })
    const { body } = await browser.call('POST', `${auth}/mfa/totp`)
    const { pathname, searchParams } = new URL(body.uri)
    expect(decodeURIComponent(pathname).split(':').at(-1), typed).toBe(address)
    expect([...searchParams.keys()].sort(), typed).toEqual([
      'algorithm',
      'digits',
      'issuer',
      'period',
      'secret',
    ])
  }
  await testApp.settled()
  const { body: page } = await stranger().call('GET', '/dev/mailbox')
  const shown = [...String(page).matchAll(/\n\s+to (.*), <time /g)].map(([, to]) => to)
  expect(shown.length).toBeGreaterThan(deliverable.length / 2)
  for (const to of shown) expect(to).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
})
