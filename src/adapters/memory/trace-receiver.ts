import type { FinishedTrace, TraceReceiver } from '../../ports/finished-traces.ts'

/** Keeps the last traces in this process: for tests to read. */
export function createMemoryTraceReceiver({ most }: { readonly most: number }): TraceReceiver & {
  /** Oldest first. */
  readonly traces: () => readonly FinishedTrace[]
} {
  let kept: FinishedTrace[] = []
  return {
    traces: () => kept.slice(-most),
    take(trace) {
      kept.push(trace)
      // Not at each: moving all of them costs more than keeping twice as many.
      if (kept.length >= most * 2) kept = kept.slice(-most)
    },
    flush: async () => {},
  }
}
