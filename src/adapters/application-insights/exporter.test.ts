import { AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Row, readRow, startApplicationInsights } from '../../../test/stand-ins/application-insights.ts'
import { readableSpans } from '../../../test/stand-ins/readable-spans.ts'
import { sampleTraces } from '../../../test/stand-ins/sample-traces.ts'
import { closedSet } from '../../ports/telemetry-facts.ts'
import { durationText } from './envelopes.ts'
import { createApplicationInsightsExporter } from './exporter.ts'

const key = '00000000-0000-0000-0000-000000000001'
const token = 'a-token-of-a-managed-identity'
const sender = { instrumentationKey: key, role: 'tools-inc-api', instance: 'one' }
let service: Awaited<ReturnType<typeof startApplicationInsights>>
beforeAll(async () => {
  service = await startApplicationInsights()
})
afterAll(() => service.close())
const open = () =>
  createApplicationInsightsExporter({ endpoint: `${service.url}/`, credential: null, sender })

/** What the exporter of Azure Monitor would send of the same spans; it speaks to nobody. */
async function theirRows(): Promise<readonly Row[]> {
  vi.stubEnv('APPLICATION_INSIGHTS_NO_STATSBEAT', '1')
  const bodies: string[] = []
  const exporter = new AzureMonitorTraceExporter({
    connectionString: `InstrumentationKey=${key};IngestionEndpoint=https://ingestion.example/`,
    disableOfflineStorage: true,
    httpClient: {
      async sendRequest(request) {
        const body = String(request.body)
        bodies.push(body)
        const itemsReceived = (JSON.parse(body) as unknown[]).length
        return {
          request,
          status: 200,
          headers: request.headers,
          bodyAsText: JSON.stringify({ itemsReceived, itemsAccepted: itemsReceived, errors: [] }),
        }
      },
    },
  })
  const spans = readableSpans(
    sampleTraces,
    { 'service.name': sender.role, 'service.instance.id': sender.instance },
    () => '',
  ).map((span) => ({
    ...span,
    attributes: {
      ...span.attributes,
      // What its sampler writes on a span.
      'microsoft.sample_rate':
        100 / (sampleTraces.find(({ traceId }) => traceId === span.spanContext().traceId)?.standsFor ?? 1),
    },
  }))
  await new Promise<void>((resolve, reject) => {
    exporter.export(spans, ({ error }) => (error ? reject(error) : resolve())).catch(reject)
  })
  vi.unstubAllEnvs()
  return bodies
    .flatMap((body) => JSON.parse(body) as any[])
    .filter(({ data }) => data.baseType !== 'MetricData')
    .map(readRow)
}

test('the same spans come in the same meaning as from the exporter of Azure Monitor', async () => {
  await open().sendTraces(sampleTraces)
  expect(service.refused).toEqual([])
  const ours = new Map(service.rows.splice(0).map((row) => [row.facts['id'], row]))
  const theirs = await theirRows()
  expect(theirs).toHaveLength(ours.size)
  for (const { facts, properties, itemCount, ...row } of theirs) {
    const own = ours.get(facts['id'])
    // It says that there is no address; a request of ours has none either.
    const { url: _, ...columns } = facts
    expect(own).toMatchObject({ ...row, facts: columns, properties })
    expect(own?.itemCount).toBeCloseTo(itemCount, 6)
    const more = Object.keys(own?.properties ?? {}).filter((name) => !(name in properties))
    expect(more.filter((name) => name !== 'error.type')).toEqual([])
    expect(Object.keys(own?.facts ?? {}).filter((name) => !(name in facts) && name !== 'name')).toEqual([])
  }
})

