import { expect, test } from 'vitest'
import { createTestApp, origin } from '../app.ts'
import { ownPages } from '../own-pages.ts'

/* A browser that finds no icon asks for /favicon.ico, which is not there and which the page's own policy forbids. */

const pages = [
  '/',
  '/api/docs',
  '/dev/chat',
  '/console',
  '/dev/mailbox',
  '/dev/telemetry',
  '/api/v1/shared',
  '/certificates/K7QF-2M9D-X4RT-8HWB',
  ...ownPages,
]

test.each(pages)('%s brings an icon, and lets it be shown', async (path) => {
  const { app } = await createTestApp()
  const answer = await app.request(origin + path, { headers: { accept: 'text/html' } })
  const page = await answer.text()
  expect(answer.headers.get('content-type')).toContain('text/html')
  const [, href = ''] = /<link rel="icon" href="([^"]+)"/.exec(page) ?? []
  const policy = answer.headers.get('content-security-policy') ?? ''
  expect(policy).toMatch(href.startsWith('data:') ? /img-src [^;]*data:/ : /img-src [^;]*'self'/)
})
