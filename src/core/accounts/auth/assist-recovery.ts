import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict, forbidden, notFound } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import { foldBase32 } from '../../kernel/typed-code.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { greetingOf, linkTo } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { noticeAddresses } from '../users/former-addresses.model.ts'
import { isStaff, languageOf, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import {
  type ApprovedRecovery,
  type AssistedRecoveryView,
  approvedByStarter,
  type WaitingRecovery,
} from './assisted-recovery.model.ts'
import type { AuthSettings } from './auth.model.ts'
import type { Notices } from './notices.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { newReadableCode } from './readable-code.ts'
import { createRecoveriesToApprove } from './recoveries-to-approve.ts'
import { codeRefused, type DisownedDeletion } from './recovery.model.ts'
import type { SessionMemo } from './session-memo.ts'
import { recoverWithoutFactors } from './take-back.ts'

const hourMs = 60 * 60_000
const holdMs = 24 * hourMs
/** For a second member of staff to find the time, and for the person to come back. */
const startedForMs = 7 * 24 * hourMs
const usableForMs = 7 * 24 * hourMs
const tries = 5
const mostListed = 20

/** Proves, together with a password or the mailbox, what a lost second factor would have. */
export function createAssistRecovery(
  needs: Needs<'clock' | 'documents' | 'ids'>,
  {
    users,
    tokens,
    audit,
    mail,
    memo,
    notices,
    deletionDisowned,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly mail: Mailing
    readonly memo: SessionMemo
    readonly notices: Notices
    readonly deletionDisowned: DomainEvent<DisownedDeletion>
    readonly settings: AuthSettings
  },
) {
  const { clock, ids } = needs
  const toApprove = createRecoveriesToApprove(needs)
  const iso = (ms: number) => new Date(ms).toISOString()
  const record = (caller: Caller, event: string, userId: string, actor?: Actor) =>
    audit.record(caller, {
      event,
      actorId: actor?.userId ?? null,
      ...(actor ? { sessionId: actor.sessionId } : {}),
      resource: { type: 'user', id: userId },
      changedFields: ['secondFactors'],
    })

  /**
   * Whom this member of staff may help. Nobody helps themselves, and staff are helped by admins alone: a mentor is not to
   * have a say in who is an admin.
   */
  async function accountHelpedBy(actor: Actor, userId: string): Promise<User> {
    // What they were verified as may have been taken from them since.
    const helper = await users.readOwn(actor)
    if (!isStaff(helper) || userId === actor.userId) throw forbidden()
    const account = (await users.read(userId))?.value
    if (!account || account.role === 'guest') throw notFound()
    if (isStaff(account) && actor.role !== 'admin') throw forbidden()
    return account
  }
  const started = (userId: string) => tokens.peek('recovery-started', userId)
  const approved = (userId: string) => tokens.peek('recovery-approved', userId)

  async function tell(user: User, usableFrom: string, token: string): Promise<void> {
    const link = linkTo(settings.pages.cancelRecovery, token)
    const greeting = greetingOf(user.name)
    const language = languageOf(user)
    for (const to of noticeAddresses(user, clock.now()))
      await mail.enqueue(
        { template: 'recovery_approved', to, language, greeting, link },
        `recovery_approved ${user.id} ${usableFrom} ${ids.next()}`,
      )
  }

  /** Null where nobody has started one. */
  async function stateOf(userId: string): Promise<AssistedRecoveryView | null> {
    const [begun, ready] = await Promise.all([started(userId), approved(userId)])
    const { startedBy = null, startedAt = null } = (ready ?? begun)?.facts ?? {}
    const { approvedBy = null, usableFrom = null } = ready?.facts ?? {}
    if (startedBy === null) return null
    return { startedBy, startedAt, approvedBy, usableFrom, expiresAt: (ready ?? begun)?.expiresAt ?? null }
  }

  return {
    /** Throws `not_found` where nobody has started one. */
    async view(actor: Actor, userId: string): Promise<AssistedRecoveryView> {
      await accountHelpedBy(actor, userId)
      const state = await stateOf(userId)
      if (!state) throw notFound()
      return state
    },
    stateOf,

    /** Those that wait to be approved, the oldest first; as many as 20. */
    async waiting(): Promise<readonly WaitingRecovery[]> {
      const found = await Promise.all(
        (await toApprove.list(mostListed)).map(async (userId): Promise<WaitingRecovery[]> => {
          const begun = await started(userId)
          const { startedBy = '', startedAt = '' } = begun?.facts ?? {}
          // Whoever was found out since has started nothing.
          const starter = begun && (await users.read(startedBy))?.value
          return starter && isStaff(starter)
            ? [{ userId, startedBy, startedAt, expiresAt: begun.expiresAt }]
            : []
        }),
      )
      return found.flat()
    },

    /** The first member of staff, who has made sure who is asking. Throws `conflict` where one was started. */
    async start(actor: Actor, userId: string, caller: Caller): Promise<void> {
      await accountHelpedBy(actor, userId)
      if (await approved(userId)) throw conflict()
      await toApprove.note(userId, iso(clock.now() + startedForMs))
      await tokens.issue('recovery-started', userId, {
        lifeMs: startedForMs,
        tries,
        facts: { startedBy: actor.userId, startedAt: iso(clock.now()) },
        isOnlyOne: true,
        isFirst: true,
      })
      await record(caller, 'user.recovery_started', userId, actor)
    },

    /**
     * The second one, who is somebody else. From now on a day passes in which the owner's mailbox, which is told, can
     * cancel it. The code is in this answer and nowhere else: it is read out to the person.
     */
    async approve(actor: Actor, userId: string, caller: Caller): Promise<ApprovedRecovery> {
      const account = await accountHelpedBy(actor, userId)
      const opened = await started(userId)
      if (!opened) throw notFound()
      const { startedBy = '', startedAt = '' } = opened.facts
      if (startedBy === actor.userId) throw approvedByStarter()
      const starter = (await users.read(startedBy))?.value
      // Whoever was found out since has started nothing; and one of the two answers for the whole.
      if (!starter || !isStaff(starter)) throw notFound()
      if (starter.role !== 'admin' && actor.role !== 'admin') throw forbidden()
      if (isStaff(account) && starter.role !== 'admin') throw forbidden()
      if (!(await opened.close())) throw conflict()
      await toApprove.forget(userId)
      const usableFrom = iso(clock.now() + holdMs)
      const code = newReadableCode()
      const { token, expiresAt } = await tokens.issue('recovery-approved', userId, {
        lifeMs: holdMs + usableForMs,
        tries,
        facts: { startedBy, startedAt, approvedBy: actor.userId, usableFrom },
        isOnlyOne: true,
        code: foldBase32(code),
      })
      await Promise.all([
        record(caller, 'user.recovery_approved', userId, actor),
        tell(account, usableFrom, token),
      ])
      return { code, usableFrom, expiresAt }
    },

    /** By any member of staff who could have helped. Fine when there is none. */
    async withdraw(actor: Actor, userId: string, caller: Caller): Promise<void> {
      await accountHelpedBy(actor, userId)
      const pending = [await started(userId), await approved(userId)].filter((one) => one !== null)
      if (pending.length === 0) return
      for (const one of pending) await one.close()
      await toApprove.forget(userId)
      await record(caller, 'user.recovery_canceled', userId, actor)
    },

    isCancelable: (token: string): Promise<boolean> => tokens.isUsable('recovery-approved', token),

    /** By the link in the owner's mailbox. Throws `invalid_token`. */
    async cancel(token: string, caller: Caller): Promise<void> {
      const opened = await tokens.open('recovery-approved', token)
      if (!opened || !(await opened.close())) throw codeRefused()
      await record(caller, 'user.recovery_canceled', opened.subjectId)
    },

    /**
     * The person, a day later, with the code that was read out to them: no second factor is left, what was set up in the
     * last days is gone, and every session is over. It signs nobody in: the password, or the mailbox, is asked for as ever.
     * The same steps for an address that has no account; the code has too many bits to be guessed, so there are no tries that
     * a stranger could use up. Throws `invalid_token` alike for what is wrong, used, too early
     * or too old.
     */
    async complete(email: string, code: string, caller: Caller): Promise<void> {
      const known = (await users.findByEmail(email))?.value ?? null
      const opened = await tokens.matchCode('recovery-approved', known?.id ?? ids.next(), foldBase32(code))
      const isTooEarly = (opened?.facts['usableFrom'] ?? '') > iso(clock.now())
      if (!opened || !known || isTooEarly) throw codeRefused()
      const { deletion } = known
      if (deletion) await deletionDisowned.emit({ deletionId: deletion.id, userId: known.id, caller })
      if (!(await opened.close())) throw codeRefused()
      const now = clock.now()
      const { value: changed } = await users.changeUser(known.id, (latest) => ({
        ...recoverWithoutFactors(latest, now),
        updatedAt: iso(now),
      }))
      memo.forgetUser(changed.id)
      if (deletion) users.announce(changed)
      await Promise.all([
        record(caller, 'user.recovery_completed', changed.id),
        notices.secondFactorChanged(changed, changed.updatedAt),
      ])
    },
  }
}
