import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict, notFound } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import { users as userCollection } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { invalidCredentials } from './auth.model.ts'
import type { Devices } from './known-devices.ts'
import type { Notices } from './notices.ts'
import type { CheckPassword } from './password-policy.ts'
import type { ChangePassword } from './passwords.model.ts'
import type { Sessions } from './sessions.ts'
import type { VerifyPassword } from './verify-password.ts'

/** Sets a new password and ends every other session. Answers what the device is to keep, if anything. */
export const createChangePassword = (
  { clock, documents, hasher }: Needs<'clock' | 'documents' | 'hasher'>,
  domain: {
    readonly users: Users
    readonly sessions: Sessions
    readonly audit: Audit
    readonly checkPassword: CheckPassword
    readonly verifyPassword: VerifyPassword
    readonly notices: Notices
    readonly devices: Devices
  },
) => {
  return async (actor: Actor, change: ChangePassword, caller: Caller): Promise<string | null> => {
    const { users, sessions, audit, checkPassword, verifyPassword, notices, devices } = domain
    const stored = await documents.read(userCollection, { partition: actor.userId, id: actor.userId })
    if (!stored) throw notFound()
    const user = stored.value
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
    await checkPassword('newPassword', change.newPassword, user)
    const passwordHash = await hasher.hash(change.newPassword)
    const { value: changed } = await users.changeUser(user.id, (latest) => {
      // Another change of password in between was made with the same old one: only the first counts.
      if (latest.passwordHash !== user.passwordHash) throw conflict()
      const updatedAt = new Date(clock.now()).toISOString()
      return { ...latest, passwordHash, securityEpoch: latest.securityEpoch + 1, updatedAt }
    })
    await sessions.keepOnly(actor, changed.securityEpoch)
    await Promise.all([
      audit.record(caller, { ...facts, event: 'user.change_password', changedFields: ['password'] }),
      notices.passwordChanged(changed),
    ])
    // Only a device that is known stays so: a shared one never was.
    const isShared = (await devices.recognize(caller, user)) === null
    return devices.atLogin(changed, caller, isShared)
  }
}
