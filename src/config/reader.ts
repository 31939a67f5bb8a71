import type { AnyArea, Context, Readable, Runtime, Settings, Values } from './area.ts'
import { type Environment, readNames } from './names.ts'

/** Reads areas of the configuration and gathers every problem there is, each once. */
export function createReader(environment: Environment, areas: readonly AnyArea[], runtime: Runtime) {
  const { texts, problems: problemsOfNames, warnings: warningsOfNames } = readNames(environment, areas)
  const problems = [...problemsOfNames]
  const warnings = [...warningsOfNames]
  const unreadable = new Set<string>()
  const known = new Map<Readable<unknown>, unknown>()
  const valuesKnown = new Map<Settings, unknown>()

  /** The value of one setting; its fallback where it cannot be read, which is reported. */
  function parse(name: string, { schema, fallback }: Settings[string]): unknown {
    const { text, from } = texts.get(name) ?? { text: fallback, from: name }
    if (text === undefined) return undefined
    const result = schema.safeParse(text)
    if (result.success) return result.data
    unreadable.add(name)
    const label = from === name ? name : `${from}, read as ${name}`
    for (const { path, message } of result.error.issues)
      problems.push(`${[label, ...path].join('.')}: ${message}`)
    return fallback === undefined ? undefined : schema.parse(fallback)
  }

  function valuesOf<S extends Settings>({ settings }: { readonly settings: S }): Values<S> {
    if (!valuesKnown.has(settings))
      valuesKnown.set(
        settings,
        Object.fromEntries(
          Object.entries(settings).map(([name, setting]) => [name, parse(name, setting)] as const),
        ),
      )
    return valuesKnown.get(settings) as Values<S>
  }

  function problem(names: string | readonly string[], text: string): void {
    const subjects = typeof names === 'string' ? [names] : names
    if (!subjects.some((name) => unreadable.has(name))) problems.push(`${subjects.join(' and ')}: ${text}`)
  }

  function read<Y>(area: Readable<Y>): Y {
    const { settings } = area
    if (!known.has(area)) {
      const context: Context<string> = {
        runtime,
        isSet: (name) => texts.has(name),
        says: (name) => settings[name]?.says ?? '',
        problem,
        warning: (text) => void warnings.push(text),
        read,
      }
      known.set(area, area.read(valuesOf(area) as never, context as never))
    }
    return known.get(area) as Y
  }

  /** As it was set, by this name or an older one. */
  const textOf = (name: string): string | undefined => texts.get(name)?.text

  return { valuesOf, read, textOf, problem, problems, warnings }
}
