import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { telemetryContract } from '../../../test/contracts/telemetry.contract.ts'
import { DocumentExists } from '../../ports/documents.ts'
import { readTraceParent } from '../../ports/traceparent.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createMemoryTraceReceiver } from '../memory/trace-receiver.ts'
import { createMetrics } from './metrics.ts'
import { createSampling } from './sampling.ts'
import { createTraceScope } from './scope.ts'
import { silentTelemetry } from './silent.ts'
import { createTracing } from './telemetry.ts'

function open({ rate = 1, random = Math.random }: { rate?: number; random?: () => number } = {}) {
  const receiver = createMemoryTraceReceiver({ most: 100_000 })
  const time = {
    now: 1_000_000,
    timer: 5,
    pass(ms: number) {
      time.timer += ms
    },
  }
  const scope = createTraceScope(new AsyncLocalStorage())
  const metrics = createMetrics()
  const telemetry = createTracing({
    scope,
    receivers: [receiver],
    metrics,
    sampling: createSampling({ rate, slowMs: 1_000, random }),
    now: () => time.now,
    timer: () => time.timer,
  })
  return { ...receiver, telemetry, metrics, time, scope }
}
const idsOnly = () =>
  createTracing({
    scope: createTraceScope(new AsyncLocalStorage()),
    receivers: [],
    metrics: createMetrics(),
    sampling: createSampling({ rate: 1, slowMs: 1, random: Math.random }),
    now: Date.now,
    timer: () => performance.now(),
  })

telemetryContract('silent', () => silentTelemetry)
telemetryContract('traces', () => open().telemetry)
telemetryContract('ids for the log alone', idsOnly)

const later = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('what is under way', () => {
  test('follows the work through awaits, and is never that of another request', async () => {
    const { telemetry, traces } = open()
    const seen = await Promise.all(
      Array.from({ length: 50 }, () =>
        telemetry.trace('request', {}, {}, async () => {
          const own = readTraceParent(telemetry.context())?.traceId
          await later()
          await Promise.all([
            telemetry.step('cache.get', {}, later),
            telemetry.step('documents.read', {}, () => telemetry.step('secrets.versions', {}, later)),
          ])
          expect(readTraceParent(telemetry.context())?.traceId).toBe(own)
          return own
        }),
      ),
    )
    expect(new Set(seen).size).toBe(50)
    for (const { traceId, steps } of traces()) {
      expect(seen).toContain(traceId)
      const named = (name: string) => steps.find((step) => step.name === name)
      expect(steps).toHaveLength(4)
      expect(named('request')?.parentSpanId).toBeNull()
      expect(named('cache.get')?.parentSpanId).toBe(named('request')?.spanId)
      expect(named('documents.read')?.parentSpanId).toBe(named('request')?.spanId)
      expect(named('secrets.versions')?.parentSpanId).toBe(named('documents.read')?.spanId)
    }
  })

  test('a trace that is gone on with elsewhere is the same trace, under the step that it came from', async () => {
    const { telemetry, traces } = open()
    const context = await telemetry.trace('request', {}, {}, async () => telemetry.context())
    await telemetry.trace('mail', {}, { from: context }, later)
    const [request, mail] = traces()
    expect(mail?.traceId).toBe(request?.traceId)
    expect(mail?.steps[0]?.parentSpanId).toBe(request?.steps[0]?.spanId)
  })

  test('what ends after its trace belongs to it, and is kept where that was', async () => {
    const { telemetry, traces } = open()
    const gate = Promise.withResolvers<void>()
    let left: Promise<void> | undefined
    await telemetry.trace('request', {}, {}, async () => {
      left = telemetry.step('realtime.publish', {}, () => gate.promise)
    })
    gate.resolve()
    await left
    const [request, rest] = traces()
    expect(rest).toMatchObject({ traceId: request?.traceId, steps: [{ name: 'realtime.publish' }] })
    expect(rest?.steps[0]?.parentSpanId).toBe(request?.steps[0]?.spanId)
  })
})

