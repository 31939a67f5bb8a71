import type { Needs } from '../../ports/ports.ts'
import type { Caller } from '../actor.ts'
import type { Trail } from '../trail/trail.ts'
import { normalizeEmail, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { accountSuspended, invalidCredentials, type LogIn, type SecondFactorWanted } from './auth.model.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import type { OpenSession } from './open-session.ts'
import type { MakePasskeyQuestion } from './passkey-question.ts'
import { factorsOf, methodsOf } from './second-factors.ts'
import type { Credentials } from './sessions.ts'
import type { VerifyPassword } from './verify-password.ts'

export type LoggedIn = { readonly user: User } & Credentials

const secondFactorLifeMs = 5 * 60_000
const secondFactorTries = 5

/**
 * Opens a session, or asks for the second factor of an account that has one. Throws `invalid_credentials` alike for a
 * wrong, an unknown and a locked account.
 */
export const createLogIn =
  (
    { hasher }: Needs<'hasher'>,
    domain: {
      readonly users: Users
      readonly tokens: OneTimeTokens
      readonly trail: Trail
      readonly verifyPassword: VerifyPassword
      readonly openSession: OpenSession
      readonly makePasskeyQuestion: MakePasskeyQuestion
    },
  ) =>
  async ({ email, password }: LogIn, caller: Caller): Promise<LoggedIn | SecondFactorWanted> => {
    const { users, tokens, trail, verifyPassword, openSession, makePasskeyQuestion } = domain
    const normalized = normalizeEmail(email)
    const user = (await users.findByEmail(normalized))?.value ?? null
    const isRight = await verifyPassword(normalized, user, password)
    const refuse = async (reason: string) =>
      trail(caller, {
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
      throw accountSuspended()
    }

    const methods = methodsOf(user)
    if (methods.length > 0) {
      const question = methods.includes('passkey')
        ? await makePasskeyQuestion(factorsOf(user).passkeys)
        : null
      const { token, expiresAt } = await tokens.issue('login-second-factor', user.id, {
        lifeMs: secondFactorLifeMs,
        tries: secondFactorTries,
        facts: {
          epoch: String(user.securityEpoch),
          ...(question ? { challenge: question.challenge } : {}),
        },
      })
      return {
        mfaToken: token,
        methods: [...methods],
        expiresAt,
        ...(question ? { passkeyOptions: question.options } : {}),
      }
    }

    const isOutdated = user.passwordHash !== null && hasher.needsRehash(user.passwordHash)
    return openSession(user, caller, {
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
