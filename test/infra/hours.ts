import { AsyncLocalStorage } from 'node:async_hooks'
import { everySeconds } from '../../scripts/slo/jobs.ts'
import { uptimeTests } from '../../scripts/slo/objectives.ts'
import type { Envelope } from '../../src/adapters/application-insights/envelopes.ts'
import { createApplicationInsightsExporter } from '../../src/adapters/application-insights/exporter.ts'
import { createMetrics } from '../../src/adapters/tracing/metrics.ts'
import { createSampling } from '../../src/adapters/tracing/sampling.ts'
import { createTraceScope } from '../../src/adapters/tracing/scope.ts'
import { createTracing } from '../../src/adapters/tracing/telemetry.ts'
import type { FinishedTrace } from '../../src/ports/finished-traces.ts'
import type { GaugeName } from '../../src/ports/metrics.ts'
import {
  closedSet,
  failureOfStatus,
  httpStatus,
  loginFailure,
  statusClass,
} from '../../src/ports/telemetry-facts.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { type TableName, type TableRow, tableRow, type Workspace } from '../stand-ins/log-analytics.ts'

/** The end of the hour that is looked at. */
export const nowMs = Date.UTC(2026, 10, 28, 12, 0, 0)
const minuteMs = 60_000
const hourMs = 60 * minuteMs

const declared = closedSet(() => [
  '/api/v1/courses',
  '/api/healthz',
  '/api/readyz',
  'Messages',
  ...Object.keys(everySeconds),
])

/** What happens in one minute; everything that is not said goes as it should. */
export interface Minute {
  /** Requests for courses, beside probes. */
  readonly requests?: number
  readonly failing?: number
  /** As many of those that go well take two seconds. */
  readonly slow?: number
  readonly guesses?: number
  readonly lost?: number
  readonly logins?: number
  readonly messages?: number
  readonly late?: number
  readonly throttled?: number
  readonly gauges?: Partial<Record<GaugeName, number | null>>
  /** Jobs that are not begun, and those that end in an error. */
  readonly stopped?: readonly string[]
  readonly broken?: readonly string[]
  readonly uptime?: Partial<Record<string, 'failed' | 'slow' | 'not asked'>>
}

export interface Hour {
  /** 0 to 59. */
  readonly minute?: (at: number) => Minute
  /** No process runs. */
  readonly isDark?: boolean
}

const usual = {
  requests: 60,
  slow: 1,
  guesses: 2,
  logins: 4,
  messages: 50,
  late: 0,
  failing: 0,
  lost: 0,
  throttled: 0,
} as const
const usualGauges: Partial<Record<GaugeName, number | null>> = {
  'mail.queue.age': 40,
  'mail.dead': 0,
  'forms.overdue': 0,
  'audit.verified_age': 11 * 3_600,
  'audit.damaged': 0,
  'keys.signing_age': 60 * 86_400,
  'event_loop.delay': 0.012,
}

/**
 * An hour of the program, and the two days of jobs before it, in rows as its own adapter sends them and as ingestion stores
 * them. Of what goes well one in twenty is kept. Another process, which has just begun, tells nothing but its start.
 */
