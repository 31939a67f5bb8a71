import { foldText } from '../../kernel/fold-text.ts'
import { foldCode } from '../../kernel/typed-code.ts'

const quotes = /[’‘‛ʼ`´′'"“”„«»]/g

/** What all spellings of one answer have in common: case, accents, width, spaces, hyphens and quotes do not count. */
export const foldAnswer = (text: string): string => foldText(foldCode(text.replaceAll(quotes, '')))

const besideDigits = /[\s\p{Cf}\p{Sc}%'’]/gu
const sign = /^([\p{Pd}\u2212]?)\+?/u
const writtenWith = {
  ',': /^(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d*)?$/,
  '.': /^(?:\d+|\d{1,3}(?:,\d{2,3})+)?(?:\.\d*)?$/,
} as const

/**
 * Every number that may be meant: `1,234` is one thing in Los Angeles and another in Berlin. Empty where it is none.
 * Digits are those of any script; a currency, a percent sign and spaces do not count.
 */
export function readingsOf(typed: string): readonly number[] {
  const text = typed
    .normalize('NFKC')
    .replaceAll(besideDigits, '')
    .replaceAll('٫', '.')
    .replaceAll('٬', ',')
    .replaceAll(/\p{Nd}/gu, foldCode)
  const isNegative = Boolean(sign.exec(text)?.[1])
  const digits = text.replace(sign, '')
  if (!/\d/.test(digits)) return []
  const readings = ([',', '.'] as const)
    .filter((decimal) => writtenWith[decimal].test(digits))
    .map((decimal) => Number(digits.replaceAll(decimal === ',' ? '.' : ',', '').replace(decimal, '.')))
  return [...new Set(readings.filter(Number.isFinite))].map((value) => (isNegative ? -value : value))
}
