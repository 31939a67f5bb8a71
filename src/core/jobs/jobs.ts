/**
 * Work that is due again and again. Safe to run at any time, from several processes at once, and after a crash in the
 * middle of the run before: whatever runs it (a timer on Node, a timer trigger on Functions) promises no more than to
 * try.
 */
export interface Job {
  /** kebab-case. */
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<void>
}
