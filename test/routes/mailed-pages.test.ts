import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  type MailedPage,
  mailedPages,
  ownPagesPath,
} from '../../src/core/platform/mail/mailed-pages.model.ts'
import { languages } from '../../src/routes/mailed-pages/languages.ts'
import { browserOf, createTestApp, origin, person, signedInBrowser } from '../app.ts'
import { forgot, lastMail } from '../core/accounts/intruder.ts'
import { ownPages } from '../own-pages.ts'
import { type Journey, journeys, newPassword } from './mailed-journeys.ts'
import { createPlainBrowser } from './plain-browser.ts'

const portal = 'https://portal.example.org'
const elsewhere = 'https://www.example.net/my-account'
const walked = Object.entries(journeys) as [keyof typeof journeys, Journey][]
const mapped = JSON.stringify(
  Object.fromEntries(Object.keys(mailedPages).map((name) => [name, `${elsewhere}/${name}`])),
)

const configurations: readonly {
  readonly what: string
  readonly environment: Record<string, string>
  readonly leadsTo: (name: MailedPage) => string
}[] = [
  {
    what: 'the portal unset',
    environment: {},
    leadsTo: (name) => `${origin}${ownPagesPath}/${mailedPages[name].ours}`,
  },
  {
    what: 'the portal set',
    environment: { PORTAL_URL: portal },
    leadsTo: (name) => {
      const { inPortal, ours } = mailedPages[name]
      return inPortal === null ? `${origin}${ownPagesPath}/${ours}` : portal + inPortal
    },
  },
  {
    what: 'every link mapped',
    environment: { PORTAL_URL: portal, PORTAL_LINKS: mapped },
    leadsTo: (name) => `${elsewhere}/${name}`,
  },
]

describe.each(configurations)('with $what', ({ environment, leadsTo }) => {
  test.each(walked)('the link to %s ends in a page that finishes its task', async (name, journey) => {
    const testApp = await createTestApp({ environment: { ...environment, ...journey.environment } })
    const { links, typed = journey.type ?? {} } = await journey.begin(testApp)
    const link = links.find((each) => each.split('?')[0] === leadsTo(name))
    if (link === undefined) throw new Error(`no link to ${leadsTo(name)} among ${links}`)
    const token = new URL(link).searchParams.get('token') ?? ''
    if (!link.startsWith(origin)) {
      await journey.byPortal(browserOf(testApp), token, typed)
      await testApp.settled()
      return journey.isDone(testApp)
    }
    const page = createPlainBrowser(testApp)
    expect((await page.visit(link)).status).toBe(200)
    expect(page.address()).toBe(leadsTo(name))
    // As often as somebody looks.
    expect((await page.visit(page.address())).status).toBe(200)
    const answer = await page.send(typed)
    expect(page.page()).not.toContain('role="alert"')
    expect(answer.status).toBe(200)
    expect([...page.cookies.keys()]).not.toContain('mailedLink')
    await testApp.settled()
    return journey.isDone(testApp, page)
  })
})

test('names that are in the mapping alone are mapped, the others stay where they were', async () => {
  const environment = { PORTAL_LINKS: `{"resetPassword":"${elsewhere}/reset"}` }
  const { config } = await createTestApp({ environment })
  expect(config.auth.pages).toMatchObject({
    resetPassword: `${elsewhere}/reset`,
    invitation: `${origin}${ownPagesPath}/invitation`,
  })
  for (const PORTAL_LINKS of [
    '{',
    '[]',
    '{"nothing":"https://a.example/b"}',
    '{"notMe":"https://a.example/b?c"}',
    '{"notMe":"javascript://a/b"}',
  ])
    await expect(createTestApp({ environment: { PORTAL_LINKS } }), PORTAL_LINKS).rejects.toThrow(
      'PORTAL_LINKS',
    )
})

describe.each(ownPages)('%s', (path) => {
  test('runs no script but the one for passkeys, is kept and indexed by nobody, and is in both languages', async () => {
    const testApp = await createTestApp()
    for (const [wanted, language] of [
      ['es-MX,es;q=0.9,en;q=0.8', 'es'],
      ['de,en;q=0.5', 'en'],
      ['fr', 'en'],
      ['en;q=0.1,es;q=0.2', 'es'],
      ['es;q=0', 'en'],
    ] as const) {
      const page = createPlainBrowser(testApp, { 'accept-language': wanted })
      const { headers } = await page.visit(`${path}?token=abc`)
      expect(page.address()).toBe(origin + path)
      expect(page.language(), wanted).toBe(language)
      const isWithPasskeys = path.endsWith('/data-export')
      const scripts = page.page().match(/<script[^>]*>[^<]*/g) ?? []
      expect(scripts).toEqual(isWithPasskeys ? ['<script src="passkey.js">'] : [])
      expect(page.page()).not.toMatch(/\son\w+=|style="/)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /)
      expect(policy.match(/(?:script|connect)-src [^;]*/g) ?? []).toEqual(
        isWithPasskeys ? ["script-src 'self'", "connect-src 'self'"] : [],
      )
      expect(headers.get('cache-control')).toBe('private, no-store')
      expect(headers.get('x-robots-tag')).toContain('noindex')
      const other = page.hrefs().at(-1) ?? ''
      await page.visit(other)
      expect(page.language()).toBe(language === 'en' ? 'es' : 'en')
    }
  })

  test('says so where a link is none, and keeps what is no token out of the cookie', async () => {
    const testApp = await createTestApp()
    const page = createPlainBrowser(testApp)
    expect((await page.visit(`${path}?token=${'x'.repeat(43)}`)).status).toBe(200)
    expect((await page.visit(`${path}?token=${encodeURIComponent('a b;c=d')}`)).status).toBe(200)
    expect((await createPlainBrowser(testApp).visit(path)).status).toBe(200)
    expect(page.page()).not.toContain('a b;c=d')
  })

  test('takes a form of its own and nothing else', async () => {
    const { app } = await createTestApp()
    const post = (headers: Record<string, string>, body: string) =>
      app.request(origin + path, { method: 'POST', headers, body })
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post({ ...form, origin: 'https://evil.example' }, 'token=a')).status).toBe(403)
    expect((await post({ origin, 'content-type': 'application/json' }, '{}')).status).toBe(415)
    expect((await post({ origin, ...form }, `token=${'a'.repeat(9_000)}`)).status).toBe(413)
    for (const body of ['', 'token=a%00b', 'token=%E0%A4%A', '__proto__=1', 'email[]=x', 'token=a&token=b']) {
      const { status } = await post({ origin, ...form }, body)
      expect(status, body).toBeGreaterThanOrEqual(400)
      expect(status, body).toBeLessThan(500)
    }
  })
})

