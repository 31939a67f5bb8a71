import { stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type AppError, forbidden, notFound, tooMany } from '../../kernel/errors.ts'
import { Action, hasRole, isAbove, rules } from './actions.model.ts'
import { directStays } from './chat.model.ts'
import { type Head, type Member, memberOf, settingsOf, wroteAtOf } from './entries.model.ts'

/** Whether one of two has blocked the other. */
export type IsBlocked = (userId: string, otherId: string) => Promise<boolean>

/** How long "not blocked" is believed of a pair, in case the block was made in another process. */
const unblockedMs = 5_000
const rememberedPairs = 10_000

const pairOf = (a: string, b: string): string => [a, b].toSorted().join(' ')

const slowMode = (waitMs: number): AppError => tooMany('Slow mode is on here.', waitMs / 1_000)

/** When a member may write again where slow mode makes them wait; null when they may now. Milliseconds since 1970. */
export function nextSendMs(head: Head, member: Member, nowMs: number): number | null {
  const slowMs = settingsOf(head).slowModeSeconds * 1_000
  const wroteAt = wroteAtOf(member)
  if (slowMs === 0 || wroteAt === null || hasRole(member.role, 'moderator')) return null
  // Where clocks were set back nobody waits for longer than slow mode lasts.
  const nextMs = Math.min(Date.parse(wroteAt), nowMs) + slowMs
  return nextMs > nowMs ? nextMs : null
}

/** A conversation is not there for whoever is not in it. */
function memberIn(head: Head | null | undefined, userId: string): { head: Head; member: Member } {
  const member = head ? memberOf(head, userId) : undefined
  if (!head || !member) throw notFound()
  return { head, member }
}

/** Why a member may not do this, as far as the conversation itself says. */
function refusalOf(action: Action, head: Head, member: Member, nowMs: number): AppError | null {
  const rule = rules[action]
  if (head.type === 'direct') {
    if (rule.direct === 'absent') return directStays()
    if (rule.direct === 'nobody') return forbidden()
  } else {
    if (!hasRole(member.role, rule.group)) return forbidden()
    const isForModerators = rule.posts && settingsOf(head).posting === 'moderators'
    if (isForModerators && !hasRole(member.role, 'moderator')) return forbidden()
  }
  if (rule.reaches && head.closedAt !== undefined) return forbidden()
  const nextMs = rule.isSlowed ? nextSendMs(head, member, nowMs) : null
  return nextMs === null ? null : slowMode(nextMs - nowMs)
}

/** The one place that says what somebody may do in a conversation, whichever way they come in. */
export function createPermissions(
  { clock }: Needs<'clock'>,
  {
    isBlocked,
    isActive,
  }: {
    readonly isBlocked: IsBlocked
    /** Whether somebody has an account that is not suspended. */
    readonly isActive: (userId: string) => Promise<boolean>
  },
) {
  const unblockedUntil = new Map<string, number>()

  async function areBlocked(a: string, b: string): Promise<boolean> {
    const pair = pairOf(a, b)
    if (stillLasts(unblockedUntil.get(pair) ?? 0, unblockedMs, clock.now())) return false
    if (await isBlocked(a, b)) return true
    if (unblockedUntil.size >= rememberedPairs) unblockedUntil.clear()
    unblockedUntil.set(pair, clock.now() + unblockedMs)
    return false
  }

  /** Whether nothing of theirs reaches the other one of a direct conversation. */
  async function isShut({ type, members }: Head, userId: string): Promise<boolean> {
    const other = type === 'direct' ? members.find((each) => each.userId !== userId) : undefined
    if (!other) return false
    const [blocked, active] = await Promise.all([areBlocked(userId, other.userId), isActive(other.userId)])
    return blocked || !active
  }

  /**
   * As far as the conversation itself says: for a commit, at the head that it replaces, where `require` was asked before.
   * Throws the same.
   */
  function requireIn(
    action: Action,
    conversation: Head | null | undefined,
    { userId }: Pick<Actor, 'userId'>,
  ): { readonly head: Head; readonly member: Member } {
    const { head, member } = memberIn(conversation, userId)
    const refusal = refusalOf(action, head, member, clock.now())
    if (refusal) throw refusal
    return { head, member }
  }

  return {
    requireIn,
    areBlocked,

    /**
     * Throws `not_found` for who is not a member, and `forbidden` for what a member may not do: by their role, where only
     * moderators may post, in a conversation that is closed, or to the other one of a direct conversation when one of the two
     * has blocked the other or the other is suspended. `conflict` for what a direct conversation does not have;
     * `rate_limit_exceeded` where slow mode makes them wait.
     */
    async require(
      action: Action,
      conversation: Head | null | undefined,
      actor: Pick<Actor, 'userId'>,
    ): Promise<{ readonly head: Head; readonly member: Member }> {
      const found = requireIn(action, conversation, actor)
      if (rules[action].reaches && (await isShut(found.head, actor.userId))) throw forbidden()
      return found
    },

    /** The same of what is done to one of the members: nobody does it to those above or beside them, but admins. */
    requireInOver(
      action: Action,
      conversation: Head | null | undefined,
      actor: Pick<Actor, 'userId'>,
      otherId: string,
    ): { readonly head: Head; readonly member: Member } {
      const { head, member } = requireIn(action, conversation, actor)
      if (!isAbove(member.role, memberOf(head, otherId)?.role)) throw forbidden()
      return { head, member }
    },

    /** What a member may do now. Waiting in slow mode takes nothing from it: `nextSendMs` says until when. */
    async allowedTo(head: Head, member: Member): Promise<Action[]> {
      const isDeaf = await isShut(head, member.userId)
      return Action.options.filter((action) => {
        const refusal = refusalOf(action, head, member, clock.now())
        return (refusal === null || refusal.kind === 'rate_limited') && !(isDeaf && rules[action].reaches)
      })
    },

    /** A block counts at once in the process in which it was made. */
    forget(userId: string, otherId: string): void {
      unblockedUntil.delete(pairOf(userId, otherId))
    },
  }
}

export type Permissions = ReturnType<typeof createPermissions>
