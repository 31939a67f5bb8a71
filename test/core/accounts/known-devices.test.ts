import { TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts'
import { encodeBase64url } from '../../../src/ports/base64url.ts'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const day = 86_400_000

const logIn = (browser: Browser, more: object = {}) =>
  browser.call('POST', `${auth}/login`, { body: { email, password, ...more } })
/** Whether the device is known: it gets in while strangers wait. */
async function isKnown(testApp: TestApp, device: string | undefined, account = person) {
  for (let n = 0; n < 8; n++)
    await browserOf(testApp).call('POST', `${auth}/login`, {
      body: { email: account.email, password: 'wrong' },
    })
  const browser = browserOf(testApp)
  if (device !== undefined) browser.cookies.set('device', device)
  const { status } = await browser.call('POST', `${auth}/login`, {
    body: { email: account.email, password: account.password },
  })
  testApp.clock.advance(day / 2)
  // Whoever has a second factor is asked for it.
  return status === 200 || status === 202
}
const lineOf = (headers: Headers) => headers.getSetCookie().find((line) => line.startsWith('device='))

describe('what a device keeps', () => {
  test('comes with a login, for scripts to see nowhere, and outlives the logout', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const browser = browserOf(testApp)
    const answer = await logIn(browser)
    expect(lineOf(answer.headers)).toMatch(
      /^device=[\w.~-]+; Max-Age=15552000; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict$/,
    )
    expect(JSON.stringify(answer.body)).not.toContain(browser.cookies.get('device'))
    await browser.call('POST', `${auth}/logout`)
    expect([...browser.cookies.keys()]).toEqual(['device'])
    expect(await isKnown(testApp, browser.cookies.get('device'))).toBe(true)
  })

  test('is another at each login, and the same while somebody stays', async () => {
    const testApp = await createTestApp()
    const browser = await signedInBrowser(testApp)
    const first = browser.cookies.get('device')
    await browser.call('POST', `${auth}/refresh`)
    expect(browser.cookies.get('device')).toBe(first)
    await logIn(browser)
    expect(browser.cookies.get('device')).not.toBe(first)
    expect(browser.cookies.get('device')?.split('~')).toHaveLength(1)
  })

  test('names nobody, and says of two devices of one person nothing that is the same', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await logIn(phone)
    const values = [ann, phone].map(({ cookies }) => cookies.get('device') ?? '')
    for (const value of values) expect(value).not.toContain(ann.userId)
    const [parts = [], others = []] = values.map((value) => value.split('.'))
    expect(parts.filter((part) => others.includes(part))).toEqual([parts[1]])
  })

  test('is good for one account, and only as it was written', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const ben = { ...person, email: 'ben@example.com' }
    await signedInBrowser(testApp, ben)
    const device = ann.cookies.get('device') ?? ''
    expect(await isKnown(testApp, device, ben)).toBe(false)
    const [id = '', until = '', signature = ''] = device.split('.')
    const later = (Number.parseInt(until, 36) - 1).toString(36)
    for (const forged of [
      `${id}.${later}.${signature}`,
      `${[...id].reverse().join('')}.${until}.${signature}`,
      `${id}.${until}.${'A'.repeat(22)}`,
      `${'~'.repeat(5_000)}${device}`,
      'nonsense',
      '',
    ])
      expect(await isKnown(testApp, forged), forged.slice(0, 80)).toBe(false)
    expect(await isKnown(testApp, `nonsense~${device}`)).toBe(true)
  })

  test('serves a family: five people, those who were there last', async () => {
    const testApp = await createTestApp()
    const browser = browserOf(testApp)
    const family = Array.from({ length: 6 }, (_, n) => ({ ...person, email: `p${n}@example.com` }))
    for (const member of family) {
      await browser.call('POST', `${auth}/signup`, { body: member })
      await browser.call('POST', `${auth}/logout`)
    }
    const device = browser.cookies.get('device')
    const known = []
    for (const member of family) known.push(await isKnown(testApp, device, member))
    expect(known).toEqual([false, true, true, true, true, true])
  })

  test('is good for 180 days, and whoever stays signed in is not forgotten', async () => {
    const testApp = await createTestApp({ environment: { SESSION_DAYS: '365', REFRESH_TOKEN_DAYS: '30' } })
    const browser = await signedInBrowser(testApp)
    const first = browser.cookies.get('device')
    for (let week = 0; week < 25; week++) {
      testApp.clock.advance(7 * day)
      expect((await browser.call('POST', `${auth}/refresh`)).status).toBe(200)
    }
    expect(browser.cookies.get('device')).not.toBe(first)
    testApp.clock.advance(5 * day)
    expect(await isKnown(testApp, first)).toBe(false)
    expect(await isKnown(testApp, browser.cookies.get('device'))).toBe(true)
  })

  test.each([
    [
      'a change of the password',
      async ({ call }: Browser) =>
        call('POST', `${auth}/change-password`, {
          body: { currentPassword: password, newPassword: 'quite another secret 7' },
        }),
      'quite another secret 7',
    ],
    [
      'a second factor',
      async ({ call }: Browser, testApp: TestApp) => {
        await call('POST', `${auth}/step-up`, { body: { password } })
        const { body } = await call('POST', `${auth}/mfa/totp`)
        const code = new TOTP({ secret: body.secret }).generate({ timestamp: testApp.clock.now() })
        return call('POST', `${auth}/mfa/totp/confirm`, { body: { code } })
      },
      password,
    ],
  ])('is worth nothing after %s, but on the device that made it', async (_, change, secret) => {
    const testApp = await createTestApp()
    const browser = await signedInBrowser(testApp)
    const phone = browserOf(testApp)
    await logIn(phone)
    expect((await change(browser, testApp)).status).toBe(200)
    await browser.call('POST', `${auth}/refresh`)
    const account = { ...person, password: secret }
    expect(await isKnown(testApp, phone.cookies.get('device'), account)).toBe(false)
    expect(await isKnown(testApp, browser.cookies.get('device'), account)).toBe(true)
  })

  test('is not kept on a shared computer, and one that turns out to be shared forgets it', async () => {
    const testApp = await createTestApp()
    await signedInBrowser(testApp)
    const library = browserOf(testApp)
    expect(lineOf((await logIn(library, { sharedDevice: true })).headers)).toBeUndefined()
    expect(lineOf((await library.call('POST', `${auth}/refresh`)).headers)).toBeUndefined()
    await library.call('POST', `${auth}/logout`)
    await logIn(library)
    expect(library.cookies.has('device')).toBe(true)
    await logIn(library, { sharedDevice: true })
    expect(library.cookies.has('device')).toBe(false)
  })

  test('is gone after quick exit, and with a guest there is none', async () => {
    const testApp = await createTestApp()
    const browser = await signedInBrowser(testApp)
    expect((await browser.call('POST', `${auth}/quick-exit`)).status).toBe(204)
    expect(browser.cookies.size).toBe(0)
    const guest = browserOf(testApp)
    await guest.call('POST', `${auth}/guest`, { body: { name: 'Somebody' } })
    expect(guest.cookies.has('device')).toBe(false)
  })

  test('is the whole site’s where the prefix of cookies asks for it', async () => {
    const testApp = await createTestApp({
      environment: { COOKIE_PREFIX: '__Host-', PUBLIC_URL: 'https://api.example.org' },
    })
    const { headers } = await browserOf(testApp).call('POST', `${auth}/signup`, {
      body: person,
      headers: { origin: 'https://api.example.org' },
    })
    expect(headers.getSetCookie().find((line) => line.startsWith('__Host-device='))).toMatch(
      /Path=\/; HttpOnly; Secure/,
    )
  })

  test('and what was mailed outlive a new master key', async () => {
    const old = {
      id: 'k1',
      value: encodeBase64url(new Uint8Array(32).fill(7)),
      activeFrom: '2000-01-01T00:00:00.000Z',
    }
    const renewed = {
      id: 'k2',
      value: encodeBase64url(new Uint8Array(32).fill(9)),
      activeFrom: '2000-01-02T00:00:00.000Z',
    }
    const before = await createTestApp()
    const browser = await signedInBrowser(before)
    await browser.call('POST', `${auth}/forgot-password`, { body: { email } })
    await before.settled()
    const [mail] = (await before.ports.mailbox?.messages()) ?? []
    const mailedCode = /^ {4}([0-9A-Z]{5}-[0-9A-Z]{5})$/m.exec(mail?.text ?? '')?.[1]
    const after = await createTestApp({
      ports: ({ secrets }) => {
        const masters = createMemorySecrets({ 'master-key': [renewed, old], 'signing-keys': [] })
        return {
          documents: before.ports.documents,
          secrets: {
            versions: (name) => (name === 'master-key' ? masters.versions(name) : secrets.versions(name)),
          },
        }
      },
    })
    for (let n = 0; n < 8; n++) await logIn(browserOf(after), { password: 'wrong' })
    expect((await logIn(browserOf(after))).status).toBe(401)
    expect((await logIn(browserOf(after), { mailedCode })).status).toBe(200)
    expect(await isKnown(after, browser.cookies.get('device'))).toBe(true)
  })
})
