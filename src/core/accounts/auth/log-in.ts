import { normalizeEmailAddress } from '../../../ports/email-address.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { type AuthSettings, invalidCredentials, lockedOut, opensByPassword } from './auth.model.ts'
import type { ChallengeSecondFactor } from './challenge-second-factor.ts'
import type { TellGuesser } from './guessers.ts'
import type { LoggedIn, OpenSession } from './open-session.ts'
import type { LogIn } from './passwords.model.ts'
import type { SecondFactorWanted } from './second-factors.model.ts'
import type { VerifyPassword } from './verify-password.ts'

/**
 * Opens a session, or asks for the second factor of an account that has one. Throws `invalid_credentials` alike for a
 * wrong, an unknown and a locked account.
 */
export const createLogIn =
  (
    { hasher }: Needs<'hasher'>,
    domain: {
      readonly users: Users
      readonly audit: Recording
      readonly tellGuesser: TellGuesser
      readonly verifyPassword: VerifyPassword
      readonly openSession: OpenSession
      readonly challengeSecondFactor: ChallengeSecondFactor
      readonly settings: AuthSettings
    },
  ) =>
  async (
    { email, password, mailedCode, sharedDevice = false }: LogIn,
    caller: Caller,
  ): Promise<LoggedIn | SecondFactorWanted> => {
    const { users, audit, tellGuesser, verifyPassword, openSession, challengeSecondFactor, settings } = domain
    const normalized = normalizeEmailAddress(email)
    const known = await users.findByEmail(normalized)
    const user = known?.value ?? null
    const guesser = await tellGuesser({ email: normalized, user }, caller, mailedCode)
    const isRight = await verifyPassword(
      normalized,
      opensByPassword(user, settings) ? user : null,
      password,
      guesser,
    )
    const refuse = async (reason: string) =>
      audit.record(caller, {
        event: 'user.login',
        actorId: null,
        resource: { type: 'user', id: user?.id ?? null },
        outcome: 'failure',
        reason,
      })
    if (!user || !isRight) {
      await refuse('invalid_credentials')
      throw invalidCredentials()
    }
    if (user.status === 'suspended') {
      await refuse('account_suspended')
      throw lockedOut(user)
    }

    const wanted = await challengeSecondFactor(user, { isOnSharedDevice: sharedDevice, guesser })
    if (wanted) return wanted

    const isOutdated = user.passwordHash !== null && hasher.needsRehash(user.passwordHash)
    return openSession(user, caller, {
      isOnSharedDevice: sharedDevice,
      known,
      ...(isOutdated
        ? {
            improve: async () => {
              const passwordHash = await hasher.hash(password)
              return (latest: User) =>
                latest.passwordHash === user.passwordHash ? { ...latest, passwordHash } : latest
            },
          }
        : {}),
    })
  }
