import { addRanges, measure, type Range } from '../../kernel/ranges.ts'

/** How many sittings are kept apart. Older ones are summed up, and what is reported for them later is too late. */
const openSittings = 100

/**
 * Time on the clock, in epoch seconds. Because it is a union, what is reported twice, late, out of order or from two
 * tabs at once counts once, and never more than the clock has gone.
 */
export interface TimeSpent {
  readonly sittings: readonly Range[]
  /** What lies before this is summed up in `settledSeconds`. */
  readonly settledUntil: number
  readonly settledSeconds: number
}

export const noTimeSpent: TimeSpent = { sittings: [], settledUntil: 0, settledSeconds: 0 }

export const secondsOf = ({ sittings, settledSeconds }: TimeSpent): number =>
  Math.round(settledSeconds + measure(sittings))

export function withTime(sheet: TimeSpent, ranges: readonly Range[]): TimeSpent {
  const open = ranges.map(([from, to]): Range => [Math.max(from, sheet.settledUntil), to])
  const sittings = addRanges(sheet.sittings, open)
  const settled = sittings.slice(0, Math.max(0, sittings.length - openSittings))
  return {
    sittings: sittings.slice(settled.length),
    settledUntil: settled.at(-1)?.[1] ?? sheet.settledUntil,
    settledSeconds: sheet.settledSeconds + measure(settled),
  }
}
