import type { FinishedStep, FinishedTrace } from '../../ports/finished-traces.ts'
import type { Step, StepName } from '../../ports/telemetry.ts'
import type { Facts, FailureType } from '../../ports/telemetry-facts.ts'
import { type ReadTraceParent, readTraceParent } from '../../ports/traceparent.ts'
import { newSpanId, newTraceId } from './random-ids.ts'

/*
 * Every call of every request is noted, since what fails is known only at its end; few are ever shown. So notes are
 * plain, and ids, links and times of day are worked out when somebody asks.
 */

/** The part of a trace that runs in this process. */
export interface LiveTrace {
  /** Null until somebody asks: see `traceIdOf`. */
  id: string | null
  /** Where it was begun; null where it begins here. */
  readonly parent: ReadTraceParent | null
  /** Whether it is one of those that are kept by chance. */
  readonly isPicked: boolean
  /** As a stranger sent it. */
  readonly link: string | null
  /** Milliseconds from the timer to the epoch: within a trace the time of day may be set anew, and changes nothing. */
  readonly epochMs: number
  ended: LiveStep[]
  droppedSteps: number
  /** Null while its first step is under way; 0 when it was not kept. */
  standsFor: number | null
}

/** A step that is under way, or was. */
export interface LiveStep {
  readonly trace: LiveTrace
  readonly name: StepName
  /** Null for the first here. */
  readonly parent: LiveStep | null
  /** Null until somebody asks: see `spanIdOf`. */
  spanId: string | null
  /** What is said of it so far. */
  facts: Facts
  failure: FailureType | null
  /** In milliseconds of the timer. */
  readonly startedAt: number
  endedAt: number
}

export function traceIdOf(trace: LiveTrace): string {
  trace.id ??= trace.parent?.traceId ?? newTraceId()
  return trace.id
}

export function spanIdOf(step: LiveStep): string {
  step.spanId ??= newSpanId()
  return step.spanId
}

export const newStep = (
  trace: LiveTrace,
  name: StepName,
  parent: LiveStep | null,
  facts: Facts,
  startedAt: number,
): LiveStep => ({
  trace,
  name,
  parent,
  spanId: null,
  facts,
  failure: null,
  startedAt,
  endedAt: startedAt,
})

function isNothing(facts: Facts): boolean {
  for (const _ in facts) return false
  return true
}

/** For those who do the work, to say more of it. */
export const stepOf = (step: LiveStep): Step => ({
  set(more) {
    // The object itself, where it can be: metrics find their numbers by it.
    step.facts = isNothing(step.facts) ? more : { ...step.facts, ...more }
  },
  fail: (type) => failed(step, type),
})

export function failed(step: LiveStep, type: FailureType): void {
  step.failure = type
  step.facts = { ...step.facts, 'error.type': type }
}

const finishedStep = (step: LiveStep): FinishedStep => ({
  name: step.name,
  spanId: spanIdOf(step),
  parentSpanId: step.parent ? spanIdOf(step.parent) : (step.trace.parent?.spanId ?? null),
  startedAtMs: step.trace.epochMs + step.startedAt,
  durationMs: Math.max(0, step.endedAt - step.startedAt),
  facts: step.facts,
  failure: step.failure,
})

export function finishedTrace(
  trace: LiveTrace,
  ended: readonly LiveStep[],
  standsFor: number,
  droppedSteps: number,
): FinishedTrace {
  const link = readTraceParent(trace.link)
  return {
    traceId: traceIdOf(trace),
    steps: ended.map(finishedStep),
    standsFor,
    link: link && { traceId: link.traceId, spanId: link.spanId },
    droppedSteps,
  }
}