export async function rowsOf({ minute = () => ({}), isDark = false }: Hour): Promise<Workspace> {
  const rows: Record<TableName, TableRow[]> = {
    AppRequests: [],
    AppDependencies: [],
    AppMetrics: [],
    AppEvents: [],
    AppAvailabilityResults: [],
  }
  const send: typeof fetch = async (_url, init) => {
    for (const envelope of JSON.parse(String(init?.body)) as Envelope[]) {
      const [table, row] = tableRow(envelope)
      rows[table].push(row)
    }
    return new Response('{}')
  }
  const exporter = createApplicationInsightsExporter({
    endpoint: 'https://ingestion.example',
    credential: null,
    sender: {
      instrumentationKey: '00000000-0000-0000-0000-000000000001',
      role: 'tools-inc-api',
      instance: 'one',
    },
    send,
  })
  const time = { ms: nowMs - 50 * hourMs }
  const beganMs = time.ms
  const metrics = createMetrics()
  let traces: FinishedTrace[] = []
  let picked = 0
  const telemetry = createTracing({
    scope: createTraceScope(new AsyncLocalStorage()),
    receivers: [{ take: (trace) => void traces.push(trace), flush: async () => {} }],
    metrics,
    // Every twentieth, so that an hour is the same each time.
    sampling: createSampling({ rate: 0.05, slowMs: 1_000, random: () => (picked++ % 20) / 20 }),
    now: () => time.ms,
    timer: () => time.ms,
  })
  const gauges = { ...usualGauges }
  for (const name of Object.keys(usualGauges) as GaugeName[])
    telemetry.gauge(name, () => gauges[name] ?? null)
  for (const name of Object.keys(everySeconds))
    telemetry.gauge('jobs.last_success_age', () => 0, { 'app.job.name': declared(name) })

  async function request(route: string, status: number, tookMs: number): Promise<void> {
    await telemetry.trace('request', { 'http.request.method': 'GET' }, {}, async (step) => {
      time.ms += tookMs
      step.set({
        'http.route': declared(route),
        'http.response.status_code': httpStatus(status),
        'http.response.status_class': statusClass(httpStatus(status)),
      })
      const failure = failureOfStatus(httpStatus(status))
      if (failure) step.fail(failure)
    })
    time.ms -= tookMs
  }
  async function job(name: string, isBroken: boolean): Promise<void> {
    const facts = { 'app.job.name': declared(name) }
    await telemetry
      .trace('job', facts, {}, async () => {
        if (isBroken) throw new PortUnavailable('documents', { cause: null })
      })
      .catch(() => {})
  }
  async function tell(): Promise<void> {
    await exporter.sendTraces(traces)
    traces = []
    await exporter.sendMetrics(metrics.read(), beganMs, time.ms)
  }
  const isDue = (seconds: number) => time.ms % (seconds * 1_000) < minuteMs

  if (!isDark)
    for (; time.ms < nowMs - hourMs; time.ms += hourMs) {
      const { stopped = [], broken = [] } = minute(0)
      for (const [name, seconds] of Object.entries(everySeconds))
        if (isDue(seconds) && !stopped.includes(name)) await job(name, broken.includes(name))
      await tell()
    }
  for (let at = 0; at < 60; at++) {
    time.ms = nowMs - (60 - at) * minuteMs + 1_000
    const said = { ...usual, ...minute(at) }
    const { uptime = {}, stopped = [], broken = [] } = said
    for (const { name, full } of uptimeTests)
      if (isDue(full.everySeconds) && uptime[name] !== 'not asked')
        rows.AppAvailabilityResults.push({
          TimeGenerated: new Date(time.ms).toISOString(),
          Name: name,
          Location: 'East US',
          Success: uptime[name] !== 'failed',
          DurationMs: uptime[name] === 'slow' ? 6_000 : 80,
          ItemCount: 1,
        })
    if (isDark) continue
    for (let n = 0; n < said.requests; n++)
      await request(
        '/api/v1/courses',
        n < said.failing ? 500 : 200,
        n >= said.requests - said.slow ? 2_000 : 40,
      )
    // What machines ask is no promise: it may fail, and often does while a version is replaced.
    await request('/api/healthz', 200, 1)
    for (let n = 0; n < 10; n++) await request('/api/readyz', 503, 3_000)
    const way = { 'app.login.way': 'password' } as const
    for (let n = 0; n < said.logins; n++) telemetry.count('auth.login.success', way)
    const refuse = (error: unknown) =>
      telemetry.count('auth.login.error', { ...way, 'app.login.reason': loginFailure(error) })
    for (let n = 0; n < said.guesses; n++)
      refuse(Object.assign(new Error('no'), { code: 'invalid_credentials' }))
    for (let n = 0; n < said.lost; n++) refuse(new PortUnavailable('cache', { cause: null }))
    for (let n = 0; n < said.messages; n++)
      telemetry.measure('chat.message.delivery', n < said.late ? 3 : 0.05)
    for (let n = 0; n < said.late; n++) telemetry.count('chat.message.late')
    for (let n = 0; n < said.throttled; n++)
      telemetry.count('cosmos.throttled', { 'db.collection.name': declared('Messages') })
    Object.assign(gauges, usualGauges, minute(at).gauges)
    for (const [name, seconds] of Object.entries(everySeconds))
      if (isDue(seconds) && !stopped.includes(name)) await job(name, broken.includes(name))
    await tell()
  }
  return rows
}

/** The same where it is asked from outside as seldom as that. */
export const atPace = (workspace: Workspace, pace: 'full' | 'thrifty'): Workspace => ({
  ...workspace,
  AppAvailabilityResults: workspace.AppAvailabilityResults.filter(({ Name, TimeGenerated }) => {
    const asked = uptimeTests.find(({ name }) => name === Name)
    return Date.parse(String(TimeGenerated)) % ((asked?.[pace].everySeconds ?? 0) * 1_000) < minuteMs
  }),
})