test('counts are what was added since they were last told, and logins are events', async () => {
  const exporter = open()
  const facts = { 'app.login.way': 'password' } as const
  const tell = (logins: number, waits: number) =>
    exporter.sendMetrics(
      [
        { name: 'auth.login.success', points: [{ kind: 'counter', facts, value: logins }] },
        {
          name: 'hasher.wait',
          points: [{ kind: 'histogram', facts: {}, count: waits, sum: waits / 2, buckets: [] }],
        },
        { name: 'mail.dead', points: [{ kind: 'gauge', facts: {}, value: 3 }] },
      ],
      0,
      Date.UTC(2026, 0, 1),
    )
  await tell(4, 2)
  service.fail(503)
  await expect(tell(4, 3)).rejects.toMatchObject({ isWorthAgain: true })
  service.fail(null)
  await tell(4, 5)
  expect(service.refused).toEqual([])
  const rows = service.rows.splice(0).map(({ table, itemCount, facts: { name, metrics }, properties }) => ({
    table,
    itemCount,
    what: name ?? metrics,
    properties,
  }))
  const dead = {
    table: 'MetricData',
    itemCount: 1,
    what: [{ name: 'mail.dead', value: 3, count: 1 }],
    properties: {},
  }
  expect(rows).toEqual([
    { table: 'EventData', itemCount: 4, what: 'auth.login.success', properties: facts },
    {
      table: 'MetricData',
      itemCount: 1,
      what: [{ name: 'hasher.wait', value: 1, count: 2 }],
      properties: {},
    },
    dead,
    {
      table: 'MetricData',
      itemCount: 1,
      what: [{ name: 'hasher.wait', value: 1.5, count: 3 }],
      properties: {},
    },
    dead,
  ])
})

test('as a managed identity it shows a token for the service', async () => {
  const guarded = await startApplicationInsights({ token })
  const asked: unknown[] = []
  const exporter = createApplicationInsightsExporter({
    endpoint: guarded.url,
    credential: {
      async getToken(scope) {
        asked.push(scope)
        return { token, expiresOnTimestamp: Date.now() + 3_600_000 }
      },
    },
    sender,
  })
  await exporter.sendTraces(sampleTraces)
  expect(asked).toEqual(['https://monitor.azure.com/.default'])
  expect(guarded.rows.length).toBeGreaterThan(0)
  const without = createApplicationInsightsExporter({ endpoint: guarded.url, credential: null, sender })
  await expect(without.sendTraces(sampleTraces)).rejects.toMatchObject({ message: 'answered 401' })
  const broken = createApplicationInsightsExporter({
    endpoint: guarded.url,
    credential: { getToken: () => Promise.reject(new Error('no identity')) },
    sender,
  })
  await expect(broken.sendTraces(sampleTraces)).rejects.toMatchObject({ isWorthAgain: true })
  await guarded.close()
})

test.each([
  [429, true],
  [439, true],
  [503, true],
  [206, false],
  [400, false],
  [402, false],
])('%i is not taken, and worth another try: %s', async (status, isWorthAgain) => {
  service.fail(status)
  await expect(open().sendTraces(sampleTraces)).rejects.toMatchObject({ isWorthAgain })
  service.fail(null)
})

test('of a batch of which a part was taken, the traces count as refused of which a row was', async () => {
  const [first, ...others] = sampleTraces
  if (!first) throw new Error('no sample')
  const route = closedSet(() => ['x'.repeat(600)])('x'.repeat(600))
  const tooLong = first.steps.map((step) => ({ ...step, facts: { ...step.facts, 'http.route': route } }))
  await expect(open().sendTraces([...others, { ...first, steps: tooLong }])).rejects.toMatchObject({
    isWorthAgain: false,
    refused: 1,
  })
  expect(service.rows.splice(0)).toHaveLength(others.flatMap(({ steps }) => steps).length)
  service.refused.length = 0
})

test('where the answer does not say what was refused, all of it was', async () => {
  service.fail(206)
  await expect(open().sendTraces(sampleTraces)).rejects.toMatchObject({ isWorthAgain: false, refused: null })
  service.fail(null)
})

test.each([
  [0, '00:00:00.000000'],
  [12.5, '00:00:00.012500'],
  [59_999.9999, '00:01:00.000000'],
  [3_723_004.005, '01:02:03.004005'],
  [90_061_001, '1.01:01:01.001000'],
])('%d ms are written %s', (ms, text) => expect(durationText(ms)).toBe(text))
