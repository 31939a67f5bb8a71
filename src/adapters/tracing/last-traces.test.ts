import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { closedSet } from '../../ports/telemetry-facts.ts'
import { createMemoryTraceReceiver } from '../memory/trace-receiver.ts'
import { createLastTraces } from './last-traces.ts'
import { createMetrics } from './metrics.ts'
import { createSampling } from './sampling.ts'
import { createTraceScope } from './scope.ts'
import { createTracing } from './telemetry.ts'

const route = closedSet(() => ['/dev/telemetry/seen/:after', '/api/v1/courses'])

function open({ rate = 0, most = 200 }: { rate?: number; most?: number } = {}) {
  const receiver = createMemoryTraceReceiver({ most: 1_000 })
  const world = { nowMs: 1_000 }
  const last = createLastTraces({ most, without: '/dev/telemetry', now: () => world.nowMs })
  const telemetry = createTracing({
    scope: createTraceScope(new AsyncLocalStorage()),
    receivers: [receiver],
    onlookers: [last],
    metrics: createMetrics(),
    sampling: createSampling({ rate, slowMs: 1_000, random: () => 0.5 }),
    now: () => world.nowMs,
    timer: () => world.nowMs,
  })
  return { ...receiver, last, telemetry, world }
}

test('every trace is seen, whichever are kept, with what ended after it', async () => {
  const { traces, last, telemetry } = open()
  const gate = Promise.withResolvers<void>()
  let left: Promise<void> | undefined
  await telemetry.trace('request', {}, {}, async () => {
    await telemetry.repeated('cache.get', {})(async () => {})
    left = telemetry.step('realtime.publish', {}, () => gate.promise)
  })
  gate.resolve()
  await left
  expect(traces()).toEqual([])
  const seen = last.traces().map(({ trace }) => trace)
  expect(seen.map(({ steps }) => steps.map(({ name }) => name))).toEqual([
    ['cache.get', 'request'],
    ['realtime.publish'],
  ])
  expect(new Set(seen.map(({ traceId }) => traceId)).size).toBe(1)
})

test('what is kept is the same to all, and stands for as many', async () => {
  const { traces, last, telemetry } = open({ rate: 1 })
  await telemetry.trace('request', {}, {}, async () => {})
  expect(last.traces().map(({ trace }) => trace)).toEqual(traces())
})

test('of many the last ones, each with a number above all before it, also after a start', async () => {
  const { last, telemetry, world } = open({ most: 3 })
  for (let n = 0; n < 10; n++) await telemetry.trace('request', {}, {}, async () => {})
  const numbers = last.traces().map(({ number }) => number)
  expect(numbers).toEqual([1_000_008, 1_000_009, 1_000_010])
  world.nowMs++
  const other = createLastTraces({ most: 3, without: '/dev', now: () => world.nowMs })
  const [first] = last.traces()
  other.see({ facts: {}, finish: () => first?.trace ?? expect.unreachable() })
  expect(other.traces()[0]?.number).toBeGreaterThan(Math.max(...numbers))
})

test('whoever looks is not seen', async () => {
  const { last, telemetry } = open()
  for (const path of ['/dev/telemetry/seen/:after', '/api/v1/courses'])
    await telemetry.trace('request', {}, {}, async ({ set }) => set({ 'http.route': route(path) }))
  expect(last.traces().map(({ trace }) => trace.steps[0]?.facts)).toEqual([
    { 'http.route': '/api/v1/courses' },
  ])
})
