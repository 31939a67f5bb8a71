import { attributesOf, kindOf, spanName } from '../../dialects/spans.ts'
import type { FinishedStep, FinishedTrace } from '../../ports/finished-traces.ts'
import type { MetricReading } from '../../ports/metrics.ts'

/** One row to be: a request, a dependency, a metric or an event. */
export interface Envelope {
  readonly ver: 1
  readonly name: string
  readonly time: string
  /** Percent. A row of 5 stands for twenty, which the service calls its `itemCount`. */
  readonly sampleRate: number
  readonly iKey: string
  readonly tags: Readonly<Record<string, string>>
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> }
}

export interface Sender {
  readonly instrumentationKey: string
  readonly role: string
  readonly instance: string
}

const hour = 3_600_000
const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')

/** `d.hh:mm:ss.ffffff` */
export function durationText(ms: number): string {
  const us = Math.round(ms * 1_000)
  const whole = Math.floor(us / 1_000)
  const seconds = two((whole / 1_000) % 60)
  const fraction = String(us % 1_000_000).padStart(6, '0')
  const days = Math.floor(whole / (24 * hour))
  return `${days > 0 ? `${days}.` : ''}${two((whole / hour) % 24)}:${two((whole / 60_000) % 60)}:${seconds}.${fraction}`
}

/** What a row says in a column of its own is no property. */
const inColumns: readonly string[] = [
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'db.system.name',
  'db.operation.name',
]

const propertiesOf = (step: FinishedStep, link: FinishedTrace['link']): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ...attributesOf(step)
      .filter(([key]) => !inColumns.includes(key))
      .map(([key, value]) => [key, String(value)]),
    ...(link ? [['_MS.links', JSON.stringify([{ operation_Id: link.traceId, id: link.spanId }])]] : []),
  ])

const tagsOf = ({ role, instance }: Sender) => ({
  'ai.internal.sdkVersion': 'tools-inc-api:1',
  'ai.cloud.role': role,
  'ai.cloud.roleInstance': instance,
})

function dataOf(step: FinishedStep, link: FinishedTrace['link']): Envelope['data'] {
  const { spanId: id, durationMs, failure, facts } = step
  const shared = {
    ver: 2,
    id,
    name: spanName(step),
    duration: durationText(durationMs),
    success: failure === null,
    properties: propertiesOf(step, link),
    measurements: {},
  }
  const kind = kindOf(step)
  if (kind === 'server' || kind === 'consumer') {
    const responseCode = String(facts['http.response.status_code'] ?? 0)
    return { baseType: 'RequestData', baseData: { ...shared, responseCode } }
  }
  const system = facts['db.system.name']
  const type = system ?? (kind === 'internal' && step.parentSpanId !== null ? 'InProc' : 'Dependency')
  const called = system === undefined ? {} : { target: system, data: facts['db.operation.name'] }
  return { baseType: 'RemoteDependencyData', baseData: { ...shared, resultCode: '0', type, ...called } }
}

const named = (baseType: string): string => `Microsoft.ApplicationInsights.${baseType.replace(/Data$/, '')}`

export const envelopesOf = (sender: Sender, trace: FinishedTrace): readonly Envelope[] =>
  trace.steps.map((step) => {
    const isFirst = step === trace.steps.at(-1)
    const data = dataOf(step, isFirst ? trace.link : null)
    return {
      ver: 1,
      name: named(data.baseType),
      time: new Date(step.startedAtMs).toISOString(),
      sampleRate: 100 / trace.standsFor,
      iKey: sender.instrumentationKey,
      tags: {
        ...tagsOf(sender),
        'ai.operation.id': trace.traceId,
        ...(step.parentSpanId === null ? {} : { 'ai.operation.parentId': step.parentSpanId }),
        ...(step.name === 'request' ? { 'ai.operation.name': spanName(step) } : {}),
      },
      data,
    }
  })

/** Counters that are events there: each row stands for as many as there were. */
const events: readonly string[] = ['auth.login.success', 'auth.login.error']

/**
 * What was counted since it was last told: the service sums up, and knows no counts since a process began. Of one sender
 * alone, since it remembers; once they were taken, `tell` them.
 */
export function createMetricEnvelopes(sender: Sender) {
  const told = new Map<string, { readonly count: number; readonly sum: number }>()

  return (readings: readonly MetricReading[], nowMs: number) => {
    const telling = new Map(told)
    const envelopes = readings.flatMap(({ name, points }) =>
      points.flatMap((point): Envelope[] => {
        const key = `${name} ${JSON.stringify(point.facts)}`
        const before = told.get(key) ?? { count: 0, sum: 0 }
        const now =
          point.kind === 'histogram'
            ? { count: point.count, sum: point.sum }
            : { count: point.value, sum: point.value }
        if (point.kind !== 'gauge') telling.set(key, now)
        const count = point.kind === 'gauge' ? 1 : now.count - before.count
        if (count <= 0) return []
        const isEvent = events.includes(name)
        const properties = Object.fromEntries(
          Object.entries(point.facts).map(([fact, value]) => [fact, String(value)]),
        )
        const value = point.kind === 'gauge' ? point.value : now.sum - before.sum
        const metric = { name, value, count: point.kind === 'histogram' ? count : 1 }
        const data = isEvent
          ? { baseType: 'EventData', baseData: { ver: 2, name, properties, measurements: {} } }
          : { baseType: 'MetricData', baseData: { ver: 2, metrics: [metric], properties } }
        return [
          {
            ver: 1,
            name: named(data.baseType),
            time: new Date(nowMs).toISOString(),
            sampleRate: isEvent ? 100 / count : 100,
            iKey: sender.instrumentationKey,
            tags: tagsOf(sender),
            data,
          },
        ]
      }),
    )
    return {
      envelopes,
      tell(): void {
        for (const [key, now] of telling) told.set(key, now)
      },
    }
  }
}
