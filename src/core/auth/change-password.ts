import { VersionMismatch } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Actor, Caller } from '../actor.ts'
import { conflict, notFound } from '../errors.ts'
import type { Trail } from '../trail/trail.ts'
import { users as userCollection } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { type ChangePassword, invalidCredentials, sessions } from './auth.model.ts'
import type { CheckPassword } from './password-policy.ts'
import type { SessionMemo } from './session-memo.ts'
import type { VerifyPassword } from './verify-password.ts'

const attempts = 5

/**
 * Sets a new password and ends every other session. The new epoch is written first: a crash before this session has
 * copied it ends this one too, never leaves another alive.
 */
export const createChangePassword = (
  { clock, documents, hasher }: Needs<'clock' | 'documents' | 'hasher'>,
  domain: {
    readonly users: Users
    readonly memo: SessionMemo
    readonly trail: Trail
    readonly checkPassword: CheckPassword
    readonly verifyPassword: VerifyPassword
  },
) => {
  async function keepSession(actor: Actor, epoch: number): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await documents.read(sessions, { partition: actor.userId, id: actor.sessionId })
      if (!stored || stored.value.revokedAt !== null) return
      try {
        await documents.replace(sessions, { ...stored.value, epoch }, stored.version)
        return
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    throw conflict()
  }

  return async (actor: Actor, change: ChangePassword, caller: Caller): Promise<void> => {
    const { users, memo, trail, checkPassword, verifyPassword } = domain
    const stored = await documents.read(userCollection, { partition: actor.userId, id: actor.userId })
    if (!stored) throw notFound()
    const user = stored.value
    const facts = { actorId: user.id, sessionId: actor.sessionId, resource: { type: 'user', id: user.id } }
    if (!(await verifyPassword(user.email, user, change.currentPassword))) {
      await trail(caller, {
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
    memo.forgetUser(user.id)
    await keepSession(actor, changed.securityEpoch)
    await trail(caller, { ...facts, event: 'user.change_password', changedFields: ['password'] })
  }
}
