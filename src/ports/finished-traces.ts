import type { MetricReading } from './metrics.ts'
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

/** What ended, before anything of it was worked out. */
export interface EndedTrace {
  /** What is said of the step that ended last: the first one, or one that ended after it. */
  readonly facts: Facts
  /** The same each time. */
  finish(): FinishedTrace
}

/** Looks at every trace, whichever are kept. Like `take` it never throws, never waits, and costs next to nothing. */
export interface TraceOnlooker {
  see(trace: EndedTrace): void
}

/**
 * What an exporter could not hand over. `isWorthAgain`: the other side is down or busy, and may take the same later. `refused`: how many
 * traces of the batch, where the others were taken; null for all of them.
 */
export class NotTaken extends Error {
  override readonly name = 'NotTaken'
  readonly isWorthAgain: boolean
  readonly refused: number | null
  constructor(
    isWorthAgain: boolean,
    options: { readonly cause?: unknown; readonly status?: number; readonly refused?: number } = {},
  ) {
    super(
      options.status === undefined ? 'no answer' : `answered ${options.status}`,
      'cause' in options ? { cause: options.cause } : undefined,
    )
    this.isWorthAgain = isWorthAgain
    this.refused = options.refused ?? null
  }
}

/**
 * A place elsewhere to which telemetry goes. Each call sends one batch as a whole, ends within seconds, and throws
 * `NotTaken` when nobody took it.
 */
export interface TelemetryExporter {
  sendTraces(traces: readonly FinishedTrace[]): Promise<void>
  /** All that has been counted since `sinceMs`, until `nowMs`: milliseconds since the epoch. */
  sendMetrics(readings: readonly MetricReading[], sinceMs: number, nowMs: number): Promise<void>
}
