import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { attributesOf, kindOf, spanName } from '../../src/dialects/spans.ts'
import type { FinishedTrace } from '../../src/ports/finished-traces.ts'

const kinds = { internal: 0, server: 1, client: 2, consumer: 4 } as const

const hrTime = (ms: number): [number, number] => {
  const us = Math.round(ms * 1_000)
  return [Math.floor(us / 1e6), (us % 1e6) * 1_000]
}

/** The same spans as the SDK of OpenTelemetry holds them, for its exporters. */
export const readableSpans = (
  traces: readonly FinishedTrace[],
  resource: Readonly<Record<string, string>>,
  traceState: (trace: FinishedTrace) => string,
): ReadableSpan[] =>
  traces.flatMap((trace) =>
    trace.steps.map((step) => {
      const contextOf = (spanId: string) => ({
        traceId: trace.traceId,
        spanId,
        traceFlags: 1,
        traceState: { serialize: () => traceState(trace) } as never,
      })
      const isFirst = step === trace.steps.at(-1)
      return {
        name: spanName(step),
        kind: kinds[kindOf(step)],
        spanContext: () => contextOf(step.spanId),
        ...(step.parentSpanId === null ? {} : { parentSpanContext: contextOf(step.parentSpanId) }),
        startTime: hrTime(step.startedAtMs),
        endTime: hrTime(step.startedAtMs + step.durationMs),
        duration: hrTime(step.durationMs),
        status: { code: step.failure === null ? 0 : 2 },
        attributes: Object.fromEntries(attributesOf(step)),
        links: isFirst && trace.link ? [{ context: { ...trace.link, traceFlags: 1 }, attributes: {} }] : [],
        events: [],
        ended: true,
        resource: { attributes: resource, asyncAttributesPending: false } as never,
        instrumentationScope: { name: 'tools-inc-api' },
        droppedAttributesCount: 0,
        droppedEventsCount: 0,
        droppedLinksCount: 0,
      } satisfies ReadableSpan
    }),
  )
