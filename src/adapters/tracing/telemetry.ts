import type { TraceReceiver } from '../../ports/finished-traces.ts'
import type { HistogramName } from '../../ports/metrics.ts'
import type { Step, StepName, Telemetry } from '../../ports/telemetry.ts'
import { type Facts, failureOf } from '../../ports/telemetry-facts.ts'
import { readTraceParent } from '../../ports/traceparent.ts'
import { createLiveStep, type LiveStep, type LiveTrace, newTraceId } from './live-step.ts'
import type { Metrics } from './metrics.ts'
import type { Sampling } from './sampling.ts'
import type { TraceScope } from './scope.ts'

/** A request that makes more steps than this is told by its first ones. */
const mostSteps = 500

/** Runs the work; a failure is noted and thrown on, and what follows is done either way. */
async function followed<T>(step: LiveStep, work: (step: Step) => Promise<T>, end: () => void): Promise<T> {
  try {
    return await work(step)
  } catch (error) {
    const failure = failureOf(error)
    if (failure === null) step.set({ 'app.is_conflict': true })
    else step.fail(failure)
    throw error
  } finally {
    end()
  }
}

/**
 * Traces in this process. What is kept is decided when the first step has ended: a trace that failed or was slow always,
 * one that went well by chance, and that chance was taken when the trace began, by nobody but us.
 */
export function createTracing({
  scope,
  receivers,
  metrics,
  sampling,
  now,
  timer,
}: {
  readonly scope: TraceScope
  /** With none, ids are made for the log and nothing else. */
  readonly receivers: readonly TraceReceiver[]
  readonly metrics: Metrics
  readonly sampling: Sampling
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds since whenever, with fractions; never goes back. */
  readonly timer: () => number
}): Telemetry {
  const isRecording = receivers.length > 0

  function handOver({ id, steps, link, droppedSteps, standsFor }: LiveTrace): void {
    if (!standsFor || steps.length === 0) return
    for (const { take } of receivers) take({ traceId: id, steps: [...steps], standsFor, link, droppedSteps })
  }

  function end(step: LiveStep, endedAt: number): void {
    const { trace } = step
    if (trace.standsFor === 0) return
    if (trace.standsFor !== null) handOver({ ...trace, steps: [step.finished(endedAt)], droppedSteps: 0 })
    else if (trace.steps.length < mostSteps) trace.steps.push(step.finished(endedAt))
    else trace.droppedSteps++
  }

  function measured(name: StepName, step: LiveStep, durationMs: number): void {
    const metric = durationOf(name, step.facts())
    if (metric) metrics.measure(metric, durationMs / 1_000, step.facts())
  }

  return {
    isOn: true,
    async trace(name, facts, { from, host, link }, work) {
      const own = readTraceParent(from)
      const parent = own ?? readTraceParent(host)
      const linked = readTraceParent(link)
      const startedAt = timer()
      const trace: LiveTrace = {
        id: parent?.traceId ?? newTraceId(),
        isPicked: own?.isPicked ?? sampling.isPicked(),
        link: linked && { traceId: linked.traceId, spanId: linked.spanId },
        epochMs: now() - startedAt,
        steps: [],
        droppedSteps: 0,
        standsFor: null,
      }
      const first = createLiveStep(trace, name, () => parent?.spanId ?? null, facts, startedAt)
      return scope.within(first, () =>
        followed(first, work, () => {
          const endedAt = timer()
          measured(name, first, endedAt - startedAt)
          if (!isRecording) return
          const finished = first.finished(endedAt)
          trace.steps.push(finished)
          trace.standsFor = sampling.standsFor(finished, trace.isPicked)
          handOver(trace)
          trace.steps.length = 0
        }),
      )
    },
    async step(name, facts, work) {
      const parent = scope.current()
      const startedAt = timer()
      const step = createLiveStep(
        parent?.trace ?? none,
        name,
        parent?.spanId ?? (() => null),
        facts,
        startedAt,
      )
      const done = () => {
        const endedAt = timer()
        measured(name, step, endedAt - startedAt)
        if (parent && isRecording) end(step, endedAt)
      }
      // Where nothing is under way, and where nobody looks at steps, what is under way stays what it was.
      return parent && isRecording
        ? scope.within(step, () => followed(step, work, done))
        : followed(step, work, done)
    },
    count: metrics.count,
    measure: metrics.measure,
    gauge: metrics.gauge,
    context: scope.context,
    async flush() {
      await Promise.all(receivers.map((receiver) => receiver.flush()))
    },
  }
}

/** What a step is part of where nothing is under way: it is counted, and not kept. */
const none: LiveTrace = {
  id: '',
  isPicked: false,
  link: null,
  epochMs: 0,
  steps: [],
  droppedSteps: 0,
  standsFor: 0,
}

/** Which metric the length of a step goes into; null for one that is counted as part of another. */
function durationOf(name: StepName, facts: Facts): HistogramName | null {
  if (name === 'request') return 'http.server.request.duration'
  if (name === 'job') return 'app.job.duration'
  if (facts['db.operation.name'] !== undefined) return 'db.client.operation.duration'
  return facts['app.operation'] === undefined ? null : 'app.port.duration'
}
