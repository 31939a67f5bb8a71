import { z } from 'zod'
import { tidied } from './tidied.ts'

/*
 * Codes that people type or paste: off a screen that groups them, out of a mail that a word processor has been at, with
 * the digits of their own keyboard. How a code was written never decides whether it is right.
 */

const separators = /[\s\p{Pd}\p{Cf}\p{Default_Ignorable_Code_Point}\u2212._·•]/gu
const digit = /\p{Nd}/u

/** Unicode has the digits of each script in a row from 0 to 9, and such rows side by side at most. */
function asciiDigit(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0
  let first = codePoint
  while (digit.test(String.fromCodePoint(first - 1))) first--
  return String((codePoint - first) % 10)
}

/** A header carries bytes: those of UTF-8, or as an address has them, where somebody's code is not plain ASCII. */
function decoded(text: string): string {
  try {
    if (text.includes('%')) return decodeURIComponent(text)
    const bytes = Uint8Array.from(text, (character) => {
      const codePoint = character.codePointAt(0) ?? 0
      if (codePoint > 0xff) throw new RangeError('decoded already')
      return codePoint
    })
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return text
  }
}

/** What all ways to write one code have in common: upper case, ASCII digits, nothing in between. */
export const foldCode = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(separators, '')
    .replaceAll(/\p{Nd}/gu, asciiDigit)
    .toUpperCase()

/** The same for codes in Crockford's base 32, where some letters stand for the digits they look like. */
export const foldBase32 = (text: string): string =>
  foldCode(text).replaceAll('O', '0').replaceAll(/[IL]/g, '1')

/** The same for what came in a header. */
export const foldBase32Header = (text: string): string => foldBase32(decoded(text))

/** As long as somebody may have spaced it out. */
const longestTyped = 100

/** A code in base 32, folded. Whether it is one is for whoever knows the right one to say. */
export const Base32Code = z.string().max(longestTyped).transform(foldBase32).meta({ 'x-holds': 'typed-code' })

/** What the description says may stand between digits; more is understood. */
const spaced = '[\\s._-]*'

/** For the description: so many characters of a code, with what stands between them. */
export const spacedOut = (character: string, least: number, most = least): string =>
  `^(?:${spaced}${character}){${least},${most}}${spaced}$`

/** Digits as a program shows or mails them. */
export const DigitCode = (digits: number, message: string) =>
  tidied(foldCode, z.string().regex(new RegExp(`^\\d{${digits}}$`), message), {
    longest: longestTyped,
    pattern: spacedOut('[0-9]', digits),
  }).meta({ 'x-holds': 'typed-code', minLength: digits, maxLength: longestTyped })
