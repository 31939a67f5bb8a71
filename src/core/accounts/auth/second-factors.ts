import type { WebAuthnJson } from '../../../ports/passkeys.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { foldBase32 } from '../../kernel/typed-code.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { SecondFactors } from '../users/ways-in.model.ts'
import type { Guesser, Lockout } from './lockout.ts'
import {
  type SecondFactorMethod,
  type SecondFactorProof,
  secondFactorRefused,
} from './second-factors.model.ts'

const none: SecondFactors = { totp: null, recoveryCodes: [], passkeys: [] }

export const factorsOf = (user: User): SecondFactors => user.secondFactors ?? none

/** What this person can prove beside the password; empty for who has no second factor. */
export function methodsOf(user: User): readonly SecondFactorMethod[] {
  const { totp, passkeys, recoveryCodes } = factorsOf(user)
  const methods: SecondFactorMethod[] = []
  if (totp?.confirmedAt) methods.push('totp')
  if (passkeys.length > 0) methods.push('passkey')
  if (methods.length > 0 && recoveryCodes.length > 0) methods.push('recovery-code')
  return methods
}

export const withFactors = (user: User, change: Partial<SecondFactors>): User => ({
  ...user,
  secondFactors: { ...factorsOf(user), ...change },
})

/** Codes for getting in without a factor are of no use, and a way in, once there is none. */
export const withoutOrphanedCodes = (user: User): User =>
  methodsOf(user).length === 0 ? withFactors(user, { recoveryCodes: [] }) : user

const totpPurpose = 'second factor'
const totpPlace = (userId: string) => `Users/${userId}/totp`

/** Recognises second factors and uses up what works once. */
export function createSecondFactors(
  { clock, oneTimePasswords, passkeys }: Needs<'clock' | 'oneTimePasswords' | 'passkeys'>,
  { users, keys, lockout }: { users: Users; keys: Keys; lockout: Lockout },
) {
  const now = () => new Date(clock.now()).toISOString()
  const hashRecoveryCode = (userId: string, code: string): Promise<string> =>
    keys.pseudonym(`recovery code ${userId}`, foldBase32(code))

  const sealTotpSecret = (userId: string, secret: string): Promise<string> =>
    keys.seal(totpPurpose, totpPlace(userId), new TextEncoder().encode(secret))

  /** The step a code belongs to, or null. */
  async function stepOf(user: User, code: string): Promise<number | null> {
    const { totp } = factorsOf(user)
    const secret = totp && (await keys.open(totpPurpose, totpPlace(user.id), totp.sealedSecret))
    return secret ? oneTimePasswords.stepOf(new TextDecoder().decode(secret), code) : null
  }

  /** Writes that a factor was used; throws when it was spent, or the account secured, since it was read. */
  const spend = (user: User, change: (latest: SecondFactors) => Partial<SecondFactors> | null) =>
    users.changeUser(user.id, (latest) => {
      const isSame = latest.securityEpoch === user.securityEpoch
      const changed = isSame ? change(factorsOf(latest)) : null
      if (!changed) throw secondFactorRefused()
      return withFactors(latest, changed)
    })

  const withTotp = async (user: User, code: string): Promise<void> => {
    const step = await stepOf(user, code)
    if (step === null) throw secondFactorRefused()
    await spend(user, ({ totp }) =>
      totp?.confirmedAt && step > totp.lastStep ? { totp: { ...totp, lastStep: step } } : null,
    )
  }
  const withRecoveryCode = async (user: User, code: string): Promise<void> => {
    const hash = await hashRecoveryCode(user.id, code)
    await spend(user, ({ recoveryCodes }) =>
      recoveryCodes.includes(hash) ? { recoveryCodes: recoveryCodes.filter((left) => left !== hash) } : null,
    )
  }
  /** `challenge` is the one that was made for this answer. */
  const withPasskey = async (user: User, answer: WebAuthnJson, challenge: string): Promise<void> => {
    const passkey = factorsOf(user).passkeys.find(({ id }) => id === answer['id'])
    const verified = passkey && (await passkeys.verifyAuthentication(challenge, answer, passkey))
    if (!verified) throw secondFactorRefused()
    await spend(user, (latest) =>
      latest.passkeys.some(({ id }) => id === passkey.id)
        ? {
            passkeys: latest.passkeys.map((known) =>
              known.id === passkey.id ? { ...known, counter: verified.counter, lastUsedAt: now() } : known,
            ),
          }
        : null,
    )
  }

  return {
    sealTotpSecret,
    hashRecoveryCode,
    stepOf,
    withPasskey,

    /**
     * Judges one proof, counted per account like a password. Throws `invalid_credentials` alike for what is wrong,
     * spent or locked. `challenge` is null where no passkey was asked for; `guesser`: as whom it counts.
     */
    async prove(
      user: User,
      proof: SecondFactorProof,
      { challenge, guesser }: { readonly challenge: string | null; readonly guesser: Guesser },
    ): Promise<void> {
      const attempt = await lockout.begin(`second factor ${user.id}`, guesser)
      if (attempt.isLocked) throw secondFactorRefused()
      try {
        if ('code' in proof) await withTotp(user, proof.code)
        else if ('recoveryCode' in proof) await withRecoveryCode(user, proof.recoveryCode)
        else if (challenge !== null) await withPasskey(user, proof.passkey, challenge)
        else throw secondFactorRefused()
      } catch (error) {
        // A store that does not answer has judged nothing.
        await (error instanceof PortUnavailable ? attempt.withdraw() : attempt.fail())
        throw error
      }
      await attempt.succeed()
    },
  }
}

export type SecondFactorChecks = ReturnType<typeof createSecondFactors>
