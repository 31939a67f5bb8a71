import type { Context } from './area.ts'

/**
 * The kind of adapter that `name` says or, when it says nothing, the one whose settings are there. The chosen kind needs
 * all of its settings: what is missing is a problem.
 */
export function chooseKind<K extends string, N extends string>(
  { isSet, says, problem }: Pick<Context<N>, 'isSet' | 'says' | 'problem'>,
  name: NoInfer<N>,
  said: K | undefined,
  needs: Readonly<Partial<Record<NoInfer<K>, readonly NoInfer<N>[]>>>,
  fallback: NoInfer<K>,
): K {
  const needing = Object.entries(needs) as [K, readonly N[]][]
  const begun = needing.flatMap(([kind, names]) => (names.some(isSet) ? [kind] : []))
  if (!isSet(name) && begun.length > 1)
    problem(name, `say which, the settings of ${begun.join(' and ')} are there`)
  const chosen = said ?? begun[0] ?? fallback
  for (const needed of needs[chosen] ?? [])
    if (!isSet(needed)) problem(needed, `is needed for ${name}=${chosen}. ${says(needed)}`)
  return chosen
}
