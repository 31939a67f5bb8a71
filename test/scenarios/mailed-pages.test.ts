import { expect, test } from 'vitest'
import { ownPages } from '../own-pages.ts'
import { useTarget } from './target.ts'

/* The pages that mails lead to, as a browser without script meets them on every runtime. */

const { send } = useTarget()
const pages = '/api/v1/auth/pages'
const browser = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'accept-language': 'es' }
const token = 'x'.repeat(43)

test('the link of an older mail goes on to a page, and the token from the address into a cookie of that page', async () => {
  const first = await send(`/api/v1/auth/verify-email?token=${token}`, {
    redirect: 'manual',
    headers: browser,
  })
  expect(first.status).toBe(303)
  const second = await send(first.headers.get('location') ?? '', { redirect: 'manual', headers: browser })
  expect([second.status, second.headers.get('location')]).toEqual([303, `${pages}/verify-email`])
  const cookie = second.headers.getSetCookie().find((line) => line.startsWith('mailedLink=')) ?? ''
  expect(cookie).toMatch(/HttpOnly/i)
  expect(cookie).toMatch(new RegExp(`Path=${pages}/verify-email(?:;|$)`, 'i'))
  const page = await send(`${pages}/verify-email`, { headers: { ...browser, cookie: `mailedLink=${token}` } })
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Este enlace ya se usó o ha caducado.')
})

test.each(ownPages)('%s is a page for nobody else', async (path) => {
  const answer = await send(path, { headers: browser })
  expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([200, 'text/html'])
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(await answer.text()).toContain('<html lang="es">')
})

test('a form is taken, and what is wrong with it is said on the page', async () => {
  const { origin } = new URL((await send(`${pages}/forgot-password`)).url)
  const post = (path: string, fields: Record<string, string>, from = origin) =>
    send(`${pages}/${path}`, {
      method: 'POST',
      headers: { ...browser, origin: from, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
  const asked = await post('forgot-password', { email: 'nobody@example.org' })
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('un enlace va en camino')])
  for (const [answer, status] of [
    [await post('referral-status', { trackingNumber: 'REF-2026-000001', code: 'AAAA-AAAA' }), 404],
    [await post('forgot-password', { email: 'nobody@example.org' }, 'https://evil.example'), 403],
    [await post('forgot-password', { email: 'x'.repeat(9_000) }), 413],
    [await send(`${pages}/nothing`, { headers: browser }), 404],
  ] as const) {
    expect(answer.status).toBe(status)
    expect(await answer.text()).toMatch(/<html lang="es">[\s\S]*<h1>/)
  }
})
