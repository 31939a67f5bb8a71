import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { forbidden } from '../../kernel/errors.ts'
import { type Head, type Member, requireMember } from './entries.model.ts'

/**
 * What somebody does in a conversation. `reach`: what others receive from them, whether new, changed or passing (sending,
 * editing, reacting, typing). `retract`: what takes something of theirs back (deleting, taking a reaction away), which a
 * block or an end does not forbid.
 */
export type Action = 'reach' | 'retract'

/** Whether one of two has blocked the other. */
export type IsBlocked = (userId: string, otherId: string) => Promise<boolean>

/** How long "not blocked" is believed of a pair, in case the block was made in another process. */
const unblockedMs = 5_000
const rememberedPairs = 10_000

const pairOf = (a: string, b: string): string => [a, b].toSorted().join(' ')

/** The one place that says what somebody may do in a conversation, whichever way they come in. */
export function createPermissions(
  { clock }: Needs<'clock'>,
  { isBlocked }: { readonly isBlocked: IsBlocked },
) {
  const unblockedUntil = new Map<string, number>()

  async function areBlocked(a: string, b: string): Promise<boolean> {
    const pair = pairOf(a, b)
    if ((unblockedUntil.get(pair) ?? 0) > clock.now()) return false
    if (await isBlocked(a, b)) return true
    if (unblockedUntil.size >= rememberedPairs) unblockedUntil.clear()
    unblockedUntil.set(pair, clock.now() + unblockedMs)
    return false
  }

  return {
    /**
     * Throws `not_found` for who is not a member, and `forbidden` for what a member may not do: to reach the other one of a
     * direct conversation when one of the two has blocked the other, or anybody in a conversation that is closed.
     */
    async require(
      action: Action,
      conversation: Head | null | undefined,
      { userId }: Pick<Actor, 'userId'>,
    ): Promise<{ readonly head: Head; readonly member: Member }> {
      const { head, member } = requireMember(conversation, userId)
      if (action !== 'reach') return { head, member }
      if (head.closedAt !== undefined) throw forbidden()
      const other = head.type === 'direct' && head.members.find((each) => each.userId !== userId)
      if (other && (await areBlocked(userId, other.userId))) throw forbidden()
      return { head, member }
    },

    /** A block counts at once in the process in which it was made. */
    forget(userId: string, otherId: string): void {
      unblockedUntil.delete(pairOf(userId, otherId))
    },
  }
}

export type Permissions = ReturnType<typeof createPermissions>
