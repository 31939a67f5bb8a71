import { expect, test } from 'vitest'
import { demoPassword, demoStaff } from '../../entry/demo.ts'
import { useTarget } from './target.ts'

const { send, openBrowser } = useTarget()

const hrefs = (page: string): string[] =>
  [...page.matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href)

test('the first page leads to everything that is there', async () => {
  const response = await send('/')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  const page = await response.text()
  expect(page).toContain('<!doctype html>')

  const links = hrefs(page)
  expect(links).toEqual(expect.arrayContaining(['/api/docs', '/dev/mailbox', '/api/v1/courses', '#demo']))
  for (const href of links) {
    if (href.startsWith('#')) expect(page).toContain(`id="${href.slice(1)}"`)
    else expect((await send(href)).status, href).toBe(200)
  }
  const isChatBuilt = !(await (await send('/dev/chat')).text()).includes('has not been built')
  expect(links.includes('/dev/chat')).toBe(isChatBuilt)
})

test('the sign-in it shows works as written', async () => {
  const page = await (await send('/')).text()
  for (const { email } of demoStaff) expect(page).toContain(email)
  expect(page).toContain(demoPassword)
  const [, path = '', body = ''] = /curl \S+?(\/api\/\S+) [\s\S]*?-d '([^']+)'/.exec(page) ?? []
  const answer = await openBrowser().call('POST', path, { body: JSON.parse(body.replaceAll('&quot;', '"')) })
  expect(answer).toMatchObject({ status: 200, body: { user: { email: 'learner@example.org' } } })
})
