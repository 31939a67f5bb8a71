import { describe, expect, test } from 'vitest'
import { createTestApp, origin, person, productionEnvironment, signedInBrowser } from '../../app.ts'
import { staffMember } from '../learning/course-people.ts'
import { createObservedApp } from './observed-app.ts'

const seenPath = '/dev/telemetry/seen'

describe('metrics', () => {
  test('are fetched by administrators and by programs whose scope names them, and by nobody else', async () => {
    const testApp = await createObservedApp()
    const admin = await staffMember(testApp, 'Ada', 'admin')
    const mentor = await staffMember(testApp, 'Mo', 'mentor')
    await admin.call('POST', '/api/v1/auth/step-up', { body: { password: admin.logIn.password } })
    const tokenFor = async (scope: string) => {
      const made = await admin.call('POST', '/api/v1/admin/service-tokens', {
        body: { name: 'Prometheus', scopes: [scope] },
      })
      return made.body.token as string
    }
    const fetchBy = (token: string | null) =>
      testApp.app.request(`${origin}/metrics`, {
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      })
    const answer = await fetchBy(await tokenFor('metrics:read'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(answer.headers.get('cache-control')).toMatch(/no-store/)
    expect(await answer.text()).toMatch(
      /^http_server_request_duration_seconds_count\{.*auth\/login.*\} \d+$/m,
    )
    expect((await admin.call('GET', '/metrics')).status).toBe(200)
    expect((await mentor.call('GET', '/metrics')).status).toBe(403)
    expect((await fetchBy(await tokenFor('reports:read'))).status).toBe(403)
    expect((await fetchBy(null)).status).toBe(401)
    expect((await fetchBy('tools_svc_nonsense')).status).toBe(401)
  })
})

describe('the page of developers', () => {
  test('is not there in production, nor where nothing is observed', async () => {
    const production = await createTestApp({ environment: productionEnvironment })
    const silent = await createTestApp({
      ports: ({ observations }) => ({ observations: { ...observations, traces: null } }),
    })
    for (const { app } of [production, silent])
      for (const path of ['/dev/telemetry', `${seenPath}/0`, '/dev/telemetry/licenses.txt'])
        expect((await app.request(origin + path)).status, path).toBe(404)
  })

  test('is told what came since it last asked, and how long the routes take', async () => {
    const { app } = await createObservedApp()
    const seen = async (after: number | string) =>
      (await (await app.request(`${origin}${seenPath}/${after}`)).json()) as any
    await app.request(`${origin}/api/v1/courses`)
    const first = await seen(0)
    expect(first.traces).toHaveLength(1)
    const [{ number, traceId, steps, durationMs }] = first.traces
    expect(traceId).toMatch(/^[\da-f]{32}$/)
    expect(steps[0]).toMatchObject({ name: 'request', parentSpanId: null, afterMs: 0, failure: null })
    expect(steps[0].durationMs).toBeCloseTo(durationMs, 1)
    for (const { parentSpanId } of steps.slice(1)) expect(parentSpanId).toBe(steps[0].spanId)
    const route = first.routes.find((each: any) => each.route === '/api/v1/courses')
    expect(route).toMatchObject({ method: 'GET', statusClass: '2xx', count: 1 })
    expect(route.buckets).toHaveLength(first.bounds.length + 1)
    expect((await seen(number)).traces).toEqual([])
    await app.request(`${origin}/api/healthz`)
    expect((await seen(number)).traces).toHaveLength(1)
    // Whatever else is asked for: all that there is.
    for (const odd of ['NaN', '-1', '1e999x', '%00', '9'.repeat(400)])
      expect((await app.request(`${origin}${seenPath}/${odd}`)).status).toBe(200)
    expect((await seen('nonsense')).traces).toHaveLength(2)
  })

  test('has nothing of anybody: what is marked in every field, path and header stays away', async () => {
    const testApp = await createObservedApp()
    const { app } = testApp
    const mark = 'Zq7canary'
    const browser = await signedInBrowser(testApp, {
      ...person,
      email: `${mark}@example.com`,
      name: mark,
      password: `${mark}-SecurePass123!`,
    })
    await browser.call('PATCH', '/api/v1/users/me', { body: { name: `${mark} ${mark}` } })
    for (const path of [`/api/v1/courses/${mark}`, `/${mark}`, `/api/v1/courses?search=${mark}`])
      await app.request(origin + path, {
        headers: { 'user-agent': mark, traceparent: mark, cookie: `a=${mark}`, 'x-request-id': mark },
      })
    await app.request(`${origin}/api/v1/courses`, { method: mark })
    await testApp.settled()
    const answer = await (await app.request(`${origin}${seenPath}/0`)).text()
    expect(answer).toContain('/api/v1/users/me')
    expect(answer.toLowerCase()).not.toContain(mark.toLowerCase())
    const { id } = (await browser.call('GET', '/api/v1/users/me')).body
    expect(answer).not.toContain(id)
    expect(testApp.ports.observations.prometheus().text.toLowerCase()).not.toContain(mark.toLowerCase())
  })
})
