import { createMetrics } from '../../src/adapters/tracing/metrics.ts'
import { createSampling } from '../../src/adapters/tracing/sampling.ts'
import { silentTelemetry } from '../../src/adapters/tracing/silent.ts'
import { createTracing } from '../../src/adapters/tracing/telemetry.ts'
import type { Config } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { MetricReading } from '../../src/ports/metrics.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import type { Native } from './native.ts'

export interface OpenTelemetry {
  readonly telemetry: Telemetry
  readonly readMetrics: () => readonly MetricReading[]
}

export function openTelemetry(
  { telemetry: { isOn } }: Config,
  { traceScope }: Native,
  clock: Clock,
): OpenTelemetry {
  if (!isOn) return { telemetry: silentTelemetry, readMetrics: () => [] }
  const metrics = createMetrics()
  const telemetry = createTracing({
    scope: traceScope,
    receivers: [],
    metrics,
    sampling: createSampling({ rate: 0.05, slowMs: 1_000, random: Math.random }),
    now: clock.now,
    timer: () => performance.now(),
  })
  return { telemetry, readMetrics: metrics.read }
}
