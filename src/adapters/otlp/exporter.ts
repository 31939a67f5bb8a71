import { attributesOf, kindOf, type SpanKind, spanName } from '../../dialects/spans.ts'
import {
  type FinishedStep,
  type FinishedTrace,
  NotTaken,
  type TelemetryExporter,
} from '../../ports/finished-traces.ts'
import {
  boundsOf,
  definitionOf,
  type HistogramName,
  type MetricPoint,
  type MetricReading,
} from '../../ports/metrics.ts'
import type { StepName } from '../../ports/telemetry.ts'
import type { Facts } from '../../ports/telemetry-facts.ts'

const patienceMs = 10_000
const scope = { name: 'tools-inc-api' }
const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, consumer: 5 }
const failed = 2
const cumulative = 2
/** What the other side may take later, as the protocol lists them. */
const worthAgain: readonly number[] = [429, 502, 503, 504]

type Value = string | number | boolean

const attribute = ([key, value]: readonly [string, Value]) => ({
  key,
  value:
    typeof value === 'string'
      ? { stringValue: value }
      : typeof value === 'boolean'
        ? { boolValue: value }
        : Number.isInteger(value)
          ? { intValue: value }
          : { doubleValue: value },
})
const attributes = (entries: readonly (readonly [string, Value])[]) => entries.map(attribute)

/** Calls of a port say the same again and again, by the same object: it is written once. */
const written = new WeakMap<Facts, { readonly name: StepName; readonly said: string }>()

/** What does not change from one call to the next. */
function saidOf(step: FinishedStep, droppedSteps: number): string {
  const before = droppedSteps === 0 ? written.get(step.facts) : undefined
  if (before?.name === step.name) return before.said
  const facts = [
    ...attributesOf(step),
    ...(droppedSteps === 0 ? [] : [['app.dropped_steps', droppedSteps] as const]),
  ]
  const said = `"name":${JSON.stringify(spanName(step))},"kind":${kinds[kindOf(step)]},"attributes":${JSON.stringify(attributes(facts))}`
  if (droppedSteps === 0) written.set(step.facts, { name: step.name, said })
  return said
}

/** Nanoseconds are more than a number holds: microseconds are not. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`

/** Chance is told in four hexadecimal digits of the fourteen that there are. */
const parts = 0x1_0000
const hexadecimal = (part: number): string => part.toString(16).padStart(4, '0')

/**
 * How many traces this one stands for, as OpenTelemetry says it: the threshold that its random value had to reach. That
 * value follows from the id, so that all parts of a trace say the same.
 */
export function traceState({ traceId, standsFor }: FinishedTrace): string {
  const threshold = parts - Math.round(parts / standsFor)
  const least = hexadecimal(threshold).replace(/0+$/, '') || '0'
  const random = threshold + (Number.parseInt(traceId.slice(-14, -10), 16) % (parts - threshold))
  return `ot=th:${least};rv:${hexadecimal(random)}${traceId.slice(-10)}`
}

const linkText = (link: FinishedTrace['link']): string =>
  link ? `,"links":[${JSON.stringify({ ...link, attributes: [] })}]` : ''

/** As text: an object of it, made into text, costs several times as much, and who asks meanwhile waits. */
function spanText(trace: FinishedTrace, step: FinishedStep, state: string): string {
  const { spanId, parentSpanId, startedAtMs, durationMs, failure } = step
  const { traceId, link, droppedSteps } = trace
  const isFirst = step === trace.steps.at(-1)
  return `{"traceId":"${traceId}","spanId":"${spanId}"${
    parentSpanId === null ? '' : `,"parentSpanId":"${parentSpanId}"`
  },"traceState":"${state}","startTimeUnixNano":"${nanoseconds(startedAtMs)}","endTimeUnixNano":"${nanoseconds(
    startedAtMs + durationMs,
  )}",${saidOf(step, isFirst ? droppedSteps : 0)}${isFirst ? linkText(link) : ''}${
    failure === null ? '' : `,"status":{"code":${failed}}`
  }}`
}

function pointOf(
  name: HistogramName | null,
  point: MetricPoint,
  startTimeUnixNano: string,
  timeUnixNano: string,
) {
  const shared = {
    attributes: attributes(Object.entries(point.facts)),
    startTimeUnixNano,
    timeUnixNano,
  }
  if (point.kind !== 'histogram' || name === null)
    return { ...shared, asDouble: 'value' in point ? point.value : 0 }
  return {
    ...shared,
    count: String(point.count),
    sum: point.sum,
    bucketCounts: point.buckets.map(String),
    explicitBounds: boundsOf(name),
  }
}

function metricOf({ name, points }: MetricReading, start: string, end: string) {
  const { kind, unit, says } = definitionOf(name)
  const dataPoints = points.map((point) =>
    pointOf(kind === 'histogram' ? (name as HistogramName) : null, point, start, end),
  )
  return {
    name,
    unit,
    description: says,
    ...(kind === 'histogram' && { histogram: { aggregationTemporality: cumulative, dataPoints } }),
    ...(kind === 'counter' && { sum: { aggregationTemporality: cumulative, isMonotonic: true, dataPoints } }),
    ...(kind === 'gauge' && { gauge: { dataPoints } }),
  }
}

/**
 * OpenTelemetry's own protocol, over HTTP as JSON: a POST that every runtime can make. `resource`: who is sending, such as
 * `service.name`.
 */
export function createOtlpExporter({
  endpoint,
  headers,
  resource,
  send = fetch,
}: {
  /** Without `/v1/traces`. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly resource: Readonly<Record<string, string>>
  readonly send?: typeof fetch
}): TelemetryExporter {
  const from = { attributes: attributes(Object.entries(resource)) }
  const base = endpoint.replace(/\/+$/, '')
  async function post(path: string, body: string): Promise<void> {
    let status: number
    try {
      const answer = await send(`${base}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(patienceMs),
      })
      status = answer.status
      await answer.body?.cancel()
    } catch (cause) {
      throw new NotTaken(true, { cause })
    }
    if (status < 200 || status > 299) throw new NotTaken(worthAgain.includes(status), { status })
  }
  return {
    sendTraces(traces) {
      const spans = traces.flatMap((trace) => {
        const state = traceState(trace)
        return trace.steps.map((step) => spanText(trace, step, state))
      })
      return post(
        '/v1/traces',
        `{"resourceSpans":[{"resource":${JSON.stringify(from)},"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[${spans.join()}]}]}]}`,
      )
    },
    sendMetrics(readings, sinceMs, nowMs) {
      const [start, end] = [nanoseconds(sinceMs), nanoseconds(nowMs)]
      const metrics = readings.map((reading) => metricOf(reading, start, end))
      return post(
        '/v1/metrics',
        JSON.stringify({ resourceMetrics: [{ resource: from, scopeMetrics: [{ scope, metrics }] }] }),
      )
    },
  }
}
