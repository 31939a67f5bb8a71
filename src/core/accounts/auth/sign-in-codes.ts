import { decodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { foldBase32 } from '../../kernel/typed-code.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { readableCode } from './readable-code.ts'
import { isEqual } from './refresh-token.ts'

const slotMs = 5 * 60_000
/** The slot it was mailed in, and those after it: 15 minutes at least. */
const goodForSlots = 4
const purpose = 'sign-in code'
/** 50 bits, in two groups. */
function codeFrom(signature: string): string {
  return readableCode(decodeBase64url(signature) ?? new Uint8Array())
}

/**
 * Codes that show, beside the password, that whoever signs in reads the mailbox: their tries are counted apart from those
 * of strangers. They prove nothing else. Nothing is stored for them, and too many bits to guess leave no tries that a
 * stranger could use up.
 */
export function createSignInCodes({ clock }: Needs<'clock'>, keys: Keys) {
  const slotNow = () => Math.floor(clock.now() / slotMs)
  const textOf = (email: string, slot: number): string => `${slot} ${email}`

  return {
    /** The code to mail to this address now. */
    codeFor: async (email: string): Promise<string> =>
      codeFrom(await keys.sign(purpose, textOf(email, slotNow()))),

    /** What tries with this code are counted by; null when it is wrong or too old. */
    async recognize(email: string, typed: string): Promise<string | null> {
      const slots = Array.from({ length: goodForSlots }, (_, age) => slotNow() - age)
      let found: string | null = null
      for (const slot of slots)
        for (const signature of await keys.signatures(purpose, textOf(email, slot)))
          if (isEqual(foldBase32(codeFrom(signature)), foldBase32(typed))) found = String(slot)
      return found
    },
  }
}

export type SignInCodes = ReturnType<typeof createSignInCodes>
