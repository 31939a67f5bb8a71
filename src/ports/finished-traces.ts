import type { StepName } from './telemetry.ts'
import type { Facts, FailureType } from './telemetry-facts.ts'

export interface FinishedStep {
  readonly name: StepName
  readonly spanId: string
  /** The step that it is part of: here, or in another process. Null for the first of its trace. */
  readonly parentSpanId: string | null
  /** Milliseconds since the epoch, with fractions. */
  readonly startedAtMs: number
  readonly durationMs: number
  readonly facts: Facts
  /** Null when it went well. */
  readonly failure: FailureType | null
}

/** What ended together: the steps of a trace in this process, or one that ended after them. */
export interface FinishedTrace {
  readonly traceId: string
  /** In the order in which they ended; never empty. */
  readonly steps: readonly FinishedStep[]
  /** How many traces it stands for: those that went well are kept by chance, and stand for the others. */
  readonly standsFor: number
  /** The trace that a stranger said this belongs to, as it was read. */
  readonly link: { readonly traceId: string; readonly spanId: string } | null
  /** Steps that were too many to keep. */
  readonly droppedSteps: number
}

/**
 * Where finished traces go. `take` is called where a request ends: it never throws and never waits, and what it has no
 * room for it drops and counts. `flush` resolves when what was taken before was sent or given up.
 */
export interface TraceReceiver {
  take(trace: FinishedTrace): void
  flush(): Promise<void>
}
