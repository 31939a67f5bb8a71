import { expect, test } from 'vitest'
import { greetingOf, referenceOf } from '../../../src/core/platform/mail/mail.model.ts'
import { createTestApp, origin, productionEnvironment } from '../../app.ts'

const reference = referenceOf('REF-2026-000125')
const read = async (app: Awaited<ReturnType<typeof createTestApp>>['app'], path = '', accept = 'text/html') =>
  app.request(`${origin}/dev/mailbox${path}`, { headers: { accept } })

test('outside production, kept mail is shown as a page, a message and JSON', async () => {
  const { app, mail, settled } = await createTestApp()
  const greeting = greetingOf('Ann')
  await mail.enqueue(
    { template: 'form_received', language: 'en', to: 'a&b@example.com', greeting, reference },
    'form 1',
  )
  await settled()
  const list = await (await read(app, '', 'application/json')).json()
  expect(list).toMatchObject({
    items: [
      {
        to: 'a&b@example.com',
        subject: 'We have received your message',
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      },
    ],
  })
  expect(list.items[0].text).toContain('Hello Ann,')
  const page = await read(app)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  const shown = await page.text()
  expect(shown).toContain('to a&amp;b@example.com')
  expect(shown).toContain('Auto-Submitted: auto-generated\n')
  // A time that a person reads, and the exact one beside it.
  expect(shown).toMatch(/<time datetime="\d{4}-[^"]*Z">\d{4}-\d\d-\d\d \d\d:\d\d UTC<\/time>/)
  expect(await (await read(app, `/${list.items[0].id}`)).text()).toContain('<!doctype html>')
  expect((await read(app, '/unknown')).status).toBe(404)
})

test('in production, or where mail is really sent, there is no mailbox', async () => {
  const production = await createTestApp({ environment: productionEnvironment })
  expect((await read(production.app)).status).toBe(404)
  const sending = await createTestApp({ ports: () => ({ mailbox: null }) })
  expect((await read(sending.app)).status).toBe(404)
})
