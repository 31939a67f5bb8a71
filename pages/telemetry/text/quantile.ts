/**
 * Below which value this share of all lies, in seconds: by an even spread within the bucket that it falls into. Beyond the last
 * bound nothing is known but that bound: `isMore`.
 */
export function quantile(
  share: number,
  buckets: readonly number[],
  bounds: readonly number[],
): { readonly seconds: number; readonly isMore: boolean } {
  const count = buckets.reduce((sum, each) => sum + each, 0)
  const wanted = share * count
  let below = 0
  for (const [at, bound] of bounds.entries()) {
    const here = buckets[at] ?? 0
    if (here > 0 && below + here >= wanted) {
      const from = bounds[at - 1] ?? 0
      return { seconds: from + ((wanted - below) / here) * (bound - from), isMore: false }
    }
    below += here
  }
  return { seconds: bounds.at(-1) ?? 0, isMore: count > 0 }
}
