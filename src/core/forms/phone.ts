import { tidied } from '../kernel/tidied.ts'
import { singleLine } from './form-text.ts'
import { isNoPhone, parsePhone, plainPhone } from './phone-number.ts'

/** Such as `555-0100`, which only whoever is in the same town can dial: kept as it is. */
const isLocal = (text: string): boolean =>
  /^[\d\s()+./\-xext#*]{3,40}$/i.test(text) && text.replaceAll(/\D/g, '').length >= 3

const shortest = 3
const longest = 40
const orNone = (text: string): string | undefined => {
  const shown = plainPhone(text)
  return isNoPhone(shown) ? undefined : shown
}
const number = singleLine(shortest, longest).refine(
  (text) => parsePhone(text) !== null || isLocal(text),
  'Must be a telephone number.',
)
const said = {
  description:
    'As people type it, with or without a country (else the United States) and an extension. Kept as it was typed, and beside it as `phoneE164`.',
  example: '+1 619 555 0100',
  'x-holds': 'telephone',
  minLength: shortest,
  maxLength: longest,
}
/** What is taken for a number whatever the library of numbers knows of it, with the words for an extension. */
const dialed = '(?!00)(?=[^1-9]*[1-9])(?=(?:[^0-9]*[0-9]){3})[0-9(+#*][0-9 ()+./\\-xextXEXT#*]*'

export const Phone = tidied(orNone, number, {
  longest: 4 * longest,
  pattern: `^${dialed}$`,
}).meta(said)

/** May be left out, also in words: `N/A`, `none`, `-`, `no phone`. */
export const PhoneIfAny = tidied(orNone, number.optional(), {
  longest: 4 * longest,
  pattern: `^(?:${dialed}|none|n/a|N/A|no phone)$`,
})
  .optional()
  .meta(said)

export interface WithPhone {
  readonly phone?: string | undefined
  /** Of what is kept alone. */
  readonly phoneE164?: string
}

/** The same with the number as a telephone dials it. */
export function withE164<T extends WithPhone>(part: T): T & WithPhone {
  const parsed = part.phone === undefined ? null : parsePhone(part.phone)
  if (!parsed) return part
  const { e164, extension } = parsed
  return { ...part, phoneE164: extension === null ? e164 : `${e164};ext=${extension}` }
}
