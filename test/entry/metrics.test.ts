import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { type RunningServer, startServer } from '../server.ts'

const directory = mkdtempSync(join(tmpdir(), 'metrics-'))
let server: RunningServer
beforeAll(async () => {
  server = await startServer({ DATA_DIR: directory, METRICS_PORT: '0' })
})
afterAll(async () => {
  await server?.stop()
  rmSync(directory, { recursive: true, force: true })
})

const operations = () => {
  const line = server.lines.find((each) => each.includes('"metrics_served"')) ?? '{}'
  return `http://127.0.0.1:${JSON.parse(line).port}`
}

test('the port for operations has metrics and nothing else, and asks nobody who they are', async () => {
  await fetch(`${server.url}/api/v1/courses`)
  const answer = await fetch(`${operations()}/metrics`)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await answer.text()
  expect(text).toMatch(
    /^http_server_request_duration_seconds_count\{.*http_route="\/api\/v1\/courses".*\} 1$/m,
  )
  expect(text).toMatch(/^db_client_operation_duration_seconds_count\{db_system_name="sqlite".*\} \d+$/m)
  expect(text).toMatch(/^realtime_connections 0$/m)
  expect(text).toMatch(/^jobs_last_success_age_seconds\{app_job_name="send-mail"\} /m)
  expect((await fetch(`${operations()}/metrics`, { method: 'POST' })).status).toBe(405)
  for (const path of ['/', '/api/v1/courses', '/api/healthz'])
    expect((await fetch(operations() + path)).status).toBe(404)
  // The port for people wants to know who asks.
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401)
})

test.each([
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }, /OTEL_EXPORTER_OTLP_HEADERS: needs/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a.example', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }, /in clear/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://a.example', OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, /key=value/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'a.example:4317' }, /http or https/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://a.example', TELEMETRY: 'off' }, /needs TELEMETRY=on/],
  [{ TELEMETRY_SAMPLE_RATE: '1.5' }, /TELEMETRY_SAMPLE_RATE/],
])('what cannot be sent as it is set is refused, and no secret is told: %o', (environment, text) => {
  expect(() => readConfig(environment)).toThrow(text)
  expect(() => readConfig(environment)).not.toThrow(/secret\b.*=/)
})

test('headers are read as OpenTelemetry writes them', () => {
  const { secrets } = readConfig({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://a.example',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x-other = c=d',
  })
  expect(secrets.otlpHeaders).toEqual({ 'api-key': 'a b', 'x-other': 'c=d' })
})

test.each([
  [{ METRICS_PORT: '9464', TELEMETRY: 'off' }, 'node'],
  [{ METRICS_PORT: '9464' }, 'functions'],
  [{ METRICS_PORT: '9464' }, 'workerd'],
] as const)('where it cannot be served the start says so: %o on %s', (environment, runtime) => {
  expect(() => readConfig(environment, { runtime })).toThrow(/METRICS_PORT/)
})
