import type { AnyArea, OlderName } from './area.ts'
import { misspellingOf } from './misspelling.ts'
import { isOtherName, isOtherValue } from './other-software.ts'

export type Environment = Readonly<Record<string, string | undefined>>

interface Text {
  readonly text: string
  /** The name in the environment that it was found under. */
  readonly from: string
}

export interface Names {
  /** What is set, by the name of its setting. */
  readonly texts: ReadonlyMap<string, Text>
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** Text by text, and URLs by what they mean: `https://a` is `https://a:443/`. */
const isSame = (a: string, b: string): boolean =>
  a === b || (URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href)

/** What stands under `name`, or undefined: an empty value is as good as none. workerd hands out more than texts. */
function textUnder(name: string, environment: Environment): string | undefined {
  const value: unknown = environment[name]
  const text = typeof value === 'string' ? value.trim() : ''
  return text === '' || isOtherValue(name, text) ? undefined : text
}

/**
 * Takes the environment apart by name: what is set, what an older name stands for, and what is nobody's although it
 * looks like ours.
 */
export function readNames(environment: Environment, areas: readonly AnyArea[]): Names {
  const known = new Set(areas.flatMap(({ settings }) => Object.keys(settings)))
  const olderNames = new Map(areas.flatMap(({ olderNames = {} }) => Object.entries(olderNames)))
  const owned = areas.flatMap(({ owns = [] }) => owns)
  const shared = areas.flatMap(({ shares = [] }) => shares)
  const texts = new Map<string, Text>()
  const problems: string[] = []
  const warnings: string[] = []

  for (const name of known) {
    const text = textUnder(name, environment)
    if (text !== undefined) texts.set(name, { text, from: name })
  }

  function take(name: string, text: string, from: string): void {
    const other = texts.get(name)
    if (other === undefined) texts.set(name, { text, from })
    else if (!isSame(other.text, text))
      problems.push(`${from}: says something else than ${other.from}. Keep ${name} alone.`)
  }

  function readOlder(name: string, older: OlderName<string>, text: string): void {
    if ('is' in older) take(older.is, text, name)
    else if ('warns' in older) warnings.push(`${name}: is not read. ${older.warns}`)
    else if ('instead' in older) {
      const isReplaced = older.unless?.some((other) => textUnder(other, environment) !== undefined)
      if (isReplaced) warnings.push(`${name}: is not read. ${older.instead}`)
      else problems.push(`${name}: is no setting. ${older.instead}`)
    } else {
      const parts = older.readAs(text)
      if (parts === null)
        problems.push(`${name}: must hold ${older.holds}. Or set ${older.becomes.join(' and ')} instead.`)
      else for (const [part, held] of Object.entries(parts)) if (held !== undefined) take(part, held, name)
    }
  }
  for (const [name, older] of olderNames) {
    const text = textUnder(name, environment)
    if (text !== undefined) readOlder(name, older, text)
  }

  function lookAtUnknown(name: string): void {
    const misspelling = misspellingOf(name, known)
    const beginsWith = (prefix: string) => name.startsWith(prefix)
    if (misspelling !== null) {
      const text = `${name}: is no setting. Did you mean ${misspelling.meant}?`
      if (misspelling.isSure) problems.push(text)
      else warnings.push(text)
    } else if (owned.some(beginsWith))
      problems.push(`${name}: is no setting. docs/configuration.md lists all there are.`)
    else if (shared.some(beginsWith))
      warnings.push(`${name}: is no setting and is not read. docs/configuration.md lists all there are.`)
  }
  // On Windows `Port` and PORT are one variable.
  const isKnown = (name: string) =>
    known.has(name) ||
    olderNames.has(name) ||
    (known.has(name.toUpperCase()) && environment[name.toUpperCase()] === environment[name])
  for (const name of Object.keys(environment))
    if (!isKnown(name) && !isOtherName(name) && textUnder(name, environment) !== undefined)
      lookAtUnknown(name)
  return { texts, problems, warnings }
}
