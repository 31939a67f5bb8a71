import type { Listener } from './events.ts'
import type { PersonalData } from './personal-data.ts'

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

/** How often one caller may do something. */
export interface Limit {
  /** Names the counter, `ratelimit:{name}:{key}`, and is what a route says to count against it. */
  readonly name: string
  /** Requests allowed in one window. */
  readonly requests: number
  readonly windowSeconds: number
  /** Requests one process allows in one window while the shared counters cannot be reached. */
  readonly requestsWhenAlone: number
}

/** What every domain hands out beside its use cases. The app collects it by loops. */
export interface DomainFace {
  /** One entry for each of its stores, in the order in which a person is erased from them. */
  readonly personalData: readonly PersonalData[]
  readonly jobs: readonly Job[]
  /** What it hears of other domains. */
  readonly listeners: readonly Listener[]
  /** Those that it counts against itself, and those that its routes name. */
  readonly limits: readonly Limit[]
}

/** For a domain to spread, and to replace what it does have. */
export const emptyFace: DomainFace = { personalData: [], jobs: [], listeners: [], limits: [] }
