import { type Language, languages } from '../core/kernel/language.ts'
import { inLanguage, type Said, type Told } from '../core/kernel/messages/said.ts'
import type { AppContext } from './request-context.ts'
import { varyBy } from './vary.ts'

const known = (text: string): Language | undefined => languages.find((language) => language === text)

const longestHeader = 500

/**
 * The most welcome language of an `Accept-Language` that there is, else the first. Regions are passed over: who reads
 * `es-MX` reads `es`.
 */
export function acceptedLanguage(header: string | undefined): Language {
  if (header === undefined) return languages[0]
  const [best] = header
    .slice(0, longestHeader)
    .split(',')
    .map((part, at) => {
      const [range = '', ...parameters] = part.trim().toLowerCase().split(';')
      const [, quality = '1'] = /q=([\d.]+)/.exec(parameters.join(';')) ?? []
      return { language: known(range.split('-')[0] ?? ''), quality: Number(quality), at }
    })
    .filter(({ language, quality }) => language !== undefined && quality > 0)
    .sort((one, other) => other.quality - one.quality || one.at - other.at)
  return best?.language ?? languages[0]
}

/** The language of a page: what `?lang=` says, else that of the request. */
export const languageOf = (c: AppContext): Language =>
  known(c.req.query('lang') ?? '') ?? c.get('caller').language

/** The language in which this answer says something, which the answer then names. */
export function answerIn(c: AppContext): Language {
  const { language } = c.get('caller')
  c.header('Content-Language', language)
  varyBy(c, 'Accept-Language')
  return language
}

/** What a person is told, in the language of the request. */
export const say = (c: AppContext, said: Said): Told => inLanguage(said, answerIn(c))

const isSaid = (value: unknown): value is Said =>
  typeof value === 'string' ||
  (typeof value === 'object' && value !== null && 'text' in value && 'values' in value)

/** Members of answers in which we speak, and nobody else does. */
const saying = ['message', 'what', 'why', 'rule'] as const
const saidIn: ReadonlySet<string> = new Set(saying)

type AsTold<T> = T extends object
  ? {
      [K in keyof T]: K extends (typeof saying)[number]
        ? AsTold<Exclude<T[K], Said>> | ([Extract<T[K], Said>] extends [never] ? never : Told)
        : AsTold<T[K]>
    }
  : T

function tellIn(language: Language, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => tellIn(language, each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      saidIn.has(key) && isSaid(member) ? inLanguage(member, language) : tellIn(language, member),
    ]),
  )
}

/** An answer with what we say in it in the language of the request. */
export const told = <T extends object>(c: AppContext, answer: T): AsTold<T> =>
  tellIn(answerIn(c), answer) as AsTold<T>
