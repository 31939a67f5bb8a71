const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i])

/** Each of `moved` where one of them was, in their new order; all else stays where it is. */
function reordered(current: readonly string[], moved: readonly string[]): string[] {
  const set = new Set(moved)
  let next = 0
  return current.map((id) => (set.has(id) ? (moved[next++] ?? id) : id))
}

/** Behind what it follows in the file, or else before what it precedes there. */
function placed(current: readonly string[], id: string, given: readonly string[]): string[] {
  const at = given.indexOf(id)
  const before = given.slice(0, at).findLast((other) => current.includes(other))
  const after = given.slice(at + 1).find((other) => current.includes(other))
  const place =
    before !== undefined
      ? current.indexOf(before) + 1
      : after !== undefined
        ? current.indexOf(after)
        : current.length
  return [...current.slice(0, place), id, ...current.slice(place)]
}

/**
 * The order of what will be there, by id. What the file did not move stays where it is; what it moved moves, unless
 * somebody has moved the same here: then `isKept` says so. `added` of `given` come in.
 */
export function mergeOrder(
  {
    said,
    given,
    current,
  }: {
    readonly said: readonly string[]
    readonly given: readonly string[]
    readonly current: readonly string[]
  },
  added: readonly string[],
  isOverwriting: boolean,
): { readonly order: readonly string[]; readonly isKept: boolean } {
  const common = new Set(given.filter((id) => said.includes(id) && current.includes(id)))
  const of = (ids: readonly string[]) => ids.filter((id) => common.has(id))
  const [before, mine, theirs] = [of(said), of(given), of(current)]
  const isMoved = !isSameList(before, mine) && !isSameList(mine, theirs)
  const isKept = isMoved && !isOverwriting && !isSameList(before, theirs)
  const order = isMoved && !isKept ? reordered(current, mine) : [...current]
  return { order: added.reduce<string[]>((known, id) => placed(known, id, given), order), isKept }
}
