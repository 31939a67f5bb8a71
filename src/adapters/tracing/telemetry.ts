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

  function handOver({ id, ended, link, droppedSteps, standsFor }: LiveTrace): void {
    if (!standsFor || ended.length === 0) return
    const steps = ended.map(({ step, at }) => step.finished(at))
    for (const { take } of receivers) take({ traceId: id, steps, standsFor, link, droppedSteps })
  }

  function end(step: LiveStep, at: number): void {
    const { trace } = step
    if (trace.standsFor === 0) return
    if (trace.standsFor !== null) handOver({ ...trace, ended: [{ step, at }], droppedSteps: 0 })
    else if (trace.ended.length < mostSteps) trace.ended.push({ step, at })
    else trace.droppedSteps++
  }

  function measured(name: StepName, facts: Facts, durationMs: number): void {
    const metric = durationOf(name, facts)
    if (metric) metrics.measure(metric, durationMs / 1_000, facts)
  }

  async function counted<T>(name: StepName, facts: Facts, work: (step: Step) => Promise<T>): Promise<T> {
    const startedAt = timer()
    let said = facts
    try {
      return await work(unseen)
    } catch (error) {
      const failure = failureOf(error)
      if (failure !== null) said = { ...facts, 'error.type': failure }
      throw error
    } finally {
      measured(name, said, timer() - startedAt)
    }
  }

  return {
    isOn: true,
    trace(name, facts, { from, host, link }, work) {
      const own = readTraceParent(from)
      const parent = own ?? readTraceParent(host)
      const linked = readTraceParent(link)
      const startedAt = timer()
      const trace: LiveTrace = {
        id: parent?.traceId ?? newTraceId(),
        isPicked: own?.isPicked ?? sampling.isPicked(),
        link: linked && { traceId: linked.traceId, spanId: linked.spanId },
        epochMs: now() - startedAt,
        ended: [],
        droppedSteps: 0,
        standsFor: null,
      }
      const first = createLiveStep(trace, name, () => parent?.spanId ?? null, facts, startedAt)
      return scope.within(first, () =>
        followed(first, work, () => {
          const endedAt = timer()
          measured(name, first.facts(), endedAt - startedAt)
          if (!isRecording) return
          trace.ended.push({ step: first, at: endedAt })
          trace.standsFor = sampling.standsFor(
            { failure: first.failure(), durationMs: endedAt - startedAt },
            trace.isPicked,
          )
          handOver(trace)
          trace.ended.length = 0
        }),
      )
    },
    step(name, facts, work) {
      const parent = scope.current()
      // Where nothing is under way, and where nobody looks at steps, they are only counted.
      if (!parent || !isRecording) return counted(name, facts, work)
      const startedAt = timer()
      const step = createLiveStep(parent.trace, name, parent.spanId, facts, startedAt)
      return scope.within(step, () =>
        followed(step, work, () => {
          const endedAt = timer()
          measured(name, step.facts(), endedAt - startedAt)
          end(step, endedAt)
        }),
      )
    },
    context: scope.context,
    traceId: () => scope.current()?.trace.id ?? null,
    count: metrics.count,
    measure: metrics.measure,
    gauge: metrics.gauge,
    async flush() {
      await Promise.all(receivers.map((receiver) => receiver.flush()))
    },
  }
}

/** Of a step that is only counted. */
const unseen: Step = { set() {}, fail() {} }

/** Which metric the length of a step goes into; null for one that is counted as part of another. */
function durationOf(name: StepName, facts: Facts): HistogramName | null {
  if (name === 'request') return 'http.server.request.duration'
  if (name === 'job') return 'app.job.duration'
  if (facts['db.operation.name'] !== undefined) return 'db.client.operation.duration'
  return facts['app.operation'] === undefined ? null : 'app.port.duration'
}
