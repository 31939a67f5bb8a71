import type { Clock } from '../../ports/clock.ts'

export interface ManualClock extends Clock {
  advance(ms: number): void
}

/** Stands still until told otherwise. */
export function createManualClock(startAt = Date.UTC(2026, 10, 24)): ManualClock {
  let now = startAt
  return {
    now: () => now,
    advance(ms) {
      now += ms
    },
  }
}
