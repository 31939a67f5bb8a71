import type { Needs } from '../../ports/ports.ts'
import type { Caller } from '../actor.ts'
import type { Trail } from '../trail/trail.ts'
import { normalizeEmail, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { accountSuspended, invalidCredentials, type LogIn } from './auth.model.ts'
import type { Credentials, Sessions } from './sessions.ts'
import type { VerifyPassword } from './verify-password.ts'

export type LoggedIn = { readonly user: User } & Credentials

/** Opens a session. Throws `invalid_credentials` alike for a wrong, an unknown and a locked account. */
export const createLogIn =
  (
    { clock, defer, hasher }: Needs<'clock' | 'defer' | 'hasher'>,
    domain: {
      readonly users: Users
      readonly sessions: Sessions
      readonly trail: Trail
      readonly verifyPassword: VerifyPassword
    },
  ) =>
  async ({ email, password }: LogIn, caller: Caller): Promise<LoggedIn> => {
    const { users, sessions, trail, verifyPassword } = domain
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

    const session = await sessions.prepare(user, caller)
    const lastLoginAt = new Date(clock.now()).toISOString()
    defer.run('record_login', async () => {
      const isOutdated = hasher.needsRehash(user.passwordHash)
      const passwordHash = isOutdated ? await hasher.hash(password) : undefined
      await users.changeUser(user.id, (latest) => ({
        ...latest,
        lastLoginAt,
        ...(passwordHash !== undefined && latest.passwordHash === user.passwordHash ? { passwordHash } : {}),
      }))
    })
    await Promise.all([
      session.store(),
      trail(caller, {
        event: 'user.login',
        actorId: user.id,
        sessionId: session.id,
        resource: { type: 'user', id: user.id },
      }),
    ])
    return { user, ...session.credentials }
  }
