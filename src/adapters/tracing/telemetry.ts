import type { FinishedTrace, TraceOnlooker, TraceReceiver } from '../../ports/finished-traces.ts'
import type { HistogramName } from '../../ports/metrics.ts'
import type { Step, StepName, Telemetry } from '../../ports/telemetry.ts'
import { type Facts, failureOf } from '../../ports/telemetry-facts.ts'
import { readTraceParent } from '../../ports/traceparent.ts'
import {
  failed,
  finishedTrace,
  type LiveStep,
  type LiveTrace,
  newStep,
  stepOf,
  traceIdOf,
} from './live-step.ts'
import type { Metrics } from './metrics.ts'
import type { Sampling } from './sampling.ts'
import type { TraceScope } from './scope.ts'

/** A request that makes more steps than this is told by its first ones. */
const mostSteps = 500

/**
 * Its own promise, looked at: no `async` around it, which would cost more than all that is noted. What is thrown at
 * once becomes a rejection, as it would in an `async` function.
 */
function whenEnded<Given extends readonly unknown[], T>(
  work: (...given: Given) => Promise<T>,
  given: Given,
  ended: () => void,
  threw: (error: unknown) => void,
): Promise<T> {
  let promise: Promise<T>
  try {
    promise = work(...given)
  } catch (error) {
    promise = Promise.reject(error)
  }
  return promise.then(
    (value) => {
      ended()
      return value
    },
    (error: unknown) => {
      threw(error)
      throw error
    },
  )
}

function noteFailure(step: LiveStep, error: unknown): void {
  const failure = failureOf(error)
  if (failure === null) step.facts = { ...step.facts, 'app.is_conflict': true }
  else failed(step, failure)
}

/**
 * Traces in this process. What is kept is decided when the first step has ended: a trace that failed or was slow always,
 * one that went well by chance, and that chance was taken when the trace began, by nobody but us.
 */
export function createTracing({
  scope,
  receivers,
  onlookers = [],
  metrics,
  sampling,
  now,
  timer,
}: {
  readonly scope: TraceScope
  /** Of what is kept. With none, and no onlookers, ids are made for the log and nothing else. */
  readonly receivers: readonly TraceReceiver[]
  readonly onlookers?: readonly TraceOnlooker[]
  readonly metrics: Metrics
  readonly sampling: Sampling
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds since whenever, with fractions; never goes back. */
  readonly timer: () => number
}): Telemetry {
  const isRecording = receivers.length + onlookers.length > 0

  function handOver(last: LiveStep, ended: readonly LiveStep[], droppedSteps: number): void {
    const { trace, facts } = last
    const standsFor = trace.standsFor || 1
    let finished: FinishedTrace | undefined
    const finish = () => {
      finished ??= finishedTrace(trace, ended, standsFor, droppedSteps)
      return finished
    }
    if (trace.standsFor) for (const { take } of receivers) take(finish())
    for (const { see } of onlookers) see({ facts, finish })
  }
  const isWanted = (trace: LiveTrace): boolean => trace.standsFor !== 0 || onlookers.length > 0

  /** Once the trace has ended, what comes after is handed over by itself. */
  function keep(step: LiveStep): void {
    const { trace } = step
    if (!isWanted(trace)) return
    if (trace.standsFor !== null) handOver(step, [step], 0)
    else if (trace.ended.length < mostSteps) trace.ended.push(step)
    else trace.droppedSteps++
  }

  function measured(name: StepName, facts: Facts, durationMs: number): void {
    const metric = durationOf(name, facts)
    if (metric) metrics.measure(metric, durationMs / 1_000, facts)
  }

  function endStep(step: LiveStep): void {
    step.endedAt = timer()
    measured(step.name, step.facts, step.endedAt - step.startedAt)
    keep(step)
  }

  function endTrace(first: LiveStep): void {
    const { trace } = first
    first.endedAt = timer()
    const durationMs = first.endedAt - first.startedAt
    measured(first.name, first.facts, durationMs)
    if (!isRecording) return
    const { ended } = trace
    ended.push(first)
    trace.ended = []
    trace.standsFor = sampling.standsFor({ failure: first.failure, durationMs }, trace.isPicked)
    if (isWanted(trace)) handOver(first, ended, trace.droppedSteps)
  }

  const within = <T>(
    step: LiveStep,
    work: (step: Step) => Promise<T>,
    end: (step: LiveStep) => void,
  ): Promise<T> =>
    scope.within(step, () =>
      whenEnded(
        work,
        [stepOf(step)],
        () => end(step),
        (error) => {
          noteFailure(step, error)
          end(step)
        },
      ),
    )

  function repeated(name: StepName, facts: Facts): ReturnType<Telemetry['repeated']> {
    const metric = durationOf(name, facts)
    const measure = metric ? metrics.histogram(metric, facts) : () => {}
    function threw(parent: LiveStep | undefined, startedAt: number, error: unknown): void {
      const endedAt = timer()
      const failure = failureOf(error)
      if (failure === null) measure((endedAt - startedAt) / 1_000)
      else measured(name, { ...facts, 'error.type': failure }, endedAt - startedAt)
      if (!parent || !isRecording) return
      const step = newStep(parent.trace, name, parent, facts, startedAt)
      step.endedAt = endedAt
      noteFailure(step, error)
      keep(step)
    }
    function ended(parent: LiveStep | undefined, startedAt: number): void {
      const endedAt = timer()
      measure((endedAt - startedAt) / 1_000)
      if (!parent || !isRecording) return
      const step = newStep(parent.trace, name, parent, facts, startedAt)
      step.endedAt = endedAt
      keep(step)
    }
    return (work, ...given) => {
      const parent = isRecording ? scope.current() : undefined
      const startedAt = timer()
      return whenEnded(
        work,
        given,
        () => ended(parent, startedAt),
        (error) => threw(parent, startedAt, error),
      )
    }
  }

  return {
    isOn: true,
    trace(name, facts, { from, host, link }, work) {
      const own = readTraceParent(from)
      const startedAt = timer()
      const trace: LiveTrace = {
        id: null,
        parent: own ?? readTraceParent(host),
        isPicked: own?.isPicked ?? sampling.isPicked(),
        link: link ?? null,
        epochMs: isRecording ? now() - startedAt : 0,
        ended: [],
        droppedSteps: 0,
        standsFor: null,
      }
      return within(newStep(trace, name, null, facts, startedAt), work, endTrace)
    },
    step(name, facts, work) {
      const parent = scope.current()
      // Where nothing is under way, and where nobody looks at steps, they are only counted.
      if (!parent || !isRecording) return repeated(name, facts)(() => work(unseen))
      return within(newStep(parent.trace, name, parent, facts, timer()), work, endStep)
    },
    repeated,
    context: scope.context,
    traceId() {
      const step = scope.current()
      return step ? traceIdOf(step.trace) : null
    },
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
