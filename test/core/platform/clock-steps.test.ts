import { describe, expect, test } from 'vitest'
import { browserOf, createTestApp, signedInBrowser } from '../../app.ts'

/* The clock of a machine is set while the app runs: nothing that was to last seconds lasts a day. */

const dayMs = 24 * 60 * 60_000
const minuteMs = 60_000
const me = '/api/v1/users/me'
const password = 'SecurePass123!'

describe.each([
  ['a day back', -dayMs],
  ['a day forward', dayMs],
])('the clock goes %s', (_, stepMs) => {
  test('everybody is served, and stays signed in or signs in again', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    testApp.clock.advance(stepMs)
    for (const path of [
      '/api/healthz',
      '/api/readyz',
      '/api/v1/courses',
      '/api/openapi.json',
      '/api/jwks.json',
    ])
      expect([path, (await browserOf(testApp).call('GET', path)).status]).toEqual([path, 200])
    const first = await ann.call('GET', me)
    if (first.status !== 200) {
      expect(first.status).toBe(401)
      expect((await ann.call('POST', '/api/v1/auth/refresh')).status).toBe(200)
    }
    expect((await ann.call('GET', me)).status).toBe(200)
    expect((await ann.call('PATCH', me, { body: { name: 'After It' } })).body.name).toBe('After It')
    expect((await ann.call('GET', me)).body.name).toBe('After It')
  })

  test('whoever has used up a limit waits for one window at most', async () => {
    const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
    const { call } = browserOf(testApp)
    const statuses: number[] = []
    for (let i = 0; i < 101; i++) statuses.push((await call('GET', '/api/v1/courses')).status)
    expect(statuses.at(-1)).toBe(429)
    testApp.clock.advance(stepMs)
    const refused = await call('GET', '/api/v1/courses')
    if (refused.status === 429) expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    testApp.clock.advance(minuteMs)
    expect((await call('GET', '/api/v1/courses')).status).toBe(200)
  })

  test('an account that waits out guesses is open within a quarter of an hour', async () => {
    const testApp = await createTestApp()
    const { email } = (await (await signedInBrowser(testApp)).call('GET', me)).body
    const logIn = (given: string) =>
      browserOf(testApp).call('POST', '/api/v1/auth/login', { body: { email, password: given } })
    for (let i = 0; i < 8; i++) await logIn('Wrong-Guess-123!')
    expect((await logIn(password)).status).toBe(401)
    testApp.clock.advance(stepMs)
    testApp.clock.advance(15 * minuteMs)
    expect((await logIn(password)).status).toBe(200)
  })

  test('what a person has proven lately counts for no longer', async () => {
    const testApp = await createTestApp()
    const ann = await signedInBrowser(testApp)
    const stepUp = () => ann.call('POST', '/api/v1/auth/step-up', { body: { password } })
    await stepUp()
    testApp.clock.advance(stepMs)
    if ((await ann.call('GET', me)).status === 401) await ann.call('POST', '/api/v1/auth/refresh')
    const asked = await ann.call('GET', `${me}/data-export`)
    expect([asked.status, asked.body.error?.code]).toEqual([403, 'step_up_required'])
    expect((await stepUp()).status).toBe(200)
    expect((await ann.call('GET', `${me}/data-export`)).status).toBeLessThan(300)
  })
})
