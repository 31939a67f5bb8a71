import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { AppError, forbidden } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Decide, Mailing } from '../../platform/mail/mail.ts'
import { authenticatedBefore, type User, userExists } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import { KeptCaller, keepCaller } from './kept-caller.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { LoggedIn, OpenSession } from './open-session.ts'
import type { CheckPassword } from './password-policy.ts'
import type { GuestEntry, GuestUpgrade } from './passwords.model.ts'
import type { Sessions } from './sessions.ts'
import type { EmailVerification } from './verify-email.ts'

const Asked = z.object({
  caller: KeptCaller,
  userId: z.string(),
  sessionId: z.string(),
  /** Absent in what was asked before it was kept. */
  securityEpoch: z.number().default(1),
  name: z.string().nullable(),
  passwordHash: z.string(),
})

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
    mail,
    mayMail,
    notices,
    settings,
    guestEntered,
  }: {
    readonly users: Users
    readonly sessions: Sessions
    readonly audit: Recording
    readonly openSession: OpenSession
    readonly checkPassword: CheckPassword
    readonly emailVerification: EmailVerification
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly notices: Notices
    readonly settings: AuthSettings
    readonly guestEntered: DomainEvent<User>
  },
) {
  const record = (caller: Caller, user: User, sessionId: string) =>
    audit.record(caller, {
      event: 'user.guest_upgraded',
      actorId: user.id,
      sessionId,
      resource: { type: 'user', id: user.id },
      changedFields: ['email', 'password', 'role'],
    })

  async function makeLasting(
    guest: Actor,
    { email, name, passwordHash }: { email: string; name: string | null; passwordHash: string },
  ): Promise<User> {
    const { user } = await users.changeAddressAs(guest, email, 0, (latest) => {
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
    return user
  }

  return {
    async enter({ name, sharedDevice = false }: GuestEntry, caller: Caller): Promise<LoggedIn> {
      const guest = await users.createAccount({
        email: guestAddress(ids.next()),
        name,
        passwordHash: null,
        role: 'guest',
        language: caller.language,
        expiresAt: new Date(clock.now() + lifeMs).toISOString(),
      })
      // Before there is a session: nobody chats who is not going to be erased.
      await guestEntered.emit(guest)
      return openSession(guest, caller, { isOnSharedDevice: sharedDevice })
    },

    /**
     * The guest's own account becomes one that lasts, with all that was said in it, in a session of its own. Throws
     * `user_exists`. With hidden disclosure the answer is null and the session has ended, whether or not the address was
     * free: what becomes of it is decided later, and told to the mailbox.
     */
    async upgrade(
      actor: Actor,
      { email, password, name }: GuestUpgrade,
      caller: Caller,
    ): Promise<LoggedIn | null> {
      if (actor.role !== 'guest') throw forbidden()
      const guest = (await users.read(actor.userId))?.value
      await checkPassword('password', password, { email, name: name ?? guest?.name ?? '' })
      const isHidden = settings.signupDisclosure === 'hidden'
      if (!isHidden && (await users.isEmailClaimed(email))) throw userExists()
      const passwordHash = await hasher.hash(password)
      if (isHidden) {
        const facts = { caller: keepCaller(caller), ...actor, name: name ?? null, passwordHash }
        await mail.decideLater({ kind: 'guest-upgrade', to: email, facts, usefulForMs: lifeMs })
        await sessions.revoke(actor.userId, actor.sessionId, 'guest_upgraded')
        return null
      }
      const user = await makeLasting(actor, { email, name: name ?? null, passwordHash })
      // Whoever knows the guest's tokens stays behind.
      const left = await sessions.revoke(user.id, actor.sessionId, 'guest_upgraded')
      const loggedIn = await openSession(user, caller, { isOnSharedDevice: left?.isOnSharedDevice ?? false })
      defer.run('send_verification', () => emailVerification.send(user))
      await record(caller, user, actor.sessionId)
      return loggedIn
    },

    async decide({ to: email, facts }: Parameters<Decide>[0]): Promise<void> {
      const { caller, userId, sessionId, securityEpoch, name, passwordHash } = Asked.parse(facts)
      const owner = (await users.findByEmail(email))?.value
      if (owner && owner.id !== userId) {
        if (await mayMail('account-exists', email)) await notices.accountExists(owner, caller)
        return
      }
      const guest = (await users.read(userId))?.value
      if (!guest) return
      // Otherwise it lasts already: this was cut off after it had been written.
      if (guest.role !== 'guest') return emailVerification.send(guest)
      try {
        const asked: Actor = { userId, sessionId, securityEpoch, role: 'guest' }
        const user = await makeLasting(asked, { email, name, passwordHash })
        await record(caller, user, sessionId)
        await emailVerification.send(user)
      } catch (error) {
        // Somebody else was given the address, or has it reserved; or the guest's sessions were ended since.
        if (!(error instanceof AppError && ['user_exists', authenticatedBefore().code].includes(error.code)))
          throw error
      }
    },
  }
}
