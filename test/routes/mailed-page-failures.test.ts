import { describe, expect, test } from 'vitest'
import { mailedPages, ownPagesPath } from '../../src/core/platform/mail/mailed-pages.model.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { languages } from '../../src/routes/mailed-pages/languages.ts'
import { createTestApp, origin, type TestApp } from '../app.ts'
import { ownPages } from '../own-pages.ts'
import { type Journey, journeys } from './mailed-journeys.ts'
import { createPlainBrowser } from './plain-browser.ts'

/* Whoever followed a link from a mail reads words, whatever goes wrong; a program reads JSON. */

const form = { 'content-type': 'application/x-www-form-urlencoded', origin }
const token = 'x'.repeat(43)

async function expectPage(answer: Response, status: number, language: 'en' | 'es' = 'en') {
  const text = await answer.clone().text()
  expect(answer.status, text).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(answer.headers.get('x-robots-tag')).toContain('noindex')
  expect(text).toContain(`<html lang="${language}">`)
  expect(text).toMatch(/<h1>[^<]+<\/h1>/)
  expect(text).not.toMatch(/<script(?! src="passkey\.js"><\/script>)|"error"/)
  return text
}

const visit = ({ app }: TestApp, path: string, headers: Record<string, string> = {}) =>
  app.request(origin + path, { headers: { cookie: `mailedLink=${token}`, ...headers } })
const send = (
  { app }: TestApp,
  path: string,
  body = `token=${token}`,
  headers: Record<string, string> = form,
) =>
  app.request(origin + path, { method: 'POST', headers: { cookie: `mailedLink=${token}`, ...headers }, body })

/** Stores that fail in this way from when they are told to. */
function failing(failure: () => Error) {
  let isDown = false
  const of = <T extends object>(port: T) =>
    new Proxy(port, {
      get: (target, name) => (isDown ? async () => Promise.reject(failure()) : Reflect.get(target, name)),
    })
  return {
    ports: ({ documents, mailQueue, submissions }: Ports) => ({
      documents: of(documents),
      mailQueue: of(mailQueue),
      submissions: of(submissions),
    }),
    begin: () => {
      isDown = true
    },
  }
}
const failures = {
  503: () => new PortUnavailable('documents', { retryAfterSeconds: 7 }),
  500: () => new TypeError('nobody foresaw this'),
} as const
const walked = Object.entries(journeys) as [keyof typeof journeys, Journey][]
/** They ask nobody before something is typed, or pressed. */
const asksNobody = ['forgotPassword', 'dataExport', 'referralStatus', 'unsubscribe']

describe.each([503, 500] as const)('the stores answer with what becomes %s', (status) => {
  test.each(walked)('%s', async (name, journey) => {
    const { ports, begin } = failing(failures[status])
    const testApp = await createTestApp({ environment: { ...journey.environment }, ports })
    const { links, typed = journey.type ?? {} } = await journey.begin(testApp)
    const path = `${ownPagesPath}/${mailedPages[name].ours}`
    const link = links.find((each) => each.split('?')[0] === origin + path) ?? ''
    const page = createPlainBrowser(testApp, { 'accept-language': 'es' })
    expect((await page.visit(link)).status).toBe(200)
    begin()
    const sent = await expectPage(await page.send(typed), status, 'es')
    for (const secret of Object.values(typed)) expect(sent).not.toContain(secret)
    if (status === 500) expect(sent).toContain(languages.es.failed.reference)
    else expect(sent).toContain('dentro de 7 segundos')
    expect(sent).toContain(`href="${path}?lang=es"`)
    if (!asksNobody.includes(name)) await expectPage(await page.visit(link), status, 'es')
  })
})

test.each([...ownPages, '/api/v1/auth/verify-email', '/api/v1/auth/cancel-recovery'])(
  'too many looks at %s: it says when to come back',
  async (path) => {
    const testApp = await createTestApp({
      environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '1' },
    })
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
    await visit(testApp, path, browser)
    const answer = await visit(testApp, path, browser)
    const text = await expectPage(answer, 429)
    expect(text).toContain(`Try again in ${answer.headers.get('retry-after')} second`)
  },
)

test('a program that asks at the address of the contract reads JSON', async () => {
  const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '1' } })
  await visit(testApp, '/api/v1/auth/verify-email')
  for (const headers of [{}, { accept: 'application/json' }, { accept: '*/*' }]) {
    const answer = await visit(testApp, '/api/v1/auth/verify-email', headers as Record<string, string>)
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
  }
})

test('too many tries leave the form where it is', async () => {
  const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
  const page = createPlainBrowser(testApp)
  for (let n = 0; n < 6; n++) {
    await page.visit(`${ownPagesPath}/verify-email?token=${token}`)
    await send(testApp, `${ownPagesPath}/verify-email`)
  }
  const { status } = await send(testApp, `${ownPagesPath}/forgot-password`, 'email=ann@example.com')
  expect(status).toBe(429)
  await page.visit(`${ownPagesPath}/forgot-password`)
  expect((await page.send({ email: 'ann@example.com' })).status).toBe(429)
  expect(page.page()).toMatch(/role="alert">Too many tries/)
  expect(page.page()).toContain('name="email"')
})

test.each(['', '/', '/nothing', '/verify-email/', '/verify-email/more', '/..%2f'])(
  'there is no page at %s, and a page says so',
  async (path) => {
    const testApp = await createTestApp()
    const text = await expectPage(await visit(testApp, ownPagesPath + path), 404)
    expect(text).toContain(languages.en.noPage.text)
    await expectPage(await visit(testApp, `${ownPagesPath}${path}?lang=es`), 404, 'es')
  },
)

describe.each(ownPages)('what is sent to %s', (path) => {
  test('from another site, too long, or as something else is answered by a page', async () => {
    const testApp = await createTestApp()
    await expectPage(await send(testApp, path, 'token=a', { ...form, origin: 'https://evil.example' }), 403)
    await expectPage(await send(testApp, path, `token=${'a'.repeat(9_000)}`), 413)
    await expectPage(await send(testApp, path, '{}', { origin, 'content-type': 'application/json' }), 415)
    const chunked = await send(testApp, path, 'token=%00')
    expect(chunked.headers.get('content-type')).toMatch(/^text\/html/)
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await testApp.app.request(origin + path, { method, headers: { origin } })
      await expectPage(answer, 405)
      expect(answer.headers.get('allow')).toBe('GET, HEAD, POST, OPTIONS')
    }
  })

  test('past the Front Door is answered by a page too', async () => {
    const testApp = await createTestApp({
      environment: {
        ORIGIN_LOCK: 'front-door',
        FRONT_DOOR_ID: '11111111-2222-3333-4444-555555555555',
        CLIENT_ADDRESS: 'front-door',
      },
    })
    await expectPage(await visit(testApp, path), 403)
  })
})
