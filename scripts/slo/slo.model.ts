import type { MetricName } from '../../src/ports/metrics.ts'

/** Minutes that Azure takes for how often a rule looks. A rule that looks seldomer than twelve hours would never be resolved. */
export type EveryMinutes = 1 | 5 | 15 | 30 | 60 | 360
/** Minutes that it takes for how far back it looks. */
export type WindowMinutes = 5 | 10 | 15 | 30 | 45 | 60 | 180 | 360 | 2_880

/** `on-call`: a phone, at night too. `people`: a mail, read in the morning. */
export type Told = 'on-call' | 'people'

export interface Alert {
  /** kebab-case; also that of its row in docs/runbooks.md. */
  readonly name: string
  readonly says: string
  /** The objective that it guards. */
  readonly slo: string
  /** As Azure counts: 0 critical, 1 error, 2 warning, 3 informational. */
  readonly severity: 0 | 1 | 2 | 3
  readonly tells: Told
  readonly everyMinutes: EveryMinutes
  /** Rows of this time are looked at, so that the query itself names no beginning. */
  readonly windowMinutes: WindowMinutes
  /** Where rules look every quarter of an hour at most; where it is not said, the window, or a quarter of an hour. */
  readonly thriftyWindowMinutes?: WindowMinutes
  /** In KQL. It fires when there is a row. */
  readonly query: string
}

/** The share of what was bad, out of rows that say of themselves how many are `bad` and how many there are at `all`. */
export interface Ratio {
  /** 0 to 1. */
  readonly objective: number
  readonly source: string
}

export interface Slo {
  readonly name: string
  readonly says: string
  readonly objective: string
  /** Null where it is kept or not kept, and no share of anything. */
  readonly ratio: Ratio | null
}

/** Of which metrics an alert speaks: what is not declared does not compile. */
export const metric = (name: MetricName): string => `'${name}'`
