import { expect, test } from 'vitest'
import { boundsOf, definitionOf, type MetricName, metricDefinitions } from '../../ports/metrics.ts'
import { closedSet, httpStatus, statusClass } from '../../ports/telemetry-facts.ts'
import { createMetrics } from './metrics.ts'
import { prometheusText } from './prometheus.ts'

const jobName = closedSet(() => ['send-mail', 'odd "name"\\\n'])

test('what is measured is counted by the facts of its metric alone', () => {
  const { measure, count, read } = createMetrics()
  const get = { 'http.request.method': 'GET', 'http.response.status_class': '2xx' } as const
  for (const seconds of [0.001, 0.002, 0.2, 100]) measure('http.server.request.duration', seconds, get)
  // The exact status is a fact of the step, and none of this metric.
  measure('http.server.request.duration', 0.3, { ...get, 'http.response.status_code': httpStatus(204) })
  measure('http.server.request.duration', 0.3, { ...get, 'http.request.method': 'POST' })
  count('auth.login.success', { 'app.login.way': 'password' })
  count('auth.login.success', { 'app.login.way': 'password' }, 2)
  const [requests, logins] = read()
  expect(requests?.name).toBe('http.server.request.duration')
  expect(requests?.points).toMatchObject([
    { kind: 'histogram', facts: get, count: 5, sum: 100.503 },
    { kind: 'histogram', facts: { 'http.request.method': 'POST' }, count: 1 },
  ])
  const [{ buckets }] = (requests?.points ?? []) as unknown as [{ buckets: number[] }]
  expect(buckets).toHaveLength(boundsOf('http.server.request.duration').length + 1)
  expect(buckets.reduce((sum, n) => sum + n, 0)).toBe(5)
  expect([buckets[0], buckets[1], buckets.at(-1)]).toEqual([1, 1, 1])
  expect(logins?.points).toEqual([{ kind: 'counter', facts: { 'app.login.way': 'password' }, value: 3 }])
})

test('a gauge is asked when somebody looks, and says nothing where there is nothing', () => {
  const { gauge, read } = createMetrics()
  let dead: number | null = null
  gauge('mail.dead', () => dead)
  gauge('jobs.last_success_age', () => 5, { 'app.job.name': jobName('send-mail') })
  expect(read().map(({ name }) => name)).toEqual(['jobs.last_success_age'])
  dead = 2
  expect(read().find(({ name }) => name === 'mail.dead')?.points).toEqual([
    { kind: 'gauge', facts: {}, value: 2 },
  ])
  gauge('mail.dead', () => Number.NaN)
  expect(read().map(({ name }) => name)).toEqual(['jobs.last_success_age'])
})

test('what is no number is not measured', () => {
  const { measure, read } = createMetrics()
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) measure('hasher.wait', value)
  expect(read()).toEqual([])
})

test('as text for Prometheus', () => {
  const { measure, count, gauge, read } = createMetrics()
  for (const seconds of [0.004, 0.004, 0.3]) measure('hasher.wait', seconds)
  count('auth.login.error', { 'app.login.way': 'password', 'app.login.reason': 'invalid_credentials' })
  gauge('jobs.last_success_age', () => 1.5, { 'app.job.name': jobName('odd "name"\\\n') })
  const text = prometheusText(read())
  expect(text).toContain('# TYPE hasher_wait_seconds histogram\n')
  expect(text).toContain(
    'hasher_wait_seconds_bucket{le="0.0025"} 0\nhasher_wait_seconds_bucket{le="0.005"} 2\n',
  )
  expect(text).toContain('hasher_wait_seconds_bucket{le="+Inf"} 3\nhasher_wait_seconds_sum 0.308\n')
  expect(text).toContain(
    'auth_login_error_total{app_login_way="password",app_login_reason="invalid_credentials"} 1\n',
  )
  expect(text).toContain('jobs_last_success_age_seconds{app_job_name="odd \\"name\\"\\\\\\n"} 1.5\n')
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) )?[a-z_]+(\{.*\})? \S/)
})

test('every metric has a name, a unit and facts that bound it', () => {
  for (const name of Object.keys(metricDefinitions) as MetricName[]) {
    const { says, by } = definitionOf(name)
    expect(name).toMatch(/^[a-z_]+(\.[a-z_]+)+$/)
    expect(says).toMatch(/\.$/)
    expect(new Set(by).size).toBe(by.length)
  }
  expect([100, 204, 304, 404, 599].map((code) => statusClass(httpStatus(code)))).toEqual([
    '1xx',
    '2xx',
    '3xx',
    '4xx',
    '5xx',
  ])
})
