import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { codeOf, greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Decide, Mailing } from '../../platform/mail/mail.ts'
import { languageOf, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import { KeptCaller, keepCaller } from './kept-caller.ts'
import type { Devices } from './known-devices.ts'
import type { Lockout } from './lockout.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { type CheckPassword, passwordUnchanged } from './password-policy.ts'
import { codeRefused, type DisownedDeletion, type ResetPassword } from './recovery.model.ts'
import type { SessionMemo } from './session-memo.ts'
import type { SignInCodes } from './sign-in-codes.ts'
import { recoverLately } from './take-back.ts'

const Asked = z.object({ caller: KeptCaller })

const lifeMs = 15 * 60_000
const invitedForMs = 7 * 24 * 60 * 60_000

const recoveriesOf = (user: User | null): string => String(user?.recoveries ?? 0)

/** Who is suspended gets no link; who is about to be erased does, for it may not have been them who asked for that. */
const isReachable = ({ status, deletion, role }: User): boolean =>
  // The address of a guest is nobody's.
  role !== 'guest' && (status !== 'suspended' || deletion !== undefined)

/** A new password for who has lost the old one and reads the mailbox. It signs nobody in and stands in for no factor. */
export function createResetPassword(
  { clock, hasher, ids }: Needs<'clock' | 'hasher' | 'ids'>,
  {
    users,
    tokens,
    audit,
    mail,
    mayMail,
    notices,
    memo,
    lockout,
    devices,
    signInCodes,
    checkPassword,
    deletionDisowned,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly notices: Notices
    readonly memo: SessionMemo
    readonly lockout: Lockout
    readonly devices: Devices
    readonly signInCodes: SignInCodes
    readonly checkPassword: CheckPassword
    readonly deletionDisowned: DomainEvent<DisownedDeletion>
    readonly settings: AuthSettings
  },
) {
  const issue = (user: User | null, forMs = lifeMs) =>
    tokens.issue('reset-password', user?.id ?? ids.next(), {
      lifeMs: forMs,
      tries: 5,
      facts: { email: user?.email ?? '', recoveries: recoveriesOf(user) },
    })

  /** A link by which this person sets a new password: one mail for one `occasion`. */
  const mailLink = async (
    user: User,
    { occasion, asked }: { readonly occasion?: string; readonly asked?: Pick<Caller, 'language'> } = {},
  ): Promise<void> => {
    const { token } = await issue(user)
    await mail.enqueue(
      {
        template: 'reset_password',
        to: user.email,
        language: languageOf(user, asked),
        greeting: greetingOf(user.name),
        link: linkTo(settings.pages.resetPassword, token),
        code: codeOf(await signInCodes.codeFor(user.email)),
      },
      `reset_password ${occasion ?? token.slice(-16)}`,
    )
  }

  return {
    mailLink,

    isUsable: (token: string): Promise<boolean> => tokens.isUsable('reset-password', token),

    /** For whom an account was opened by somebody else. Mailed once, however often it is asked for. */
    async invite(user: User): Promise<void> {
      const { token } = await issue(user, invitedForMs)
      const link = linkTo(settings.pages.invitation, token)
      const greeting = greetingOf(user.name)
      await mail.enqueue(
        { template: 'account_moved', to: user.email, language: languageOf(user), greeting, link },
        `account_moved ${user.id}`,
      )
    },

    /** The same for every address, in words, in time, and for whoever comes next: it is decided later. */
    ask: (email: string, caller: Caller): Promise<void> =>
      mail.decideLater({
        kind: 'reset-password',
        to: email,
        facts: { caller: keepCaller(caller) },
        usefulForMs: lifeMs,
      }),

    /** A link for who has an account. For nobody a token that nobody gets: the job costs the same but for the mail. */
    async decide({ to: email, facts, id }: Parameters<Decide>[0]): Promise<void> {
      const { caller } = Asked.parse(facts)
      const user = (await users.findByEmail(email))?.value ?? null
      const isAllowed = await mayMail('reset-password', email)
      const isSent = user !== null && isReachable(user) && isAllowed
      await audit.record(caller, {
        event: 'user.forgot_password',
        actorId: null,
        resource: { type: 'user', id: user?.id ?? null },
        ...(isSent ? {} : { outcome: 'failure' as const, reason: 'not_sent' }),
      })
      await (isSent ? mailLink(user, { occasion: id, asked: caller }) : issue(null))
    },

    /**
     * Ends every session, takes back what was set up in the last days, and cancels a deletion: whoever reads the mailbox
     * gets the account back, alone. The link is void by its use, by another reset, by being won back otherwise and by
     * another address; not by anything a session does. Throws `invalid_token`; a password that is refused leaves the
     * link good. Answers what the device is to keep: whoever reads the mailbox on it is no stranger to the account, and
     * can sign in while strangers guess.
     */
    async reset({ token, newPassword }: ResetPassword, caller: Caller): Promise<string | null> {
      const opened = await tokens.open('reset-password', token)
      const user = opened && (await users.read(opened.subjectId))?.value
      const isMeant = (latest: User): boolean =>
        latest.email === opened?.facts['email'] &&
        recoveriesOf(latest) === (opened.facts['recoveries'] ?? recoveriesOf(null))
      if (!opened || !user || !isMeant(user)) throw codeRefused()
      await checkPassword('newPassword', newPassword, user)
      if (user.passwordHash !== null && (await hasher.verify(user.passwordHash, newPassword)))
        throw passwordUnchanged('newPassword')
      const passwordHash = await hasher.hash(newPassword)
      const { deletion } = user
      if (deletion) await deletionDisowned.emit({ deletionId: deletion.id, userId: user.id, caller })
      if (!(await opened.close())) throw codeRefused()
      const now = clock.now()
      const { value: changed } = await users.changeUser(user.id, (latest) => {
        if (!isMeant(latest) || latest.deletion?.id !== deletion?.id) throw codeRefused()
        return { ...recoverLately(latest, now), passwordHash, updatedAt: new Date(now).toISOString() }
      })
      memo.forgetUser(user.id)
      if (deletion) users.announce(changed)
      await Promise.all([
        lockout.forgive(user.email),
        audit.record(caller, {
          event: 'user.reset_password',
          actorId: user.id,
          resource: { type: 'user', id: user.id },
          changedFields: ['password'],
        }),
        notices.passwordChanged(changed, changed.updatedAt),
      ])
      return devices.afterReset(changed, caller)
    },
  }
}

export type PasswordReset = ReturnType<typeof createResetPassword>
