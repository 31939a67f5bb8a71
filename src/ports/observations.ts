import type { FinishedTrace } from './finished-traces.ts'
import type { MetricReading } from './metrics.ts'

/** A trace, or a part of one, that ended in this process. */
export interface SeenTrace {
  /** Rises with each, also beyond the end of the process. */
  readonly number: number
  readonly trace: FinishedTrace
}

/** What telemetry has seen in this process, for those who run it. There is nothing of a person in it. */
export interface Observations {
  /** All that has something to say. */
  metrics(): readonly MetricReading[]
  /** The same in the text format of Prometheus, with its type. */
  prometheus(): { readonly text: string; readonly type: string }
  /** The last traces, oldest first, but those of whoever looks at them. Null where they are not kept: in production. */
  readonly traces: (() => readonly SeenTrace[]) | null
}
