import { z } from 'zod'
import { normalizeEmailAddress } from '../../ports/email-address.ts'
import { DisplayName, withoutUnseen } from '../kernel/display-name.ts'
import { tidied } from '../kernel/tidied.ts'
import { parsePhone } from './phone-number.ts'

/** Turn the direction of what follows: nobody who asks for help is refused for what a clipboard added. */
const directionOverrides = /[\u202D\u202E]/g
const onlyWanted = /^[^\p{Cc}\p{Cs}\p{Co}\u2028\u2029]*$/u
/** The same for the description, in what every language's patterns know. */
const wanted = '[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ue000-\\uf8ff]*'
const otherControls = /[\p{Cc}\u2028\u2029]/gu

const onOneLine = (text: string): string => withoutUnseen(text.replaceAll(directionOverrides, ''))

/** Text for one line: a line break in it is refused, because it could only be meant for a mail header or a log. */
export const singleLine = (min: number, max: number) =>
  tidied(
    onOneLine,
    z.string().min(min).max(max).regex(onlyWanted, 'Must be one line without control characters.'),
    { longest: 4 * max, pattern: min > 0 ? `^(?=.*\\S)${wanted}$` : `^${wanted}$` },
  )

/** A name as staff see it. */
export const shownName = (min: number, max: number) =>
  tidied(onOneLine, DisplayName({ min, max, has: 'anything' }), { longest: 4 * max })

/** What people write in sentences, kept as they wrote it; marks of word processors become spaces. */
export const severalLines = (min: number, max: number) =>
  tidied(inParagraphs, z.string().min(min).max(max), {
    longest: 4 * max,
    ...(min > 0 ? { pattern: '\\S' } : {}),
  })

const inParagraphs = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(directionOverrides, '')
    .replaceAll(otherControls, (mark) => (mark === '\n' || mark === '\t' ? mark : ' '))
    .trim()

/** What is the same in two spellings of one number, of what a telephone dials. */
export const comparedPhone = (e164: string): string => e164.replace(/^\+(?:1(?=\d{10}$))?/, '')

/** What is the same in two spellings of one address or number; null when it is neither. */
export function normalizeContact(text: string): string | null {
  if (text.includes('@')) return normalizeEmailAddress(text)
  const number = parsePhone(text)
  return number ? comparedPhone(number.e164) : bareDigits(text)
}

/** As numbers were compared before their extensions and prefixes were understood, and where they still are not. */
function bareDigits(text: string): string | null {
  const digits = text.replaceAll(/\D/g, '').replace(/^1(?=\d{10}$)/, '')
  return digits.length >= 7 ? digits : null
}

/** What a form may be found by that has this address or number in it, also one that was stored long ago. */
export const contactSpellings = (text: string): readonly string[] => [
  ...new Set(
    [normalizeContact(text), text.includes('@') ? null : bareDigits(text)].filter((each) => each !== null),
  ),
]
