/** From (included) to (excluded), in whatever unit its user counts. */
export type Range = readonly [from: number, to: number]

export const measure = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from, 0)

/**
 * The union, in order and without overlaps: adding the same twice, or in any order, gives the same. Of more than
 * `limit` ranges those closest to each other are joined.
 */
export function addRanges(
  ranges: readonly Range[],
  added: readonly Range[],
  limit = Number.POSITIVE_INFINITY,
): Range[] {
  const union: [number, number][] = []
  for (const [from, to] of [...ranges, ...added].sort(([a], [b]) => a - b)) {
    const last = union.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else if (to > from) union.push([from, to])
  }
  while (union.length > limit) {
    let closest = 1
    for (let i = 2; i < union.length; i++) if (gapBefore(union, i) < gapBefore(union, closest)) closest = i
    const [joined] = union.splice(closest, 1)
    const before = union[closest - 1]
    if (joined && before) before[1] = joined[1]
  }
  return union
}

const gapBefore = (ranges: readonly Range[], index: number): number =>
  (ranges[index]?.[0] ?? 0) - (ranges[index - 1]?.[1] ?? 0)
