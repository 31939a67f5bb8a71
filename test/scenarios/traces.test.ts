import { afterAll, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { startApplicationInsights } from '../stand-ins/application-insights.ts'
import { startOtlp } from '../stand-ins/otlp.ts'
import { useTarget } from './target.ts'

const collector = await startOtlp()
const insights = await startApplicationInsights()
afterAll(() => Promise.all([collector.close(), insights.close()]))

const { openBrowser, printed, send } = useTarget({
  environment: {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=${insights.url}/`,
    TELEMETRY_SAMPLE_RATE: '1',
  },
})

const linesOf = (event: string) =>
  printed()
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
    .filter((line) => line.event === event)

test('every line of a request has the ids of its trace, which no other request has', async () => {
  const { call } = openBrowser()
  await Promise.all([
    // Of what nothing in between answers.
    ...Array.from({ length: 5 }, () => send('/api/v1/users/me')),
    call('POST', '/api/v1/auth/login', { body: { email: 'admin@example.org', password: demoPassword } }),
  ])
  await expect.poll(() => linesOf('request').length).toBeGreaterThanOrEqual(6)
  const requests = linesOf('request')
  for (const { trace_id, span_id } of requests) {
    expect(trace_id).toMatch(/^(?!0{32})[\da-f]{32}$/)
    expect(span_id).toMatch(/^(?!0{16})[\da-f]{16}$/)
  }
  expect(new Set(requests.map(({ trace_id }) => trace_id)).size).toBe(requests.length)
})

test('administrators, and programs by a token, get the metrics of the process that answers', async () => {
  const { call } = openBrowser()
  const account = { email: 'admin@example.org', password: demoPassword }
  await call('POST', '/api/v1/auth/login', { body: account })
  await call('POST', '/api/v1/auth/step-up', { body: { password: demoPassword } })
  const { body } = await call('POST', '/api/v1/admin/service-tokens', {
    body: { name: 'Prometheus', scopes: ['metrics:read'] },
  })
  const answer = await send('/metrics', { headers: { authorization: `Bearer ${body.token}` } })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await answer.text()).toMatch(/^http_server_request_duration_seconds_count\{.*\} \d+$/m)
  expect((await send('/metrics')).status).toBe(401)
})

test('a stranger who names a trace is linked; only a host that takes strangers in goes on with it', async () => {
  const traceId = 'c'.repeat(31)
  const named = Array.from({ length: 3 }, (_, n) => `${traceId}${n}`)
  for (const each of named)
    await send('/api/healthz', { headers: { traceparent: `00-${each}-${'d'.repeat(16)}-01` } })
  const linked = () => linesOf('request').filter(({ linkedTraceId }) => named.includes(linkedTraceId))
  await expect.poll(() => linked().length).toBe(3)
  const host = new Set(linesOf('host_invocation').map(({ trace_id }) => trace_id))
  for (const { trace_id, span_id } of linked()) {
    expect(named.includes(trace_id)).toBe(host.has(trace_id))
    expect(span_id).not.toBe('d'.repeat(16))
  }
})

test('spans come to a collector, those of the host being the parents of ours, and nothing that somebody typed', async () => {
  const { call } = openBrowser()
  const canary = 'qx7canary'
  await call('POST', '/api/v1/auth/signup', {
    body: { email: `${canary}@example.com`, password: `${canary}Secure123!`, name: canary },
  })
  await call('PATCH', '/api/v1/users/me', { body: { name: `${canary} again` } })
  await call('POST', '/api/v1/forms/contact', {
    body: {
      name: canary,
      email: `${canary}@example.net`,
      subject: canary,
      message: `${canary}, how are you?`,
    },
    headers: { 'user-agent': canary, referer: `https://${canary}.example.com/` },
  })
  const requests = () => collector.spans.filter(({ kind }) => kind === 2)
  const named = (name: string) => requests().filter((span) => span.name === name)
  await expect
    .poll(() => named('POST /api/v1/forms/contact').length, { timeout: 20_000 })
    .toBeGreaterThanOrEqual(1)
  expect(collector.refused).toEqual([])
  expect(named('POST /api/v1/auth/signup')).toHaveLength(1)

  const hosts = new Map(linesOf('host_invocation').map(({ span_id, trace_id }) => [span_id, trace_id]))
  for (const { parentSpanId, traceId } of requests())
    if (hosts.size === 0) expect(parentSpanId).toBe('')
    else expect(hosts.get(parentSpanId)).toBe(traceId)

  const [signUp] = named('POST /api/v1/auth/signup')
  const inner = collector.spans.filter(({ traceId }) => traceId === signUp?.traceId)
  expect(inner.map(({ name }) => name)).toContain('hasher.hash')
  const ids = new Set(inner.map(({ spanId }) => spanId))
  for (const { spanId, parentSpanId } of inner)
    expect(spanId === signUp?.spanId || ids.has(parentSpanId)).toBe(true)

  const rowOf = () => insights.rows.find(({ facts }) => facts['id'] === signUp?.spanId)
  await expect.poll(rowOf, { timeout: 20_000 }).toMatchObject({
    table: 'RequestData',
    itemCount: 1,
    role: 'tools-inc-api',
    facts: { name: 'POST /api/v1/auth/signup', success: true, responseCode: '201' },
  })
  expect(rowOf()?.operation['ai.operation.id']).toBe(signUp?.traceId)
  expect(rowOf()?.operation['ai.operation.parentId'] ?? '').toBe(signUp?.parentSpanId)
  expect(insights.refused).toEqual([])

  const sent = [...collector.texts, ...insights.texts, JSON.stringify(collector.headers), printed()]
    .join('\n')
    .toLowerCase()
  expect(sent).not.toContain(canary)
})
