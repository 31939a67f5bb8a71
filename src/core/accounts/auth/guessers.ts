import type { Caller } from '../../kernel/actor.ts'
import type { User } from '../users/users.model.ts'
import type { Devices } from './known-devices.ts'
import { type Guesser, stranger } from './lockout.ts'
import type { SignInCodes } from './sign-in-codes.ts'

/** Stands for an account that does not exist, so that looking costs the same. */
const nobody = { id: '00000000-0000-0000-0000-000000000000', securityEpoch: 0 }

/** As whom somebody who stands at the door of an account is counted. */
export const createTellGuesser =
  ({ devices, signInCodes }: { readonly devices: Devices; readonly signInCodes: SignInCodes }) =>
  async (
    { email, user }: { readonly email: string; readonly user: User | null },
    caller: Caller,
    mailedCode?: string,
  ): Promise<Guesser> => {
    const slot = mailedCode === undefined ? null : await signInCodes.recognize(email, mailedCode)
    if (slot !== null) return { kind: 'mailbox', id: slot }
    const device = await devices.recognize(caller, user ?? nobody)
    return device === null ? stranger : { kind: 'device', id: device }
  }

export type TellGuesser = ReturnType<typeof createTellGuesser>

/** For the facts of a token: the second factor is counted as the first was. */
export const guesserFacts = (guesser: Guesser): { readonly guesser?: string } =>
  guesser.kind === 'stranger' ? {} : { guesser: `${guesser.kind} ${guesser.id}` }

export function guesserFrom({ guesser }: Readonly<Record<string, string>>): Guesser {
  const [kind, id] = guesser?.split(' ') ?? []
  const isKnown = kind === 'device' || kind === 'mailbox'
  return isKnown && id !== undefined ? { kind, id } : stranger
}
