import { z } from 'zod'
import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import { codeOf, greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Decide, Mailing } from '../../platform/mail/mail.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { codeRefused } from './recovery.model.ts'
import type { PasswordReset } from './reset-password.ts'
import { factorsOf, keepWaysIn, withFactors } from './second-factors.ts'
import type { SessionMemo } from './session-memo.ts'
import type { Sessions } from './sessions.ts'

const Asked = z.object({ name: z.string(), code: z.string() })

const codeLifeMs = 10 * 60_000
const tries = 5
const undoLifeMs = 7 * 24 * 60 * 60_000

/** Without the ways in, and what is asked for beside them, that were set up at that time or later. */
function withoutWaysSince(user: User, since: string): User {
  const confirmedAt = factorsOf(user).totp?.confirmedAt
  const isTotpKept = confirmedAt && confirmedAt < since
  return keepWaysIn(isTotpKept ? user : withFactors(user, { totp: null }), (setUpAt) => setUpAt < since)
}

/**
 * A new address: proved by a code in the new mailbox, told to the old one with a link that takes it back. For a week
 * nobody else gets the old address.
 */
export function createChangeEmail(
  { clock, hasher }: Needs<'clock' | 'hasher'>,
  {
    users,
    tokens,
    audit,
    mail,
    mayMail,
    memo,
    sessions,
    notices,
    passwordReset,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Audit
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly memo: SessionMemo
    readonly sessions: Sessions
    readonly notices: Notices
    readonly passwordReset: PasswordReset
    readonly settings: AuthSettings
  },
) {
  const now = () => new Date(clock.now()).toISOString()
  const record = (caller: Caller, event: string, userId: string, actor?: Actor) =>
    audit.record(caller, {
      event,
      actorId: actor?.userId ?? userId,
      ...(actor ? { sessionId: actor.sessionId } : {}),
      resource: { type: 'user', id: userId },
      changedFields: ['email'],
    })

  return {
    /**
     * Whether the new address is somebody's is not said here, nor by what follows: there is a code in any case, which is
     * mailed, later, only where the address is free. Otherwise its owner is told.
     */
    async ask(actor: Actor, email: string): Promise<void> {
      const stored = await users.read(actor.userId)
      if (!stored) throw notFound()
      if (stored.value.email === email || !(await mayMail('change-email', email, actor.userId))) return
      const { code } = await tokens.issue('change-email', actor.userId, {
        lifeMs: codeLifeMs,
        tries,
        facts: { email },
        isOnlyOne: true,
      })
      const facts = { name: stored.value.name, code }
      await mail.decideLater({ kind: 'change-email', to: email, facts, usefulForMs: codeLifeMs })
    },

    async decide({ to: email, facts, id }: Parameters<Decide>[0]): Promise<void> {
      const { name, code } = Asked.parse(facts)
      const owner = (await users.findByEmail(email))?.value
      if (owner) return notices.accountExists(owner)
      const greeting = greetingOf(name)
      await mail.enqueue(
        { template: 'confirm_new_email', to: email, greeting, code: codeOf(code) },
        `confirm_new_email ${id}`,
      )
    },

    /** The account goes by the new address; other sessions end. Throws `invalid_token` or `user_exists`. */
    async confirm(actor: Actor, code: string, caller: Caller): Promise<void> {
      const opened = await tokens.openByCode('change-email', actor.userId, code)
      const email = opened?.facts['email']
      if (email === undefined || !(await opened?.close())) throw codeRefused()
      const changedAt = now()
      const { user, previous } = await users.changeAddress(actor.userId, email, undoLifeMs, (latest) => ({
        ...latest,
        emailVerified: true,
        securityEpoch: latest.securityEpoch + 1,
        updatedAt: now(),
      }))
      await sessions.keepOnly(actor, user.securityEpoch)
      const { token } = await tokens.issue('undo-email-change', user.id, {
        lifeMs: undoLifeMs,
        tries,
        facts: { email: previous, changedAt },
      })
      await Promise.all([
        record(caller, 'user.change_email', user.id, actor),
        mail.enqueue(
          {
            template: 'email_changed',
            to: previous,
            greeting: greetingOf(user.name),
            link: linkTo(settings.publicOrigin, '/api/v1/auth/undo-email-change', token),
          },
          `email_changed ${token.slice(-16)}`,
        ),
      ])
    },

    isUndoable: (token: string): Promise<boolean> => tokens.isUsable('undo-email-change', token),

    /**
     * For whoever still reads the old mailbox, because somebody else was in the account: the old address is back, every
     * session is over, the password is good for nothing any more and a link for a new one is mailed; what signs in
     * without it and was set up since the change is gone. Changes made after the one that is undone cannot be undone any
     * more: their links are in mailboxes this one has just taken back from.
     */
    async undo(token: string, caller: Caller): Promise<void> {
      const opened = await tokens.open('undo-email-change', token)
      const email = opened?.facts['email']
      const changedAt = opened?.facts['changedAt']
      if (!opened || email === undefined || changedAt === undefined) throw codeRefused()
      const passwordHash = await hasher.hash(encodeBase64url(randomBytes(32)))
      await tokens.revokeLater('undo-email-change', opened.subjectId, opened.expiresAt)
      if (!(await opened.close())) throw codeRefused()
      const { user } = await users.changeAddress(opened.subjectId, email, 0, (latest) => ({
        ...withoutWaysSince(latest, changedAt),
        passwordHash,
        securityEpoch: latest.securityEpoch + 1,
        updatedAt: now(),
      }))
      memo.forgetUser(user.id)
      await Promise.all([record(caller, 'user.undo_change_email', user.id), passwordReset.mailLink(user)])
    },
  }
}