describe('a stranger', () => {
  const stranger = `00-${'a'.repeat(32)}-${'b'.repeat(16)}`
  test.each(['00', '01'])(
    'who sends a traceparent with flags %s is a link, and decides nothing',
    async (flags) => {
      for (const rate of [0, 1]) {
        const { telemetry, traces } = open({ rate })
        await telemetry.trace('request', {}, { link: `${stranger}-${flags}` }, later)
        expect(traces()).toHaveLength(rate)
        for (const { traceId, link, steps } of traces()) {
          expect(traceId).not.toBe('a'.repeat(32))
          expect(link).toEqual({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) })
          expect(steps[0]?.parentSpanId).toBeNull()
        }
      }
    },
  )

  test.each(['00', '01'])('whom a host goes on with decides not what is kept, by flags %s', async (flags) => {
    for (const rate of [0, 1]) {
      const { telemetry, traces } = open({ rate })
      await telemetry.trace('request', {}, { host: `${stranger}-${flags}` }, later)
      expect(traces()).toHaveLength(rate)
      for (const { traceId, steps } of traces()) {
        expect(traceId).toBe('a'.repeat(32))
        expect(steps[0]?.parentSpanId).toBe('b'.repeat(16))
      }
    }
  })
})

describe('what is kept', () => {
  test('what failed and what was slow always, and stands for itself', async () => {
    const { telemetry, traces, time } = open({ rate: 0 })
    await telemetry.trace('request', {}, {}, async ({ fail }) => fail('500'))
    await telemetry
      .trace('job', {}, {}, () => Promise.reject(new PortUnavailable('documents')))
      .catch(() => {})
    await telemetry.trace('request', {}, {}, async () => time.pass(1_001))
    await telemetry.trace('request', {}, {}, async () => time.pass(1_000))
    expect(
      traces().map(({ standsFor, steps }) => [standsFor, steps[0]?.failure, steps[0]?.durationMs]),
    ).toEqual([
      [1, '500', 0],
      [1, 'PortUnavailable', 0],
      [1, null, 1_001],
    ])
  })

  test('that somebody was first is no failure, of a step or of a trace', async () => {
    const { telemetry, traces } = open()
    await telemetry
      .trace('job', {}, {}, () =>
        telemetry.step('documents.insert', {}, () => Promise.reject(new DocumentExists('Users'))),
      )
      .catch(() => {})
    expect(traces()[0]?.steps.map(({ failure, facts }) => [failure, facts])).toEqual([
      [null, { 'app.is_conflict': true }],
      [null, { 'app.is_conflict': true }],
    ])
  })

  test.each([0.05, 0.3, 1 / 3, 0.001, 1])(
    'of successes a share of %s, and counts are right',
    async (rate) => {
      let at = 0
      const all = 0x1_0000
      const { telemetry, traces } = open({ rate, random: () => at++ / all })
      for (let n = 0; n < all; n++) await telemetry.trace('request', {}, {}, async () => {})
      const total = traces().reduce((sum, { standsFor }) => sum + standsFor, 0)
      expect(total).toBeCloseTo(all, 3)
      expect(traces().length / all).toBeCloseTo(rate, 4)
    },
  )

  test('a part that is gone on with is kept with the rest of its trace', async () => {
    for (const [chance, kept] of [
      [0.04, 2],
      [0.06, 0],
    ] as const) {
      const { telemetry, traces } = open({ rate: 0.05, random: () => chance })
      const from = await telemetry.trace('request', {}, {}, async () => telemetry.context())
      await telemetry.trace('mail', {}, { from }, later)
      expect(traces()).toHaveLength(kept)
    }
  })

  test('of very many steps the first ones, the trace itself, and how many there were', async () => {
    const { telemetry, traces } = open()
    await telemetry.trace('job', {}, {}, async () => {
      for (let n = 0; n < 700; n++) await telemetry.step('documents.read', {}, async () => {})
    })
    const [trace] = traces()
    expect(trace?.steps).toHaveLength(501)
    expect(trace?.steps.at(-1)?.name).toBe('job')
    expect(trace?.droppedSteps).toBe(200)
  })
})

test('a clock that is set anew changes no length and no order within a trace', async () => {
  const { telemetry, traces, time } = open()
  await telemetry.trace('request', {}, {}, async () => {
    time.timer += 10
    await telemetry.step('cache.get', {}, async () => {
      time.now -= 86_400_000
      time.timer += 5
    })
  })
  expect(traces()[0]?.steps.map(({ startedAtMs, durationMs }) => [startedAtMs, durationMs])).toEqual([
    [1_000_010, 5],
    [1_000_000, 15],
  ])
})
