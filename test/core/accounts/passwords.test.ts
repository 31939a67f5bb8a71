import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMemoryBreachedPasswords } from '../../../src/adapters/memory/breached-passwords.ts'
import { createZxcvbnPasswordBlocklist } from '../../../src/adapters/zxcvbn/password-blocklist.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { type Answer, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { good } from './passwords/good.ts'
import { owner, personal, personalElsewhere, sprayed } from './passwords/sprayed.ts'

const auth = '/api/v1/auth'
const passwordBlocklist = createZxcvbnPasswordBlocklist()
const stolen = 'purple tractor lemon'
const open = () =>
  createTestApp({
    environment: { PORTAL_URL: 'https://portal.lighthouse-of-hope.example' },
    ports: () => ({ passwordBlocklist, breachedPasswords: createMemoryBreachedPasswords([stolen]) }),
  })

/** The link in the newest mail about this. */
async function tokenOf(testApp: TestApp, to: string, subject: RegExp): Promise<string> {
  await testApp.settled()
  const mails = (await testApp.ports.mailbox?.messages()) ?? []
  const text = mails.find((mail) => mail.to === to && subject.test(mail.subject))?.text ?? ''
  return /token=([\w.-]+)/.exec(text)?.[1] ?? ''
}

interface Somebody {
  readonly email: string
  readonly name: string
}

/** Each opens what it needs, and answers a function that tries passwords at the same person again and again. */
const doors: Readonly<
  Record<string, (testApp: TestApp, somebody: Somebody) => Promise<(password: string) => Promise<Answer>>>
> = {
  async 'sign-up'(testApp, somebody) {
    return (password) =>
      browserOf(testApp).call('POST', `${auth}/signup`, { body: { ...somebody, password } })
  },
  async 'a change of password'(testApp, somebody) {
    const { call } = await signedInBrowser(testApp, { ...person, ...somebody })
    return (newPassword) =>
      call('POST', `${auth}/change-password`, { body: { currentPassword: person.password, newPassword } })
  },
  async 'a reset'(testApp, somebody) {
    await signedInBrowser(testApp, { ...person, ...somebody })
    await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email: somebody.email } })
    const token = await tokenOf(testApp, somebody.email, /new password/i)
    return (newPassword) =>
      browserOf(testApp).call('POST', `${auth}/reset-password`, { body: { token, newPassword } })
  },
  async 'an invitation'(testApp, somebody) {
    const admin = await signedInBrowser(testApp, { ...person, email: 'admin@tools.example' })
    await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
    await admin.call('POST', `${auth}/step-up`, { body: { password: person.password } })
    await admin.call('POST', '/api/v1/admin/migrate-users', { body: { users: [somebody] } })
    const token = await tokenOf(testApp, somebody.email, /has moved/i)
    return (newPassword) =>
      browserOf(testApp).call('POST', `${auth}/reset-password`, { body: { token, newPassword } })
  },
  async 'a guest who stays'(testApp, { email, name }) {
    const guest = browserOf(testApp)
    await guest.call('POST', `${auth}/guest`, { body: { name } })
    return (password) => guest.call('POST', `${auth}/guest/upgrade`, { body: { email, password } })
  },
}

/** A link is good for five tries. */
const triesOfALink = 5
/** Tries at one door after the other, each of which somebody has come to afresh. */
function trying(door: (typeof doors)[string], somebody: Somebody) {
  let attempt: Awaited<ReturnType<typeof door>> | undefined
  let tries = 0
  return async (password: string): Promise<Answer> => {
    if (!attempt || tries++ % triesOfALink === 0) attempt = await door(await open(), somebody)
    return attempt(password)
  }
}

const codeOf = ({ body }: Answer): string | undefined => body.error?.details?.[0]?.code
const stranger = { email: 'xq@zz.example', name: 'Xq Zz' }

test('the lists are what they are said to be', () => {
  expect(new Set(sprayed).size).toBeGreaterThanOrEqual(150)
  expect(new Set(good).size).toBeGreaterThanOrEqual(200)
  for (const password of [...sprayed, ...good])
    expect([...password].length, password).toBeGreaterThanOrEqual(12)
})

