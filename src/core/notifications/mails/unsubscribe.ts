import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Limit } from '../../kernel/domain.ts'
import { notFound, tooMany } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { TakeFromLimits } from '../../platform/limits/limits.ts'
import type { MailList } from '../../platform/mail/mail.model.ts'
import type { ListSwitch } from './lists.ts'
import type { Subscription, UnsubscribeLinks } from './unsubscribe-links.ts'

const undoMs = 60 * 60_000

/** What was asked for by a link, of whatever account it is, or was: the answer says nothing about that. */
export interface Asked {
  readonly list: MailList
}

/**
 * Ends mails of a list by the link that each of them brings, with nobody signed in, and takes that back within the hour. What
 * somebody ended in their account, no link begins again.
 */
export function createUnsubscribe(
  { cache }: Needs<'cache'>,
  {
    keys,
    links,
    lists,
    audit,
    take,
    limit,
  }: {
    readonly keys: Pick<Keys, 'pseudonym'>
    readonly links: UnsubscribeLinks
    readonly lists: Readonly<Record<MailList, ListSwitch>>
    readonly audit: Recording
    readonly take: TakeFromLimits
    readonly limit: Limit
  },
) {
  const placeOf = async ({ userId, list }: Subscription): Promise<string> =>
    `unsubscribed:${await keys.pseudonym('unsubscribed', `${list} ${userId}`)}`

  /** Mail services ask for many people from few addresses, so it is the link that is counted. */
  async function count({ userId, list }: Subscription): Promise<void> {
    const { isExceeded, resetInSeconds } = await take([limit], `unsubscribe ${list} ${userId}`, 1)
    if (isExceeded) throw tooMany('Too many requests.', resetInSeconds)
  }

  const record = (caller: Caller, { userId, list }: Subscription, event: string) =>
    audit.record(caller, {
      event,
      actorId: null,
      resource: { type: 'user', id: userId },
      reason: list,
    })

  /**
   * That this press can be taken back, and whether there is anything to take back: what was ended by an earlier press counts.
   * False where that cannot be kept.
   */
  async function remember(subscription: Subscription, wasOn: boolean): Promise<boolean> {
    try {
      const place = await placeOf(subscription)
      const isStopped = wasOn || (await cache.get(place)) === 'stopped'
      await cache.set(place, isStopped ? 'stopped' : 'as it was', undoMs)
      return true
    } catch (error) {
      if (error instanceof PortUnavailable) return false
      throw error
    }
  }

  return {
    /** Null where the token is none of ours. Changes nothing. */
    read: links.read,
    /**
     * Again changes nothing. `undo` takes it back, for an hour; null where that is not possible now. Throws `not_found` for what
     * is no token of ours.
     */
    async stop(token: string, caller: Caller): Promise<Asked & { readonly undo: string | null }> {
      const subscription = await links.read(token)
      if (!subscription) throw notFound()
      await count(subscription)
      const wasOn = await lists[subscription.list].turn(subscription.userId, false)
      if (wasOn) await record(caller, subscription, 'mail.unsubscribe')
      const undo = (await remember(subscription, wasOn)) ? await links.undoFor(subscription) : null
      return { list: subscription.list, undo }
    },
    /** Throws `not_found` for what is no such token, or comes too late. */
    async undo(token: string, caller: Caller): Promise<Asked> {
      const subscription = await links.readUndo(token)
      if (!subscription) throw notFound()
      await count(subscription)
      const place = await placeOf(subscription)
      const known = await cache.get(place)
      if (known === null) throw notFound()
      if (known === 'stopped') {
        const isBack = await lists[subscription.list].turn(subscription.userId, true)
        await cache.set(place, 'as it was', undoMs)
        if (isBack) await record(caller, subscription, 'mail.resubscribe')
      }
      return { list: subscription.list }
    },
  }
}

export type Unsubscribing = ReturnType<typeof createUnsubscribe>
