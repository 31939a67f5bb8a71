import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { Language } from '../../kernel/language.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { codeOf, greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Decide, Mailing } from '../../platform/mail/mail.ts'
import { openFormerAddresses, takeBackMs } from '../users/former-addresses.model.ts'
import { languageOf, tooManyAddresses } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { codeRefused } from './recovery.model.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import { withProvedAddress } from './take-back.ts'

const Asked = z.object({ name: z.string(), code: z.string(), language: Language.default('en') })

const codeLifeMs = 10 * 60_000
const tries = 5
/** In a week. Each is told what happens to the account. */
const mostFormerAddresses = 3

/**
 * A new address: proved by a code in the new mailbox, told to the old one with a link that takes it back. For a week
 * nobody else gets the old address.
 */
export function createChangeEmail(
  { clock }: Needs<'clock'>,
  {
    users,
    tokens,
    audit,
    mail,
    mayMail,
    sessions,
    notices,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly sessions: Sessions
    readonly notices: Notices
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
      const user = await users.readOwn(actor)
      if (user.email === email || !(await mayMail('change-email', email, actor.userId))) return
      const { code } = await tokens.issue('change-email', actor.userId, {
        lifeMs: codeLifeMs,
        tries,
        facts: { email },
        isOnlyOne: true,
        sessionId: actor.sessionId,
      })
      const facts = { name: user.name, code, language: languageOf(user) }
      await mail.decideLater({ kind: 'change-email', to: email, facts, usefulForMs: codeLifeMs })
    },

    async decide({ to: email, facts, id }: Parameters<Decide>[0]): Promise<void> {
      const { name, code, language } = Asked.parse(facts)
      const owner = (await users.findByEmail(email))?.value
      if (owner) return notices.accountExists(owner)
      const greeting = greetingOf(name)
      await mail.enqueue(
        { template: 'confirm_new_email', to: email, language, greeting, code: codeOf(code) },
        `confirm_new_email ${id}`,
      )
    },

    /** The account goes by the new address; other sessions end. Throws `invalid_token` or `user_exists`. */
    async confirm(actor: Actor, code: string, caller: Caller): Promise<Credentials | null> {
      const opened = await tokens.openByCode('change-email', actor.userId, code, actor.sessionId)
      const email = opened?.facts['email']
      if (email === undefined || !(await opened?.close())) throw codeRefused()
      const changedAt = now()
      const { user, previous } = await users.changeAddressAs(actor, email, takeBackMs, (latest) => {
        const left = openFormerAddresses(latest, clock.now())
        if (left.length >= mostFormerAddresses) throw tooManyAddresses()
        const wasProved = latest.emailVerified
        return {
          ...withProvedAddress(latest, { isByItsUser: true }),
          formerAddresses: [
            ...left,
            { email: latest.email, changedAt, sessionId: actor.sessionId, wasProved },
          ],
          securityEpoch: latest.securityEpoch + 1,
          updatedAt: changedAt,
        }
      })
      const credentials = await sessions.renew(actor, user, caller)
      const { token } = await tokens.issue('undo-email-change', user.id, {
        lifeMs: takeBackMs,
        tries,
        facts: { email: previous, since: changedAt },
      })
      await Promise.all([
        record(caller, 'user.change_email', user.id, actor),
        mail.enqueue(
          {
            template: 'email_changed',
            to: previous,
            language: languageOf(user),
            greeting: greetingOf(user.name),
            link: linkTo(settings.pages.undoEmailChange, token),
          },
          `email_changed ${token.slice(-16)}`,
        ),
      ])
      return credentials
    },
  }
}
