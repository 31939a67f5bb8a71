import { type TraceParent, writeTraceParent } from '../../ports/traceparent.ts'
import { type LiveStep, spanIdOf, traceIdOf } from './live-step.ts'

/** What follows work through `await`: `AsyncLocalStorage`, which each runtime brings. */
export interface AsyncStorage {
  run<T>(store: unknown, work: () => T): T
  getStore(): unknown
}

/** The step that is under way where one asks: for what traces, and for the log, which is made before there are traces. */
export function createTraceScope(storage: AsyncStorage) {
  const current = () => storage.getStore() as LiveStep | undefined
  return {
    current,
    within: <T>(step: LiveStep, work: () => T): T => storage.run(step, work),
    context(): TraceParent | null {
      const step = current()
      return step === undefined
        ? null
        : writeTraceParent({
            traceId: traceIdOf(step.trace),
            spanId: spanIdOf(step),
            isPicked: step.trace.isPicked,
          })
    },
    /** By the names that logs have for them; null outside of a trace. */
    ids(): { readonly trace_id: string; readonly span_id: string } | null {
      const step = current()
      return step === undefined ? null : { trace_id: traceIdOf(step.trace), span_id: spanIdOf(step) }
    },
  }
}

export type TraceScope = ReturnType<typeof createTraceScope>
