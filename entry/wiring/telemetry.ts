import { createExporting } from '../../src/adapters/tracing/exporting.ts'
import { createMetrics } from '../../src/adapters/tracing/metrics.ts'
import { createSampling } from '../../src/adapters/tracing/sampling.ts'
import { silentTelemetry } from '../../src/adapters/tracing/silent.ts'
import { createTracing } from '../../src/adapters/tracing/telemetry.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { TelemetryExporter } from '../../src/ports/finished-traces.ts'
import type { MetricReading } from '../../src/ports/metrics.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import type { Native } from './native.ts'

export interface OpenedTelemetry {
  readonly telemetry: Telemetry
  readonly readMetrics: () => readonly MetricReading[]
  /** Sends what is left. */
  readonly close: () => Promise<void>
}

/** Imported where they are chosen. */
async function openExporters(
  { telemetry: { otlpEndpoint, applicationInsights, serviceName } }: Config,
  { otlpHeaders, instrumentationKey }: GivenSecrets,
  native: Native,
): Promise<readonly TelemetryExporter[]> {
  const instance = crypto.randomUUID()
  const exporters: TelemetryExporter[] = []
  if (otlpEndpoint !== undefined) {
    const { createOtlpExporter } = await import('../../src/adapters/otlp/exporter.ts')
    const resource = { 'service.name': serviceName, 'service.instance.id': instance }
    exporters.push(createOtlpExporter({ endpoint: otlpEndpoint, headers: otlpHeaders, resource }))
  }
  if (applicationInsights && instrumentationKey !== undefined) {
    const { createApplicationInsightsExporter } = await import(
      '../../src/adapters/application-insights/exporter.ts'
    )
    const { endpoint, byIdentity } = applicationInsights
    exporters.push(
      createApplicationInsightsExporter({
        endpoint,
        credential: byIdentity ? await native.createAzureCredential() : null,
        sender: { instrumentationKey, role: serviceName, instance },
      }),
    )
  }
  return exporters
}

export async function openTelemetry(
  config: Config,
  given: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<OpenedTelemetry> {
  const { isOn, sampleRate, slowMs } = config.telemetry
  if (!isOn) return { telemetry: silentTelemetry, readMetrics: () => [], close: async () => {} }
  const { traceScope, runsTimers, holdOpen, log } = native
  const metrics = createMetrics()
  const exporters = await openExporters(config, given, native)
  const receivers = exporters.map((exporter) =>
    createExporting({ exporter, metrics, holdOpen: runsTimers ? null : holdOpen, now: clock.now, log }),
  )
  const telemetry = createTracing({
    scope: traceScope,
    receivers,
    metrics,
    sampling: createSampling({ rate: sampleRate, slowMs, random: Math.random }),
    now: clock.now,
    timer: () => performance.now(),
  })
  return {
    telemetry,
    readMetrics: metrics.read,
    async close() {
      await Promise.all(receivers.map((receiver) => receiver.close()))
    },
  }
}
