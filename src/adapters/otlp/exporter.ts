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

/** Calls of a port say the same again and again, by the same object. */
const known = new WeakMap<Facts, ReturnType<typeof attributes>>()

function attributesOfStep(step: FinishedStep): ReturnType<typeof attributes> {
  let written = known.get(step.facts)
  if (!written) {
    written = attributes(attributesOf(step))
    known.set(step.facts, written)
  }
  return written
}

/** Nanoseconds are more than a number holds: microseconds are not. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`

const chanceBits = 16n
const randomBits = 56n

/**
 * How many traces this one stands for, as OpenTelemetry says it: the threshold that its random value had to reach. That
 * value follows from the id, so that all parts of a trace say the same.
 */
export function traceState({ traceId, standsFor }: FinishedTrace): string {
  const kept = BigInt(Math.round(2 ** Number(chanceBits) / standsFor))
  const threshold = ((1n << chanceBits) - kept) << (randomBits - chanceBits)
  const hex = threshold.toString(16).padStart(14, '0').replace(/0+$/, '')
  const above = (1n << randomBits) - threshold
  const random = threshold + (BigInt(`0x${traceId.slice(-14)}`) % above)
  return `ot=th:${hex || '0'};rv:${random.toString(16).padStart(14, '0')}`
}

function spanOf(trace: FinishedTrace, step: FinishedStep, state: string) {
  const { spanId, parentSpanId, startedAtMs, durationMs, failure } = step
  const { traceId, link } = trace
  const isFirst = step === trace.steps.at(-1)
  return {
    traceId,
    spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    traceState: state,
    name: spanName(step),
    kind: kinds[kindOf(step)],
    startTimeUnixNano: nanoseconds(startedAtMs),
    endTimeUnixNano: nanoseconds(startedAtMs + durationMs),
    attributes:
      isFirst && trace.droppedSteps > 0
        ? [...attributesOfStep(step), attribute(['app.dropped_steps', trace.droppedSteps])]
        : attributesOfStep(step),
    links: isFirst && link ? [{ ...link, attributes: [] }] : [],
    status: failure === null ? {} : { code: failed },
  }
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
  async function post(path: string, body: object): Promise<void> {
    let status: number
    try {
      const answer = await send(`${base}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
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
        return trace.steps.map((step) => spanOf(trace, step, state))
      })
      return post('/v1/traces', { resourceSpans: [{ resource: from, scopeSpans: [{ scope, spans }] }] })
    },
    sendMetrics(readings, sinceMs, nowMs) {
      const [start, end] = [nanoseconds(sinceMs), nanoseconds(nowMs)]
      const metrics = readings.map((reading) => metricOf(reading, start, end))
      return post('/v1/metrics', {
        resourceMetrics: [{ resource: from, scopeMetrics: [{ scope, metrics }] }],
      })
    },
  }
}
