import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startOtlp } from '../../../test/stand-ins/otlp.ts'
import { readableSpans } from '../../../test/stand-ins/readable-spans.ts'
import { sampleTraces } from '../../../test/stand-ins/sample-traces.ts'
import { NotTaken } from '../../ports/finished-traces.ts'
import { createOtlpExporter, traceState } from './exporter.ts'

let collector: Awaited<ReturnType<typeof startOtlp>>
beforeAll(async () => {
  collector = await startOtlp()
})
afterAll(() => collector.close())

const resource = { 'service.name': 'tools-inc-api', 'service.instance.id': 'one' }
const open = () =>
  createOtlpExporter({ endpoint: `${collector.url}/`, headers: { 'api-key': 'k' }, resource })

test('the same spans come in the same meaning as from the exporter of OpenTelemetry', async () => {
  await open().sendTraces(sampleTraces)
  const ours = collector.spans.splice(0)
  const theirs = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` })
  await new Promise<void>((resolve, reject) =>
    theirs.export(readableSpans(sampleTraces, resource, traceState), ({ error }) =>
      error ? reject(error) : resolve(),
    ),
  )
  await theirs.shutdown()
  const byId = (spans: readonly { spanId: string }[]) =>
    spans.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1))
  expect(collector.refused).toEqual([])
  expect(ours).toHaveLength(sampleTraces.flatMap(({ steps }) => steps).length)
  expect(byId(ours)).toEqual(byId(collector.spans.splice(0)))
  expect(collector.resources.at(0)).toEqual(collector.resources.at(-1))
  expect(collector.headers.at(0)?.['api-key']).toBe('k')
})

test('how many traces one stands for follows from what is sent, and all its parts say the same', () => {
  for (const [standsFor, threshold] of [
    [1, '0'],
    [2, '8'],
    [0x1_0000, 'ffff'],
    [0x1_0000 / 3_277, 'f333'],
  ] as const) {
    const state = traceState({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', standsFor } as never)
    const [, th = '', rv = ''] = /^ot=th:([\da-f]{1,14});rv:([\da-f]{14})$/.exec(state) ?? []
    expect(th).toBe(threshold)
    const rejected = Number.parseInt(th.padEnd(14, '0'), 16)
    expect(2 ** 56 / (2 ** 56 - rejected)).toBeCloseTo(standsFor, 6)
    // Whoever reads it holds that it is kept because its value reaches the threshold.
    expect(BigInt(`0x${rv}`) >= BigInt(`0x${th.padEnd(14, '0')}`)).toBe(true)
  }
})

test('metrics come as they are counted', async () => {
  const facts = { 'http.request.method': 'GET' } as const
  await open().sendMetrics(
    [
      {
        name: 'http.server.request.duration',
        points: [{ kind: 'histogram', facts, count: 3, sum: 0.5, buckets: [1, ...Array(12).fill(0), 2] }],
      },
      { name: 'auth.login.success', points: [{ kind: 'counter', facts: {}, value: 4 }] },
      { name: 'mail.queue.age', points: [{ kind: 'gauge', facts: {}, value: 1.5 }] },
    ],
    Date.UTC(2026, 0, 1),
    Date.UTC(2026, 0, 2),
  )
  expect(collector.refused).toEqual([])
  expect(collector.metrics).toEqual([
    { name: 'http.server.request.duration', unit: 's', points: [{ attributes: facts, value: 3 }] },
    { name: 'auth.login.success', unit: '{login}', points: [{ attributes: {}, value: 4 }] },
    { name: 'mail.queue.age', unit: 's', points: [{ attributes: {}, value: 1.5 }] },
  ])
})

test.each([
  [503, true],
  [429, true],
  [400, false],
  [401, false],
  [302, false],
])('%i is not taken, and worth another try: %s', async (status, isWorthAgain) => {
  collector.fail(status)
  const failure = await open()
    .sendTraces(sampleTraces)
    .catch((error: unknown) => error)
  collector.fail(null)
  expect(failure).toBeInstanceOf(NotTaken)
  expect(failure).toMatchObject({ isWorthAgain, message: `answered ${status}` })
})

test('where nobody listens it is worth another try, and what is said of it names nobody', async () => {
  const exporter = createOtlpExporter({ endpoint: 'http://127.0.0.1:9', headers: {}, resource })
  await expect(exporter.sendTraces(sampleTraces)).rejects.toMatchObject({
    isWorthAgain: true,
    message: 'no answer',
  })
})
