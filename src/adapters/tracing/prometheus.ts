import {
  boundsOf,
  definitionOf,
  type HistogramName,
  type MetricName,
  type MetricReading,
} from '../../ports/metrics.ts'
import type { Facts } from '../../ports/telemetry-facts.ts'

/** As OpenTelemetry turns them into names of Prometheus. */
const suffixes = { s: '_seconds' } as const

const plain = (name: string): string => name.replaceAll(/[^\w]/g, '_')

function nameOf(name: MetricName): string {
  const { unit, kind } = definitionOf(name)
  return plain(name) + (unit === 's' ? suffixes.s : '') + (kind === 'counter' ? '_total' : '')
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

function labels(facts: Facts, more: readonly (readonly [string, string])[] = []): string {
  const pairs = [
    ...Object.entries(facts).map(([key, value]) => [plain(key), String(value)] as const),
    ...more,
  ]
  return pairs.length === 0 ? '' : `{${pairs.map(([key, value]) => `${key}="${escaped(value)}"`).join(',')}}`
}

function linesOf({ name, points }: MetricReading): readonly string[] {
  const { kind, says } = definitionOf(name)
  const called = nameOf(name)
  return [
    `# HELP ${called} ${escaped(says)}`,
    `# TYPE ${called} ${kind}`,
    ...points.flatMap((point) => {
      if (point.kind !== 'histogram') return [`${called}${labels(point.facts)} ${point.value}`]
      const bounds = [...boundsOf(name as HistogramName).map(String), '+Inf']
      let below = 0
      return [
        ...bounds.map((bound, at) => {
          below += point.buckets[at] ?? 0
          return `${called}_bucket${labels(point.facts, [['le', bound]])} ${below}`
        }),
        `${called}_sum${labels(point.facts)} ${point.sum}`,
        `${called}_count${labels(point.facts)} ${point.count}`,
      ]
    }),
  ]
}

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'

/** The text that Prometheus and those like it fetch. */
export const prometheusText = (readings: readonly MetricReading[]): string =>
  `${readings.flatMap(linesOf).join('\n')}\n`
