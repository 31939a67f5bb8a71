import { createExporting } from '../../src/adapters/tracing/exporting.ts'
import { createLastTraces } from '../../src/adapters/tracing/last-traces.ts'
import { createMetrics } from '../../src/adapters/tracing/metrics.ts'
import { prometheusText, prometheusType } from '../../src/adapters/tracing/prometheus.ts'
import { createSampling } from '../../src/adapters/tracing/sampling.ts'
import { silentTelemetry } from '../../src/adapters/tracing/silent.ts'
import { createTracing } from '../../src/adapters/tracing/telemetry.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { TelemetryExporter } from '../../src/ports/finished-traces.ts'
import type { Observations } from '../../src/ports/observations.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import type { Native } from './native.ts'

/** On the page of developers. */
const mostTraces = 200

const nothingSeen: Observations = {
  metrics: () => [],
  prometheus: () => ({ text: prometheusText([]), type: prometheusType }),
  traces: null,
}

export interface OpenedTelemetry {
  readonly telemetry: Telemetry
  readonly observations: Observations
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
  if (!isOn) return { telemetry: silentTelemetry, observations: nothingSeen, close: async () => {} }
  const { traceScope, runsTimers, holdOpen, log } = native
  const metrics = createMetrics()
  const exporters = await openExporters(config, given, native)
  const receivers = exporters.map((exporter) =>
    createExporting({ exporter, metrics, holdOpen: runsTimers ? null : holdOpen, now: clock.now, log }),
  )
  const lastTraces = config.isProduction
    ? null
    : createLastTraces({ most: mostTraces, without: '/dev/telemetry', now: clock.now })
  const telemetry = createTracing({
    scope: traceScope,
    receivers,
    onlookers: lastTraces ? [lastTraces] : [],
    metrics,
    sampling: createSampling({ rate: sampleRate, slowMs, random: Math.random }),
    now: clock.now,
    timer: () => performance.now(),
  })
  return {
    telemetry,
    observations: {
      metrics: metrics.read,
      prometheus: () => ({ text: prometheusText(metrics.read()), type: prometheusType }),
      traces: lastTraces?.traces ?? null,
    },
    async close() {
      await Promise.all(receivers.map((receiver) => receiver.close()))
    },
  }
}
