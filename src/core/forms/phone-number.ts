import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** Where a number without a country is. */
const home = 'US'

/** What people write where they have none, and the form gives them no other way to say so. */
const notGiven =
  /^(?:|[-–—_.·?*x0\s/]+|n\.? ?\/? ?a\.?|none|no|nil|null|nope|unknown|undefined|not? (?:given|available|applicable|known|any)|(?:i )?(?:do not|don.?t|does ?n.?t|doesnt) have (?:one|a? ?(?:tele)?phone)|(?:no|without)(?: (?:a|tele|cell|mobile))? ?-?(?:tele)?(?:phone|number|cell|mobile)(?: number)?|nada|ning[uú]n[oa]?|no tengo(?: (?:un )?tel[eé]fono)?|sin tel[eé]fono|no (?:hay|aplica))[.!]?$/i

export const isNoPhone = (text: string): boolean => notGiven.test(text.trim())

/** As telephones, address books and web pages hand it on: wide digits, hyphens that do not break, `tel:` and what stands before it. */
export const plainPhone = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\p{Pd}\u2212]/gu, '-')
    .replaceAll(/[\p{Cf}\p{Zs}]+/gu, ' ')
    .replace(/^\s*(?:tel|telephone|phone|cell|mobile|teléfono|callto|sms)\s*[.:]\s*(?:\/\/)?/i, '')
    .replace(/^\s*00(?=[1-9])/, '+')
    .trim()

export interface PhoneNumber {
  /** `+16195550100` */
  readonly e164: string
  readonly extension: string | null
}

/** A request asks twice, when it is checked and when it is kept. */
const remembered = new Map<string, PhoneNumber | null>()
const mostRemembered = 32

/** The number in a text that is nothing but one; null where the library finds none that is long enough for its country. */
export function parsePhone(text: string): PhoneNumber | null {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const [oldest] = remembered.keys()
  if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest)
  const parsed = parseAnew(text)
  remembered.set(text, parsed)
  return parsed
}

function parseAnew(text: string): PhoneNumber | null {
  const number = parsePhoneNumberFromString(plainPhone(text), { defaultCountry: home, extract: false })
  if (!number?.isPossible()) return null
  return { e164: number.number, extension: number.ext ?? null }
}
