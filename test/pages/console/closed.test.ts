import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../../entry/demo.ts'
import { type ChatPerson, createChatPerson } from '../chat-person.ts'
import { type ChatServer, password, startChatServer } from '../chat-server.ts'
import { type Engine, engines, launch } from '../engines/engines.ts'

/* Who gets nothing of the console but the page to sign in: whoever is no staff, lacks a second factor, or comes from elsewhere. */

const root = join(import.meta.dirname, '../../..')
let server: ChatServer
beforeAll(async () => {
  if (engines.every(({ missing }) => missing)) return
  server = await startChatServer({ MFA_STAFF: 'required' })
}, 180_000)
afterAll(() => server?.stop())

/** As an operator does it, on the machine, while the server runs. */
async function appoint(email: string): Promise<void> {
  const env = { ...process.env, DATA_DIR: server.directory, MFA_STAFF: 'required' }
  await promisify(execFile)(process.execPath, ['scripts/admin.ts', 'grant', email], { cwd: root, env })
}

const places = ['today', 'forms', 'people', 'courses', 'learners', 'numbers', 'audit', 'tokens', 'settings']

async function signIn(person: ChatPerson, email: string, secret: string): Promise<void> {
  await person.open()
  await person.fill('[name=email]', email)
  await person.fill('[name=password]', secret)
  await person.page.press('Enter')
}
/** What the page asked the API for, and which parts of itself it loaded. */
const asked = (person: ChatPerson) =>
  person.page.run(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname))

describe.each(engines.filter(({ name }) => name === 'chromium'))('in $title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing).each([
    { who: 'nobody', email: '', secret: '', words: 'For staff.' },
    {
      who: 'a learner',
      email: 'learner@example.org',
      secret: demoPassword,
      words: 'Your account is not one',
    },
    { who: 'an administrator', email: 'admin@example.org', secret: demoPassword, words: 'second factor' },
    { who: 'a mentor', email: 'mentor@example.org', secret: demoPassword, words: 'second factor' },
  ])(
    '$who without a second factor sees no screen at any address',
    { timeout: 60_000 },
    async ({ email, secret, words }) => {
      const person = createChatPerson(await engine.open({ width: 1200, height: 800 }), server.url, '/console')
      if (email === '') await person.open()
      else await signIn(person, email, secret)
      await person.sees('main', words)
      for (const place of places) {
        await person.page.run((to) => {
          location.hash = to
        }, `/${place}`)
        await person.sees('main', words)
      }
      expect(await person.texts('.console-menu, .console-main, .table')).toEqual([])
      const paths = await asked(person)
      expect(paths.filter((path) => /\/api\/v1\/(?:admin|mentor|reports|forms|courses)/.test(path))).toEqual(
        [],
      )
      await person.page.close()
    },
  )
})

describe.each(engines)('the first second factor, in $title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing)(
    'is set up here, by whoever reads their mailbox, and then the screens come',
    { timeout: 90_000 },
    async () => {
      const { email } = await server.signUp(`Staff of ${name}`)
      await server.confirm(email)
      await appoint(email)
      const person = createChatPerson(await engine.open({ width: 390, height: 844 }), server.url, '/console')
      await signIn(person, email, password)
      await person.press('button', 'Set up an authenticator app')
      await person.fill('dialog [type=password]', password)
      await person.page.press('Enter')
      await person.sees('dialog', 'from the mail')
      const { text } = await server.mailTo(email, /security code/i)
      await person.fill('dialog [name=proof]', /\b\d{6}\b/.exec(text)?.[0] ?? '')
      await person.page.press('Enter')
      await person.sees('.set-up code')
      await person.sees('.qr')
      expect(await person.faults()).toEqual([])
      const [secret = ''] = await person.texts('.set-up code')
      await person.fill('[name=code]', new TOTP({ secret }).generate())
      await person.page.press('Enter')
      await person.sees('.codes code')
      expect(await person.texts('.codes code')).toHaveLength(10)
      await person.press('button', 'I have kept them')
      await person.sees('.console-menu a', 'Forms')
      await person.page.close()
    },
  )
})

describe.skipIf(engines.every(({ missing }) => missing))('by HTTP', () => {
  const staffPaths = [
    '/admin/today',
    '/admin/users',
    '/admin/audit',
    '/admin/audit/chain',
    '/admin/settings',
    '/admin/service-tokens',
    '/mentor/learners',
    '/courses/mine',
    '/reports/forms',
    '/reports',
    '/forms',
  ]
  async function cookiesOf(email: string, secret: string): Promise<string> {
    const answer = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email, password: secret }),
    })
    expect(answer.status).toBe(200)
    return answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')
  }

  test('what the screens ask for is refused to the same people', async () => {
    const learner = await server.signUp('Nobody Special')
    for (const [email, secret] of [
      [learner.email, password],
      ['admin@example.org', demoPassword],
      ['mentor@example.org', demoPassword],
    ] as const) {
      const cookie = await cookiesOf(email, secret)
      for (const path of staffPaths)
        expect([path, (await fetch(`${server.url}/api/v1${path}`, { headers: { cookie } })).status]).toEqual([
          path,
          403,
        ])
    }
    for (const path of staffPaths)
      expect([path, (await fetch(`${server.url}/api/v1${path}`)).status]).toEqual([path, 401])
  })

  test('another origin reads nothing, changes nothing, and frames nothing', async () => {
    const cookie = await cookiesOf('admin@example.org', demoPassword)
    const elsewhere = { cookie, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
    for (const path of [...staffPaths, '/users/me'])
      expect(
        (await fetch(`${server.url}/api/v1${path}`, { headers: elsewhere })).headers.get(
          'access-control-allow-origin',
        ),
      ).toBeNull()
    const change = await fetch(`${server.url}/api/v1/courses`, {
      method: 'POST',
      headers: { ...elsewhere, 'content-type': 'application/json' },
      body: '{}',
    })
    expect([change.status, ((await change.json()) as { error: { code: string } }).error.code]).toEqual([
      403,
      'csrf_failed',
    ])
    const page = await fetch(`${server.url}/console`)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    // The same for everybody, and without anybody's cookie.
    expect(page.headers.get('set-cookie')).toBeNull()
    expect(await page.text()).not.toMatch(/admin|mentor|audit/i)
  })
})
