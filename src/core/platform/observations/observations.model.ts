/** One step of a trace, as those who develop see it. */
export interface StepView {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId: string | null
  /** Since the first of them began. */
  readonly afterMs: number
  readonly durationMs: number
  /** Of the kinds that are known; null where it went well. */
  readonly failure: string | null
  readonly facts: Readonly<Record<string, string | number | boolean>>
}

/** A trace, or the part of one that ended by itself: mail, work that was put off. */
export interface TraceView {
  readonly number: number
  readonly traceId: string
  readonly startedAt: string
  readonly durationMs: number
  /** What a stranger said that it belongs to. */
  readonly linkedTraceId: string | null
  readonly droppedSteps: number
  /** In the order in which they began. */
  readonly steps: readonly StepView[]
}

/** How long the requests of a route took that were answered alike. */
export interface RouteView {
  readonly method: string
  readonly route: string
  readonly statusClass: string
  readonly count: number
  readonly sumSeconds: number
  /** As many as there are bounds, and one more: how many fell into each. */
  readonly buckets: readonly number[]
}

export interface Seen {
  /** Oldest first. */
  readonly traces: readonly TraceView[]
  readonly routes: readonly RouteView[]
  /** Upper bounds of the buckets, in seconds. */
  readonly bounds: readonly number[]
}