describe.each(['verify-email', 'undo-email-change', 'not-me', 'cancel-recovery'])(
  'the link that older mails have to %s',
  (path) => {
    test('leads to the page, where no token stands in the address', async () => {
      const testApp = await createTestApp()
      const page = createPlainBrowser(testApp, { 'accept-language': 'es' })
      const token = 'x'.repeat(43)
      expect((await page.visit(`/api/v1/auth/${path}?utm_source=mail&token=${token}`)).status).toBe(200)
      expect(page.address()).toBe(`${origin}${ownPagesPath}/${path}`)
      expect(page.page()).toContain(languages.es.expired)
      expect(page.cookies.get('mailedLink')?.value).toBe(token)
    })

    test.each([
      '',
      '?token=',
      '?token=a&token=b',
      `?token=${'x'.repeat(500)}`,
      '?token=%E0%A4%A',
      '?token=a%0d%0ab',
      '?token[]=a',
      '?other',
    ])('ends in a page whatever its query is: %s', async (query) => {
      const page = createPlainBrowser(await createTestApp())
      expect((await page.visit(`/api/v1/auth/${path}${query}`)).status).toBe(200)
      expect(page.address()).toBe(`${origin}${ownPagesPath}/${path}`)
    })
  },
)

test('what is wrong is said above the form, in the language of the page, and the link stays good', async () => {
  const testApp = await createTestApp()
  await signedInBrowser(testApp)
  await forgot(testApp)
  const { links } = await lastMail(testApp, person.email, /choose a new password/i)
  const page = createPlainBrowser(testApp, { 'accept-language': 'es' })
  await page.visit(links[0] ?? '')
  for (const [password, problem] of [
    ['short', 'Use al menos 12 caracteres.'],
    [person.password, languages.es.problems.unchanged()],
  ] as const) {
    expect((await page.send({ newPassword: password })).status).toBe(400)
    expect(page.page()).toContain(`role="alert">${problem}`)
    expect(page.page()).not.toContain(password)
  }
  expect((await page.send({ newPassword })).status).toBe(200)
  const again = createPlainBrowser(testApp)
  await again.visit(links[0] ?? '')
  expect(again.page()).toContain(languages.en.expired)
  await again.visit(again.hrefs()[0] ?? '')
  expect(again.title()).toBe(languages.en.forgotPassword.title)
})

test('tries are counted', async () => {
  const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
  const page = createPlainBrowser(testApp)
  await page.visit(`${ownPagesPath}/referral-status`)
  const statuses: number[] = []
  for (let n = 0; n < 6; n++)
    statuses.push((await page.send({ trackingNumber: 'REF-2026-000001', code: 'AAAA' })).status)
  expect(statuses).toEqual([404, 404, 404, 404, 404, 429])
  expect(page.page()).toMatch(/Too many tries\. Try again in [1-9]\d? seconds?\./)
})

/** Every text, by where it is; what takes a number is called. */
const textsOf = (words: object, path = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]): [string, string][] => {
    const at = `${path}.${key}`
    if (typeof value === 'object') return textsOf(value, at)
    return [[at, typeof value === 'function' ? value(12, 20) : value]]
  })

test('every language says everything that another one says, and in its own words', () => {
  const english = new Map(textsOf(languages.en))
  expect(english.size).toBeGreaterThan(80)
  for (const [language, words] of Object.entries(languages)) {
    const texts = textsOf(words)
    expect(words.language).toBe(language)
    expect(texts.map(([at]) => at)).toEqual([...english.keys()])
    if (language === 'en') continue
    expect(texts.filter(([at, text]) => text.trim() === '' || text === english.get(at))).toEqual([])
  }
})

test('no mail leads anywhere but to one of these pages', async () => {
  const calls: string[] = []
  for (const file of await readdir('src/core', { recursive: true }))
    if (file.endsWith('.ts') && !file.includes('.test.'))
      for (const [, page = ''] of (await readFile(`src/core/${file}`, 'utf8')).matchAll(
        /\blinkTo\(([^,)]+)/g,
      ))
        if (!page.startsWith('page:')) calls.push(page)
  const named = calls.map((page) => /(?:^|[.{])pages\.(\w+)/.exec(page)?.[1] ?? page)
  expect(new Set(named)).toEqual(new Set(Object.keys(mailedPages)))
})
