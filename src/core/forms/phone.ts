import { z } from 'zod'
import { singleLine } from './form-text.ts'
import { isNoPhone, parsePhone, plainPhone } from './phone-number.ts'

/** Such as `555-0100`, which only whoever is in the same town can dial: kept as it is. */
const isLocal = (text: string): boolean =>
  /^[\d\s()+./\-xext#*]{3,40}$/i.test(text) && text.replaceAll(/\D/g, '').length >= 3

const typed = z
  .string()
  .max(160)
  .transform((text) => {
    const shown = plainPhone(text)
    return isNoPhone(shown) ? undefined : shown
  })
const number = singleLine(3, 40).refine(
  (text) => parsePhone(text) !== null || isLocal(text),
  'Must be a telephone number.',
)
const said = {
  description:
    'As people type it, with or without a country (else the United States) and an extension. Kept as it was typed, and beside it as `phoneE164`.',
  example: '+1 619 555 0100',
  'x-holds': 'telephone',
}

export const Phone = typed.pipe(number).meta(said)

/** May be left out, also in words: `N/A`, `none`, `-`, `no phone`. */
export const PhoneIfAny = typed.pipe(number.optional()).optional().meta(said)

interface WithPhone {
  readonly phone?: string | undefined
}

/** The same with the number as a telephone dials it. */
export function withE164<T extends WithPhone>(part: T): T & { readonly phoneE164?: string } {
  const parsed = part.phone === undefined ? null : parsePhone(part.phone)
  if (!parsed) return part
  const { e164, extension } = parsed
  return { ...part, phoneE164: extension === null ? e164 : `${e164};ext=${extension}` }
}
