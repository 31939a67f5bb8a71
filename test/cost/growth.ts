import type { Counts, Measured } from './measure.ts'

/** More than this is growth: pages that are filled a little better are none. */
const mostGrowth = 1.5
/** Numbers in the list may be off by so much before somebody has to look. */
const tolerance = { worse: 1.1, better: 0.8 }

/** By how much the most grown kind of work grew. */
export const growthOf = (small: Counts, large: Counts): number =>
  Math.max(...Object.keys(large).map((kind) => (large[kind] ?? 0) / Math.max(1, small[kind] ?? 0)))

/** Three digits are enough. */
export const rounded = (growth: number): number => Number(growth.toPrecision(3))

/** What the list and the measurements disagree about, in words. Nothing when they agree. */
export function disagreements(
  growths: ReadonlyMap<string, number>,
  listed: Readonly<Record<string, number>>,
): readonly string[] {
  const found = [...growths].flatMap(([name, growth]) => {
    const known = listed[name]
    const now = rounded(growth)
    if (known === undefined)
      return growth > mostGrowth ? [`${name} grows by ${now} and is not in the list`] : []
    if (growth <= mostGrowth) return [`${name} no longer grows: take it off the list`]
    if (growth > known * tolerance.worse)
      return [`${name} got worse: it grew by ${known} and grows by ${now}`]
    if (growth < known * tolerance.better)
      return [`${name} got better: write ${now} for ${known} into the list`]
    return []
  })
  const gone = Object.keys(listed).filter((name) => !growths.has(name))
  return [...found, ...gone.map((name) => `${name} is in the list and was not measured`)]
}

/** The growth of everything that was measured. */
export const growthsOf = (small: Measured, large: Measured): ReadonlyMap<string, number> =>
  new Map([...large].map(([name, counts]) => [name, growthOf(small.get(name) ?? {}, counts)]))

/** What was measured, the most grown first. */
export function tableOf(small: Measured, large: Measured): string {
  const kinds = Object.keys([...large.values()][0] ?? {})
  const pairs = [...large]
    .map(([name, counts]) => ({ name, before: small.get(name) ?? {}, counts }))
    .map((row) => ({ ...row, growth: growthOf(row.before, row.counts) }))
    .sort((a, b) => b.growth - a.growth)
  const cells = pairs.map(({ name, before, counts, growth }) => [
    name,
    ...kinds.map((kind) => `${before[kind] ?? 0} → ${counts[kind] ?? 0}`),
    String(rounded(growth)),
  ])
  const rows = [['', ...kinds, 'growth'], ...cells]
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n')
}
