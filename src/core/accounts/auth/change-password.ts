import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Users } from '../users/users.ts'
import { invalidCredentials } from './auth.model.ts'
import type { Notices } from './notices.ts'
import { type CheckPassword, passwordUnchanged } from './password-policy.ts'
import type { ChangePassword } from './passwords.model.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { VerifyPassword } from './verify-password.ts'

/** Sets a new password and ends every other session. Answers new tokens for this one. */
export const createChangePassword = (
  { clock, hasher }: Needs<'clock' | 'hasher'>,
  domain: {
    readonly users: Users
    readonly sessions: Sessions
    readonly audit: Recording
    readonly checkPassword: CheckPassword
    readonly verifyPassword: VerifyPassword
    readonly notices: Notices
  },
) => {
  return async (actor: Actor, change: ChangePassword, caller: Caller): Promise<Credentials | null> => {
    const { users, sessions, audit, checkPassword, verifyPassword, notices } = domain
    const user = await users.readOwn(actor)
    const facts = { actorId: user.id, sessionId: actor.sessionId, resource: { type: 'user', id: user.id } }
    const guesser = { kind: 'session', id: actor.sessionId } as const
    if (!(await verifyPassword(user.email, user, change.currentPassword, guesser))) {
      await audit.record(caller, {
        ...facts,
        event: 'user.change_password',
        outcome: 'failure',
        reason: 'invalid_credentials',
      })
      throw invalidCredentials()
    }
    if (change.newPassword === change.currentPassword) throw passwordUnchanged('newPassword')
    await checkPassword('newPassword', change.newPassword, user)
    const passwordHash = await hasher.hash(change.newPassword)
    const { value: changed } = await users.changeAs(actor, user.id, (latest) => {
      // Another change of password in between was made with the same old one: only the first counts.
      if (latest.passwordHash !== user.passwordHash) throw conflict()
      const updatedAt = new Date(clock.now()).toISOString()
      return { ...latest, passwordHash, securityEpoch: latest.securityEpoch + 1, updatedAt }
    })
    const credentials = await sessions.renew(actor, changed, caller)
    await Promise.all([
      audit.record(caller, { ...facts, event: 'user.change_password', changedFields: ['password'] }),
      notices.passwordChanged(changed, changed.updatedAt),
    ])
    return credentials
  }
}
