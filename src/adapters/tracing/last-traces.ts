import type { EndedTrace, TraceOnlooker } from '../../ports/finished-traces.ts'
import type { SeenTrace } from '../../ports/observations.ts'

/**
 * The last traces of this process, whichever are kept elsewhere, for whoever develops. What they say is worked out when somebody looks.
 * Requests below `without` are left out: they are of those who look.
 */
export function createLastTraces({
  most,
  without,
  now,
}: {
  readonly most: number
  /** The beginning of patterns of routes. */
  readonly without: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}): TraceOnlooker & { readonly traces: () => readonly SeenTrace[] } {
  let kept: { readonly number: number; readonly ended: EndedTrace }[] = []
  // A process that is started anew goes on above all that the one before has said.
  let number = now() * 1_000
  return {
    see(ended) {
      if (ended.facts['http.route']?.startsWith(without)) return
      number++
      kept.push({ number, ended })
      // Not at each: moving all of them costs more than keeping twice as many.
      if (kept.length >= most * 2) kept = kept.slice(-most)
    },
    traces: () => kept.slice(-most).map((each) => ({ number: each.number, trace: each.ended.finish() })),
  }
}
