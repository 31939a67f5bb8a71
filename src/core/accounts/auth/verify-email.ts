import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { codeOf, greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { languageOf, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import type { MayTryCode } from './code-rate-limit.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { OneTimeTokens, Opened } from './one-time-tokens.ts'
import { codeRefused, type VerifyEmail } from './recovery.model.ts'
import type { SessionMemo } from './session-memo.ts'
import { withProvedAddress } from './take-back.ts'

const lifeMs = 10 * 60_000
/** Of the link, whose secret cannot be guessed; those of the code are counted by who tries. */
const tries = 5

/** Proves that whoever has the account reads its mailbox: by a code to type, or a link to press a button behind. */
export function createVerifyEmail(
  { clock, ids }: Needs<'clock' | 'ids'>,
  {
    users,
    tokens,
    audit,
    mail,
    mayMail,
    mayTryCode,
    memo,
    notices,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly mayTryCode: MayTryCode
    readonly memo: SessionMemo
    readonly notices: Notices
    readonly settings: AuthSettings
  },
) {
  /** The address stands in the token: one that was asked for before a change of address proves nothing after it. */
  async function send(user: User): Promise<void> {
    const issued = await tokens.issue('verify-email', user.id, {
      lifeMs,
      tries,
      facts: { email: user.email },
      isOnlyOne: true,
    })
    await mail.enqueue(
      {
        template: 'confirm_email',
        to: user.email,
        language: languageOf(user),
        greeting: greetingOf(user.name),
        code: codeOf(issued.code),
        link: linkTo(settings.pages.verifyEmail, issued.token),
      },
      `confirm_email ${issued.token.slice(-16)}`,
    )
  }

  /**
   * Looks for a token also where there is no account, so that asking costs the same. Whoever is signed in to the account
   * has tries that a stranger cannot use up.
   */
  async function openByAddress(email: string, code: string, actor: Actor | null): Promise<Opened | null> {
    const userId = (await users.findByEmail(email))?.value.id
    const isOwn = actor !== null && actor.userId === userId
    if (!(await mayTryCode('verify-email', email, isOwn ? actor.userId : null))) return null
    return tokens.matchCode('verify-email', userId ?? ids.next(), code)
  }

  return {
    send,

    /** Nothing happens for an address that is confirmed, or that was written to too often. */
    async resend(actor: Actor): Promise<void> {
      const stored = await users.read(actor.userId)
      if (!stored) throw notFound()
      if (!stored.value.emailVerified && (await mayMail('verify-email', stored.value.email)))
        await send(stored.value)
    },

    isUsable: (token: string): Promise<boolean> => tokens.isUsable('verify-email', token),

    /**
     * `actor`: who is signed in, if anybody is. What was set up in an account that is not theirs, before anybody had
     * proved its address, counts for nothing. Throws `invalid_token` alike for what is wrong, used, too old, tried too
     * often, or nobody's.
     */
    async verify(given: VerifyEmail, actor: Actor | null, caller: Caller): Promise<void> {
      const opened =
        'token' in given
          ? await tokens.open('verify-email', given.token)
          : await openByAddress(given.email, given.code, actor)
      if (!opened || !(await opened.close())) throw codeRefused()
      let before: User | undefined
      const { value: user } = await users.changeUser(opened.subjectId, (latest) => {
        if (latest.email !== opened.facts['email']) throw codeRefused()
        const isByItsUser = actor?.userId === latest.id && actor.securityEpoch === latest.securityEpoch
        const updatedAt = new Date(clock.now()).toISOString()
        before = latest
        return { ...withProvedAddress(latest, { isByItsUser }), updatedAt }
      })
      const hasLost = before?.securityEpoch !== user.securityEpoch
      if (hasLost) memo.forgetUser(user.id)
      await audit.record(caller, {
        event: 'user.email_verified',
        actorId: user.id,
        resource: { type: 'user', id: user.id },
        changedFields: hasLost ? ['emailVerified', 'secondFactors', 'identities'] : ['emailVerified'],
      })
      if (hasLost) await notices.secondFactorChanged(user, user.updatedAt)
    },
  }
}

export type EmailVerification = ReturnType<typeof createVerifyEmail>
