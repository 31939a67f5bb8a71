import { z } from 'zod'
import { normalizeEmailAddress } from '../../ports/email-address.ts'
import { DisplayName, withoutUnseen } from '../kernel/display-name.ts'
import { parsePhone } from './phone-number.ts'

/** Turn the direction of what follows: nobody who asks for help is refused for what a clipboard added. */
const directionOverrides = /[\u202D\u202E]/g
const unwanted = /[\p{Cc}\p{Cs}\p{Co}\u2028\u2029]/u
const otherControls = /[\p{Cc}\u2028\u2029]/gu

const onOneLine = (text: string): string => withoutUnseen(text.replaceAll(directionOverrides, ''))

/** Text for one line: a line break in it is refused, because it could only be meant for a mail header or a log. */
export const singleLine = (min: number, max: number) =>
  z
    .string()
    .max(4 * max)
    .transform(onOneLine)
    .pipe(
      z
        .string()
        .min(min)
        .max(max)
        .refine((text) => !unwanted.test(text), 'Must be one line without control characters.'),
    )

/** A name as staff see it. */
export const shownName = (min: number, max: number) =>
  z
    .string()
    .max(4 * max)
    .transform(onOneLine)
    .pipe(DisplayName({ min, max, has: 'anything' }))
    .meta({ 'x-holds': 'display-name' })

/** What people write in sentences, kept as they wrote it; marks of word processors become spaces. */
export const severalLines = (min: number, max: number) =>
  z
    .string()
    .max(4 * max)
    .transform((text) =>
      text
        .normalize('NFC')
        .replaceAll(/\r\n?/g, '\n')
        .replaceAll(directionOverrides, '')
        .replaceAll(otherControls, (mark) => (mark === '\n' || mark === '\t' ? mark : ' '))
        .trim(),
    )
    .pipe(z.string().min(min).max(max))

/** What is the same in two spellings of one address or number; null when it is neither. */
export function normalizeContact(text: string): string | null {
  if (text.includes('@')) return normalizeEmailAddress(text)
  const number = parsePhone(text)
  return number ? number.e164.replace(/^\+(?:1(?=\d{10}$))?/, '') : bareDigits(text)
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
