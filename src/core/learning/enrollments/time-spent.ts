import { addRanges, measure, type Range } from '../../kernel/ranges.ts'
import { compact, expand, secondsIn } from '../../kernel/second-set.ts'

/**
 * Time on the clock, in epoch seconds. Because it is a union, what is reported twice, late, out of order or from two
 * tabs at once counts once, and never more than the clock has gone; and however many sittings there are, each counts.
 */
export interface TimeSpent {
  readonly sittings: readonly Range[]
  /** Hours of so many sittings that they are kept by the second. */
  readonly dense?: Readonly<Record<string, string>>
  /** What lies before this is summed up in `settledSeconds`: nothing is reported so late. */
  readonly settledUntil: number
  readonly settledSeconds: number
}

export const noTimeSpent: TimeSpent = { sittings: [], settledUntil: 0, settledSeconds: 0 }

const setOf = ({ sittings, dense }: TimeSpent) => ({ ranges: sittings, ...(dense && { dense }) })

export const secondsOf = (sheet: TimeSpent): number =>
  Math.round(sheet.settledSeconds + secondsIn(setOf(sheet)))

/** `settleBefore`, in epoch seconds: from now on nothing is reported that began earlier. */
export function withTime(sheet: TimeSpent, ranges: readonly Range[], settleBefore = 0): TimeSpent {
  const open = ranges.map(([from, to]): Range => [Math.max(from, sheet.settledUntil), to])
  const sittings = addRanges(expand(setOf(sheet)), open)
  const settledUntil = Math.max(sheet.settledUntil, Math.floor(settleBefore))
  const settled = sittings.flatMap(([from, to]): Range[] =>
    from < settledUntil ? [[from, Math.min(to, settledUntil)]] : [],
  )
  const { ranges: kept, dense } = compact(
    sittings.flatMap(([from, to]): Range[] =>
      to > settledUntil ? [[Math.max(from, settledUntil), to]] : [],
    ),
  )
  return {
    sittings: kept,
    ...(dense && { dense }),
    settledUntil,
    settledSeconds: sheet.settledSeconds + measure(settled),
  }
}
