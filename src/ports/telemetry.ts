import type { CounterName, GaugeName, HistogramName } from './metrics.ts'
import type { PortStep } from './observed-ports.ts'
import type { Facts, FailureType } from './telemetry-facts.ts'
import type { TraceParent } from './traceparent.ts'

/** What can begin a trace, or the part of one that runs in this process. */
export type RootName =
  | 'request'
  | 'job'
  | 'deferred'
  | 'decision'
  | 'mail'
  | 'announcement'
  | 'export'
  | 'import'
  | 'erasure'

export type StepName = RootName | PortStep

/** One step that is under way. */
export interface Step {
  /** Adds to what is said about it, or says it anew. */
  set(facts: Facts): void
  /** It has failed although nothing was thrown. */
  fail(type: FailureType): void
}

/** Where the part of a trace that begins here comes from. */
export interface Origin {
  /** Ours: it is gone on with. Null where there is none, or it was lost: a trace of its own begins. */
  readonly from?: TraceParent | null
  /**
   * The step of the host that handed this work to us, where it makes steps itself: ours is part of that one. Whether it
   * is kept is decided here all the same, since a host goes on with whatever a stranger sent.
   */
  readonly host?: string | null
  /**
   * What a stranger says that it belongs to. It is written down beside the trace, and decides about nothing: neither
   * the id, nor whether it is kept.
   */
  readonly link?: string | null
}

/**
 * What happens, for those who run it. Names are fixed phrases, facts are of closed sets: nothing that a person typed,
 * no id of a person, no address. Never throws by itself, never waits, and changes nothing about the work: its value,
 * its failure and its order are what they would be without.
 *
 * A trace is the steps of one request or job, in however many processes. What is under way follows `await`, timers
 * and promises, and never another request. Steps that end after the trace in this process has ended belong to it all
 * the same.
 */
export interface Telemetry {
  /** False where nobody looks: what observes is then best left away. */
  readonly isOn: boolean
  /** Begins a trace, or goes on with one that came from elsewhere. */
  trace<T>(name: RootName, facts: Facts, origin: Origin, work: (step: Step) => Promise<T>): Promise<T>
  /** Runs `work` as a step of what is under way; where nothing is, it just runs. What it throws is the step's failure. */
  step<T>(name: StepName, facts: Facts, work: (step: Step) => Promise<T>): Promise<T>
  /**
   * For what is done again and again: each run is a step of the same name and facts, in which no other step begins. What
   * is logged meanwhile, and what goes on from there, belongs to the step around it. `given` is what the work is given.
   */
  repeated(
    name: StepName,
    facts: Facts,
  ): <Given extends readonly unknown[], T>(
    work: (...given: Given) => Promise<T>,
    ...given: Given
  ) => Promise<T>
  /** To be kept with work that is gone on with later or elsewhere; null outside of a trace. */
  context(): TraceParent | null
  /** Of what is under way; null outside of a trace. */
  traceId(): string | null
  /** Counts are of everything that happens, kept or not. */
  count(name: CounterName, facts?: Facts, by?: number): void
  /** In the unit of the metric: durations are in seconds. */
  measure(name: HistogramName, value: number, facts?: Facts): void
  /** `read` is asked whenever somebody looks; null: there is nothing to say. A later one of the same facts takes its place. */
  gauge(name: GaugeName, read: () => number | null, facts?: Facts): void
  /** Resolves when what has ended so far was handed over, or given up. */
  flush(): Promise<void>
}
