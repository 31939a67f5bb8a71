import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { openFormerAddresses } from '../users/former-addresses.model.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { Flow, OneTimeTokens } from './one-time-tokens.ts'
import { codeRefused, type DisownedDeletion } from './recovery.model.ts'
import type { PasswordReset } from './reset-password.ts'
import type { SessionMemo } from './session-memo.ts'
import { disownSince } from './take-back.ts'

/** Links of who says "it was not me": of any change, and of a change of address. */
const disowning = ['not-me', 'undo-email-change'] as const satisfies readonly Flow[]
export type DisowningFlow = (typeof disowning)[number]

/** Links to a change of address from before were stored with the moment under another name. */
const sinceOf = ({ since, changedAt }: Readonly<Record<string, string>>): string | undefined =>
  since ?? changedAt

/**
 * For whoever reads the mailbox, because somebody else was in the account. What was set up since the change they were
 * told of is gone, whatever it was, the address among it; every session is over, a deletion is cancelled, the password is
 * good for nothing any more, and a link for a new one is mailed. Links in mailboxes that the account does not go by any
 * more, and to which it cannot be given back, open nothing.
 */
export function createTakeBackChanges(
  { clock, hasher }: Needs<'clock' | 'hasher'>,
  {
    users,
    tokens,
    audit,
    memo,
    passwordReset,
    deletionDisowned,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly memo: SessionMemo
    readonly passwordReset: PasswordReset
    readonly deletionDisowned: DomainEvent<DisownedDeletion>
  },
) {
  const isMailboxOf = (user: User, email: string): boolean =>
    user.email === email ||
    // Of an account whose changes were not kept yet: the link is as old as the address may be given back.
    user.formerAddresses === undefined ||
    openFormerAddresses(user, clock.now()).some((former) => former.email === email)

  return {
    isUsable: (flow: DisowningFlow, token: string): Promise<boolean> => tokens.isUsable(flow, token),

    /** Throws `invalid_token`, and `conflict` where the erasure has begun. */
    async takeBack(flow: DisowningFlow, token: string, caller: Caller): Promise<void> {
      const opened = await tokens.open(flow, token)
      const email = opened?.facts['email']
      const since = sinceOf(opened?.facts ?? {})
      const known = opened && (await users.read(opened.subjectId))?.value
      if (!known || email === undefined || since === undefined || !isMailboxOf(known, email))
        throw codeRefused()
      const passwordHash = await hasher.hash(encodeBase64url(randomBytes(32)))
      if (known.deletion)
        await deletionDisowned.emit({ deletionId: known.deletion.id, userId: known.id, caller })
      // Not those of a change that was made earlier: whoever has them may be who the account is taken from now.
      const isOlderLink = (flowOfOther: Flow, facts: Readonly<Record<string, string>>): boolean =>
        (disowning as readonly Flow[]).includes(flowOfOther) && (sinceOf(facts) ?? since) <= since
      await tokens.revokeAll(known.id, (other) => !isOlderLink(other.flow, other.facts), opened)
      if (!(await opened.close())) throw codeRefused()
      const { user, previous } = await users.changeAddress(known.id, email, 0, (latest) => {
        if (!isMailboxOf(latest, email)) throw codeRefused()
        const now = clock.now()
        return {
          ...disownSince(latest, since, email, now),
          passwordHash,
          updatedAt: new Date(now).toISOString(),
        }
      })
      memo.forgetUser(user.id)
      if (known.deletion) users.announce(user)
      await Promise.all([
        audit.record(caller, {
          event: flow === 'not-me' ? 'user.changes_disowned' : 'user.undo_change_email',
          actorId: user.id,
          resource: { type: 'user', id: user.id },
          changedFields: [
            'password',
            'secondFactors',
            'identities',
            ...(previous === email ? [] : ['email']),
          ],
        }),
        ...(user.status === 'suspended' ? [] : [passwordReset.mailLink(user)]),
      ])
    },
  }
}
