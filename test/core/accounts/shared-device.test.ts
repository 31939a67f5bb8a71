import { expect, test } from 'vitest'
import { browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'

const auth = '/api/v1/auth'
const { email, password } = person
const minute = 60_000

async function sharedLogin(testApp: TestApp) {
  await signedInBrowser(testApp)
  const browser = browserOf(testApp)
  const answer = await browser.call('POST', `${auth}/login`, {
    body: { email, password, sharedDevice: true },
  })
  return { ...browser, answer }
}

test('on a shared computer the cookies go with the browser, also after a refresh', async () => {
  const { answer, call } = await sharedLogin(await createTestApp())
  const refreshed = await call('POST', `${auth}/refresh`)
  for (const { headers } of [answer, refreshed]) {
    const lines = headers.getSetCookie()
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).not.toMatch(/max-age|expires/i)
  }
})

test('a shared computer is signed out after ten idle minutes; one of one’s own is not', async () => {
  const testApp = await createTestApp()
  const shared = await sharedLogin(testApp)
  const own = browserOf(testApp)
  await own.call('POST', `${auth}/login`, { body: { email, password } })
  testApp.clock.advance(9 * minute)
  expect((await shared.call('POST', `${auth}/refresh`)).status).toBe(200)
  testApp.clock.advance(10 * minute)
  expect((await shared.call('GET', '/api/v1/users/me')).status).toBe(401)
  expect((await shared.call('POST', `${auth}/refresh`)).status).toBe(401)
  expect((await own.call('POST', `${auth}/refresh`)).status).toBe(200)
})

test('the idle limit of the portal is a setting', async () => {
  const testApp = await createTestApp({ environment: { SESSION_IDLE_MINUTES: '30' } })
  const ann = await signedInBrowser(testApp)
  testApp.clock.advance(29 * minute)
  expect((await ann.call('POST', `${auth}/refresh`)).status).toBe(200)
  testApp.clock.advance(30 * minute)
  expect((await ann.call('POST', `${auth}/refresh`)).status).toBe(401)
})

test('logging out of a shared computer empties the browser; elsewhere it does not', async () => {
  const testApp = await createTestApp()
  const shared = await sharedLogin(testApp)
  const own = browserOf(testApp)
  await own.call('POST', `${auth}/login`, { body: { email, password } })
  const header = async ({ call }: typeof own) =>
    (await call('POST', `${auth}/logout`)).headers.get('clear-site-data')
  expect(await header(shared)).toBe('"cache", "cookies", "storage"')
  expect(await header(own)).toBeNull()
})

test('quick exit ends the session and empties the browser, with or without a session', async () => {
  const testApp = await createTestApp()
  const ann = await signedInBrowser(testApp)
  const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (const browser of [ann, browserOf(testApp)]) {
    const answer = await browser.call('POST', `${auth}/quick-exit`)
    expect(answer.status).toBe(204)
    expect(answer.headers.get('clear-site-data')).toContain('"storage"')
  }
  expect((await browserOf(testApp).call('GET', '/api/v1/users/me', { headers: { cookie } })).status).toBe(401)
})
