import { AsyncLocalStorage } from 'node:async_hooks'
import { observedPorts } from '../../../entry/wiring/observed-ports.ts'
import type { Systems } from '../../../entry/wiring/systems.ts'
import { createMemoryTraceReceiver } from '../../../src/adapters/memory/trace-receiver.ts'
import { createLastTraces } from '../../../src/adapters/tracing/last-traces.ts'
import { createMetrics } from '../../../src/adapters/tracing/metrics.ts'
import { prometheusText, prometheusType } from '../../../src/adapters/tracing/prometheus.ts'
import { createSampling } from '../../../src/adapters/tracing/sampling.ts'
import { createTraceScope } from '../../../src/adapters/tracing/scope.ts'
import { createTracing } from '../../../src/adapters/tracing/telemetry.ts'
import type { FinishedTrace, TraceReceiver } from '../../../src/ports/finished-traces.ts'
import type { Observations } from '../../../src/ports/observations.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import type { RootName } from '../../../src/ports/telemetry.ts'
import { createTestApp } from '../../app.ts'

/** The whole app with its ports observed, as `entry/wire.ts` observes them. Every trace is kept. */
export async function createObservedApp({
  systems = {},
  ports: overrides = () => ({}),
  receivers = [],
  ...options
}: Parameters<typeof createTestApp>[0] & { systems?: Systems; receivers?: readonly TraceReceiver[] } = {}) {
  const receiver = createMemoryTraceReceiver({ most: 10_000 })
  const scope = createTraceScope(new AsyncLocalStorage())
  const metrics = createMetrics()
  const lastTraces = createLastTraces({ most: 200, without: '/dev/telemetry', now: Date.now })
  const observations: Observations = {
    metrics: metrics.read,
    prometheus: () => ({ text: prometheusText(metrics.read()), type: prometheusType }),
    traces: lastTraces.traces,
  }
  const telemetry = createTracing({
    scope,
    receivers: [receiver, ...receivers],
    onlookers: [lastTraces],
    metrics,
    sampling: createSampling({ rate: 1, slowMs: 1_000, random: Math.random }),
    now: Date.now,
    timer: () => performance.now(),
  })
  const testApp = await createTestApp({
    ...options,
    ports: (given: Ports) =>
      observedPorts({ ...given, observations, ...overrides(given), telemetry }, telemetry, systems),
  })
  const begunBy = (name: RootName): readonly FinishedTrace[] =>
    receiver.traces().filter(({ steps }) => steps.some((step) => step.name === name))
  return { ...testApp, telemetry, metrics, scope, traces: receiver.traces, begunBy }
}

export type ObservedApp = Awaited<ReturnType<typeof createObservedApp>>

/** The step that began this part of a trace. */
export const firstOf = ({ steps }: FinishedTrace) => {
  const first = steps.at(-1)
  if (!first) throw new Error('a trace without steps')
  return first
}
