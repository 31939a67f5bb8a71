import type { Needs } from '../../../ports/ports.ts'

const minuteMs = 60_000
/** For so long after the last one somebody has to look at it. */
const concernsMs = 5 * minuteMs

/**
 * Requests of which nobody said who sent them: a proxy that does not write what is promised, or a way around it. No limit
 * counts them, so it is said: at the first, then once a minute with how many there were and why.
 */
export function createUnknownCallers({ clock, log }: Needs<'clock' | 'log'>) {
  let lastAtMs: number | undefined
  let saidAtMs: number | undefined
  let counted = new Map<string, number>()

  return {
    /** `why`: one of a few fixed words. */
    note(why: string): void {
      const now = clock.now()
      lastAtMs = now
      counted.set(why, (counted.get(why) ?? 0) + 1)
      // A clock that was set back does not silence it.
      if (saidAtMs !== undefined && now >= saidAtMs && now < saidAtMs + minuteMs) return
      saidAtMs = now
      const count = [...counted.values()].reduce((sum, each) => sum + each, 0)
      log.warn('client_address_unknown', { count, ...Object.fromEntries(counted) })
      counted = new Map()
    },
    /** Whether there were any lately. */
    isConcern: (): boolean => lastAtMs !== undefined && clock.now() < lastAtMs + concernsMs,
  }
}

export type UnknownCallers = ReturnType<typeof createUnknownCallers>
