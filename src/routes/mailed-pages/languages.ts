import type { AppError } from '../../core/kernel/errors.ts'
import type { Language } from '../../core/kernel/language.ts'
import { languageOf } from '../../http/language.ts'
import type { AppContext } from '../../http/request-context.ts'
import { english, type Words } from './words-en.ts'
import { spanish } from './words-es.ts'

/** In the order of what is shown to who asks for none of them. */
export const languages = { en: english, es: spanish } as const satisfies Record<Language, Words>
export const otherOf = { en: 'es', es: 'en' } as const

export const wordsFor = (c: AppContext): Words => languages[languageOf(c)]

/** In words: what is wrong with what was typed, else what the error is. */
export function problemOf(words: Words, error: AppError, passwordMinLength: number): string {
  const codes = [...(error.details ?? []).map(({ code }) => code), error.code]
  const code = codes.find((each) => Object.hasOwn(words.problems, each)) ?? 'other'
  // Those that say when to try again have nothing to do with a password.
  return words.problems[code as keyof Words['problems']](error.retryAfterSeconds ?? passwordMinLength)
}
