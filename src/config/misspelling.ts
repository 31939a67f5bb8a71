/** How many letters were left out, added, changed or swapped with their neighbor (optimal string alignment). */
export function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + change,
          isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(a.length, b.length)
}

const lettersOfShort = 5
const lettersOfLong = 14

/** Two mistakes in a long name, one in others; short ones such as PORT are too like words of other software. */
const mistakesIn = (name: string): number =>
  name.length < lettersOfShort ? -1 : name.length < lettersOfLong ? 1 : 2

export interface Misspelling {
  readonly meant: string
  /** Whether hardly anything else can be meant. One word, such as SECRET or LOGLEVEL, may be somebody else's. */
  readonly isSure: boolean
}

/** What `name`, which is none of `known`, was meant to be. */
export function misspellingOf(name: string, known: Iterable<string>): Misspelling | null {
  const written = name.toUpperCase()
  let best: { readonly meant: string; readonly mistakes: number } | undefined
  for (const candidate of known) {
    const allowed = Math.min(mistakesIn(candidate), best ? best.mistakes - 1 : Number.POSITIVE_INFINITY)
    if (allowed < 0 || Math.abs(candidate.length - written.length) > allowed) continue
    const mistakes = distance(written, candidate)
    if (mistakes <= allowed) best = { meant: candidate, mistakes }
  }
  return best ? { meant: best.meant, isSure: written.includes('_') && best.meant.includes('_') } : null
}
