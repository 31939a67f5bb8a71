import type { Language } from '../language.ts'
import { spanish } from './catalog.ts'

type Text = keyof typeof spanish
/** An English text that has places in it, such as `{count}`. */
type Template = Extract<Text, `${string}{${string}}${string}`>
/** An English text that is whole. */
export type Plain = Exclude<Text, Template>

type Place<T extends string> = T extends `${string}{${infer P}}${infer Rest}` ? P | Place<Rest> : never

/** Something said as well, or what is the same in every language: a number, somebody's title, a name of a field. */
type Value = number | Said | { readonly asIs: string } | { readonly anyOf: readonly string[] }

export interface Filled {
  readonly text: Template
  readonly values: Readonly<Record<string, Value>>
}

/**
 * Something said to a person, before it is known in which language: an English text of the catalog, whole or with what
 * stands in its places. A text without Spanish does not compile.
 */
export type Said = Plain | Filled

export const filled = <T extends Template>(text: T, values: { readonly [P in Place<T>]: Value }): Filled => ({
  text,
  values,
})

declare const told: unique symbol
/** What was said, in the language of whoever reads it. */
export type Told = string & { readonly [told]: true }

const or = { en: ' or ', es: ' o ' } as const satisfies Record<Language, string>

function valueIn(value: Value | undefined, language: Language): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && 'asIs' in value) return value.asIs
  if (typeof value === 'object' && 'anyOf' in value) return value.anyOf.join(or[language])
  return value === undefined ? '' : inLanguage(value, language)
}

/** What was kept before a text changed stays as it was said. */
const textIn = (text: Text, language: Language): string =>
  language !== 'en' && Object.hasOwn(spanish, text) ? spanish[text] : text

export const inLanguage = (said: Said, language: Language): Told =>
  (typeof said === 'string'
    ? textIn(said, language)
    : textIn(said.text, language).replaceAll(/\{(\w+)\}/g, (_, place: string) =>
        valueIn(said.values[place], language),
      )) as Told

export const inEnglish = (said: Said): string => inLanguage(said, 'en')

/** For texts that a library carries as mere strings. */
export const isPlain = (text: string): text is Plain => Object.hasOwn(spanish, text) && !text.includes('{')

/** What a schema refuses, in the words of the catalog: `saidBy` finds them again. */
export const issueSaying = (said: Said) =>
  ({ code: 'custom', message: inEnglish(said), params: { said } }) as const

/** What a schema said of a text that is in no catalog is not repeated: nobody knows what is in it. */
export function saidBy({ message, params }: { readonly message: string; readonly params?: unknown }): Said {
  if (typeof params === 'object' && params !== null && 'said' in params) return params.said as Said
  return isPlain(message) ? message : 'Is not valid.'
}
