import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { forbidden } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import { type User, userExists } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { LoggedIn, OpenSession } from './open-session.ts'
import type { CheckPassword } from './password-policy.ts'
import type { GuestEntry, GuestUpgrade } from './passwords.model.ts'
import type { Sessions } from './sessions.ts'
import type { EmailVerification } from './verify-email.ts'

const lifeMs = 24 * 60 * 60_000

/** RFC 2606: there is never a mailbox at this domain. */
const guestAddress = (id: string): string => `${id}@guest.invalid`

/** People without an account, who may talk to staff for a day, and may then stay. */
export function createGuests(
  { clock, defer, hasher, ids }: Needs<'clock' | 'defer' | 'hasher' | 'ids'>,
  {
    users,
    sessions,
    audit,
    openSession,
    checkPassword,
    emailVerification,
    guestEntered,
  }: {
    readonly users: Users
    readonly sessions: Sessions
    readonly audit: Audit
    readonly openSession: OpenSession
    readonly checkPassword: CheckPassword
    readonly emailVerification: EmailVerification
    readonly guestEntered: DomainEvent<User>
  },
) {
  return {
    async enter({ name, sharedDevice = false }: GuestEntry, caller: Caller): Promise<LoggedIn> {
      const guest = await users.createAccount({
        email: guestAddress(ids.next()),
        name,
        passwordHash: null,
        role: 'guest',
        expiresAt: new Date(clock.now() + lifeMs).toISOString(),
      })
      // Before there is a session: nobody chats who is not going to be erased.
      await guestEntered.emit(guest)
      return openSession(guest, caller, { isOnSharedDevice: sharedDevice })
    },

    /**
     * The guest's own account becomes one that lasts, with all that was said in it, in a session of its own. Throws
     * `user_exists`.
     */
    async upgrade(actor: Actor, { email, password, name }: GuestUpgrade, caller: Caller): Promise<LoggedIn> {
      if (actor.role !== 'guest') throw forbidden()
      await checkPassword('password', password, { email, name: name ?? '' })
      if (await users.isEmailClaimed(email)) throw userExists()
      const passwordHash = await hasher.hash(password)
      const { user } = await users.changeAddressAs(actor, email, 0, (latest) => {
        if (latest.role !== 'guest') throw forbidden()
        const { expiresAt: _, ...lasting } = latest
        return {
          ...lasting,
          name: name ?? latest.name,
          role: 'user',
          passwordHash,
          securityEpoch: latest.securityEpoch + 1,
          updatedAt: new Date(clock.now()).toISOString(),
        }
      })
      // Whoever knows the guest's tokens stays behind.
      const left = await sessions.revoke(user.id, actor.sessionId, 'guest_upgraded')
      const loggedIn = await openSession(user, caller, { isOnSharedDevice: left?.isOnSharedDevice ?? false })
      defer.run('send_verification', () => emailVerification.send(user))
      await audit.record(caller, {
        event: 'user.guest_upgraded',
        actorId: user.id,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: user.id },
        changedFields: ['email', 'password', 'role'],
      })
      return loggedIn
    },
  }
}