describe.each(Object.entries(doors))('%s', (_, door) => {
  test('refuses all that is sprayed', async () => {
    const attempt = trying(door, stranger)
    for (const password of sprayed) {
      const answer = await attempt(password)
      expect([answer.status, codeOf(answer)], password).toEqual([400, 'too_common'])
    }
  })

  test('refuses a person’s own address and name in any spelling', async () => {
    const attempt = trying(door, owner)
    for (const password of personal.filter((text) => [...text].length >= 12)) {
      const answer = await attempt(password)
      expect([answer.status, codeOf(answer)], password).toEqual([400, 'too_personal'])
    }
    for (const [other, password] of personalElsewhere.filter(([, text]) => [...text].length >= 12)) {
      const answer = await (await door(await open(), other))(password)
      expect([answer.status, codeOf(answer)], password).toEqual([400, 'too_personal'])
    }
  })

  test('refuses what is in a stolen list, and the names this service is known by', async () => {
    const attempt = trying(door, stranger)
    expect(codeOf(await attempt(stolen))).toBe('breached')
    expect(codeOf(await attempt('LighthouseOfHope2026'))).toBe('too_common')
    expect(codeOf(await attempt('Lighthouse-2026!'))).toBe('too_common')
  })

  test('takes SecurePass123!', async () => {
    const answer = await (await door(await open(), { email: 'test@example.com', name: 'Test User' }))(
      'SecurePass123!',
    )
    // Where it is the password that one has already, that is what is wrong with it.
    expect([undefined, 'unchanged']).toContain(codeOf(answer))
  })
})

test('good passwords are taken, whoever it is that chooses them', async () => {
  const testApp = await open()
  for (const [i, password] of good.entries()) {
    if (password === stolen) continue
    const body = [
      { email: `xq.${i}@zz.example`, name: 'Xq Zz' },
      { email: `ann.baker.${i}@gmail.com`, name: 'Ann Baker' },
      { email: `o'brien${i}@example.com`, name: 'Al' },
    ][i % 3]
    const answer = await browserOf(testApp).call('POST', `${auth}/signup`, { body: { ...body, password } })
    expect([answer.status, codeOf(answer)], password).toEqual([201, undefined])
  }
})

test('the password that one has is no new one: not at a change, not at a reset', async () => {
  const testApp = await open()
  const { email, password } = person
  const ann = await signedInBrowser(testApp)
  const body = { currentPassword: password, newPassword: password }
  expect(codeOf(await ann.call('POST', `${auth}/change-password`, { body }))).toBe('unchanged')
  // In another Unicode form it is the same one.
  const composed = 'mañana comemos tacos'.normalize('NFC')
  const change = { currentPassword: password, newPassword: composed }
  expect((await ann.call('POST', `${auth}/change-password`, { body: change })).status).toBe(200)
  const same = { currentPassword: composed, newPassword: composed.normalize('NFD') }
  expect(codeOf(await ann.call('POST', `${auth}/change-password`, { body: same }))).toBe('unchanged')

  await browserOf(testApp).call('POST', `${auth}/forgot-password`, { body: { email } })
  const token = await tokenOf(testApp, email, /new password/i)
  const reset = (newPassword: string) =>
    browserOf(testApp).call('POST', `${auth}/reset-password`, { body: { token, newPassword } })
  expect(codeOf(await reset(composed))).toBe('unchanged')
  expect((await reset('quite another secret 7')).status).toBe(200)
})

test('a list that cannot be asked keeps nobody out, and that is in the log', async () => {
  const testApp = await createTestApp({
    ports: () => ({
      breachedPasswords: { isBreached: () => Promise.reject(new PortUnavailable('breached passwords')) },
    }),
  })
  expect((await browserOf(testApp).call('POST', `${auth}/signup`, { body: person })).status).toBe(201)
  expect(testApp.log.events).toContainEqual(
    expect.objectContaining({ event: 'breached_passwords_not_asked' }),
  )
  expect(JSON.stringify(testApp.log.events)).not.toContain(person.password)
})

test('whatever hashes a password somebody chose asks the one policy first', () => {
  const root = join(import.meta.dirname, '../../..')
  /** Hashes what nobody chose, or a password that was shown to be right. */
  const others = ['src/core/accounts/auth/take-back-changes.ts', 'src/core/accounts/auth/log-in.ts']
  const hashing = globSync('src/{core,routes,http,app}/**/*.ts', { cwd: root }).filter((path) =>
    /hasher\.hash\(/.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(hashing.length).toBeGreaterThan(others.length)
  for (const path of hashing)
    expect(
      others.includes(path) || /checkPassword\(/.test(readFileSync(join(root, path), 'utf8')),
      path,
    ).toBe(true)
})
