import type { FinishedStep } from '../../../ports/finished-traces.ts'
import { boundsOf } from '../../../ports/metrics.ts'
import type { Observations, SeenTrace } from '../../../ports/observations.ts'
import type { Needs } from '../../../ports/ports.ts'
import { emptyFace } from '../../kernel/domain.ts'
import type { RouteView, Seen, StepView, TraceView } from './observations.model.ts'

const requests = 'http.server.request.duration'

const stepView = (step: FinishedStep, beganAtMs: number): StepView => ({
  name: step.name,
  spanId: step.spanId,
  parentSpanId: step.parentSpanId,
  afterMs: step.startedAtMs - beganAtMs,
  durationMs: step.durationMs,
  failure: step.failure,
  facts: { ...step.facts },
})

function traceView({ number, trace: { traceId, steps, link, droppedSteps } }: SeenTrace): TraceView {
  const began = Math.min(...steps.map(({ startedAtMs }) => startedAtMs))
  const ended = Math.max(...steps.map(({ startedAtMs, durationMs }) => startedAtMs + durationMs))
  return {
    number,
    traceId,
    startedAt: new Date(began).toISOString(),
    durationMs: ended - began,
    linkedTraceId: link?.traceId ?? null,
    droppedSteps,
    steps: steps
      .toSorted((a, b) => a.startedAtMs - b.startedAtMs || b.durationMs - a.durationMs)
      .map((step) => stepView(step, began)),
  }
}

const routeViews = ({ metrics }: Pick<Observations, 'metrics'>): RouteView[] =>
  metrics()
    .filter(({ name }) => name === requests)
    .flatMap(({ points }) => points)
    .flatMap((point) => {
      if (point.kind !== 'histogram') return []
      const { facts, count, sum, buckets } = point
      return [
        {
          method: facts['http.request.method'] ?? '',
          route: facts['http.route'] ?? '',
          statusClass: facts['http.response.status_class'] ?? '',
          count,
          sumSeconds: sum,
          buckets: [...buckets],
        },
      ]
    })

/** What happened in this process, for those who run it. It keeps nothing, and there is nothing of a person in it. */
export function createObservations({ observations }: Needs<'observations'>) {
  const { traces } = observations
  return {
    ...emptyFace,
    prometheus: observations.prometheus,
    /** What came after the trace of that number. Null where traces are not kept. */
    seenAfter:
      traces &&
      ((number: number): Seen => ({
        traces: traces()
          .filter((seen) => seen.number > number)
          .map(traceView),
        routes: routeViews(observations),
        bounds: boundsOf(requests),
      })),
  }
}

export type ObservationsDomain = ReturnType<typeof createObservations>

export const observationsDomain = { collections: [], create: createObservations }
