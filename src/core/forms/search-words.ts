import { isEmpty, isFoundIn, readSearched } from '../../ports/searched-text.ts'
import { plainLetters } from '../kernel/fold-text.ts'
import type { FilledForm } from './forms.model.ts'
import type { AddedInformation, StaffNote } from './seal-submission.ts'

interface Word {
  readonly letters: string
  /** Too short to be looked for in the middle of another: one sign says something in scripts without spaces alone. */
  readonly isWhole: boolean
}

/** The words of a name as they are searched: those of other scripts too, without accents, in letters that are on every keyboard. */
const wordsOf = (text: string): readonly Word[] => {
  const { words, runs } = readSearched(text)
  return [
    ...words.map((word) => ({ letters: plainLetters(word), isWhole: [...word].length < 3 })),
    ...runs.map((letters) => ({ letters, isWhole: false })),
  ]
}

/**
 * Whether every word that was asked for begins a word of the name, or stands in one when it is long enough to say something. Words
 * may stand in any order, and be written together: `obrien` finds O'Brien, `al masri` and `almasri` find Al-Masri.
 */
function isNamed(name: string, asked: readonly Word[]): boolean {
  const own = wordsOf(name).map(({ letters }) => letters)
  const together = own.map((_, i) => own.slice(i).join(''))
  const stands = ({ letters, isWhole }: Word): boolean =>
    together.some((rest) => rest.startsWith(letters)) ||
    (!isWhole && own.some((each) => each.includes(letters)))
  const joined = { letters: asked.map(({ letters }) => letters).join(''), isWhole: false }
  return asked.every(stands) || (asked.length > 1 && stands(joined))
}

export function namesIn({ type, form }: FilledForm): readonly string[] {
  if (type !== 'referral') return [form.name]
  return [form.participant.name, ...(form.relationship === 'self' ? [] : [form.referrer.name])]
}

/** Every text in what was filled in, whatever the form. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** What is known of a form that was opened. */
export interface Opened {
  readonly filled: FilledForm
  readonly information: readonly AddedInformation[]
  readonly notes: readonly StaffNote[]
}

export interface AskedWords {
  readonly name?: string
  readonly text?: string
}

/** Says of an opened form whether it is one that is looked for; null when nothing in the question can be found. */
export function createMatch({ name, text }: AskedWords): ((opened: Opened) => boolean) | null {
  const askedNames = name === undefined ? [] : wordsOf(name)
  const askedText = readSearched(text ?? '')
  if (name !== undefined && askedNames.length === 0) return null
  if (text !== undefined && isEmpty(askedText)) return null
  return ({ filled, information, notes }) =>
    (name === undefined || namesIn(filled).some((each) => isNamed(each, askedNames))) &&
    (text === undefined ||
      isFoundIn(
        readSearched(
          [
            ...textsIn(filled.form),
            ...information.map(({ message }) => message),
            ...notes.map((note) => note.text),
          ].join('\n'),
        ),
        askedText,
      ))
}
