import { stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { conversationGroup } from '../../platform/realtime/realtime.model.ts'
import type { Announcer } from './announcer.ts'
import type { Head } from './entries.model.ts'
import type { ListConversations } from './list-conversations.ts'

const leaseMs = 90_000
/** Whoever is in more or larger conversations is announced in the newest and smaller ones. */
const maxConversationsTold = 20
const maxMembersTold = 50

interface Leases {
  /** When the lease of each device ends. */
  readonly [device: string]: number
}

/** Who is connected: a lease of each device that it renews, in the cache. A guess, and gone with the cache. */
export function createPresence(
  { cache, clock, log }: Needs<'cache' | 'clock' | 'log'>,
  announcer: Announcer,
  conversations: ListConversations,
) {
  const keyOf = (userId: string) => `online_users:${userId}`
  const forgiving = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('presence_unknown')
      return otherwise
    }
  }
  const standing = (text: string | null): Leases =>
    Object.fromEntries(
      Object.entries(JSON.parse(text ?? '{}') as Leases).filter(([, until]) =>
        stillLasts(until, leaseMs, clock.now()),
      ),
    )

  /** Whether this changed if the person is online, and until when they are. */
  async function change(userId: string, apply: (leases: Leases) => Leases) {
    const key = keyOf(userId)
    for (let attempt = 0; attempt < 5; attempt++) {
      const before = await cache.get(key)
      const leases = apply(standing(before))
      if (!(await cache.compareAndSwap(key, before, JSON.stringify(leases), leaseMs))) continue
      const wasOnline = Object.keys(standing(before)).length > 0
      const untilMs = Math.max(0, ...Object.values(leases))
      return { hasChanged: wasOnline !== untilMs > 0, untilMs }
    }
    return { hasChanged: false, untilMs: 0 }
  }

  async function announce(userId: string, untilMs: number): Promise<void> {
    const at = new Date(clock.now()).toISOString()
    const heads = await conversations.headsOf(userId, maxConversationsTold)
    const told = heads.filter(({ members }) => members.length <= maxMembersTold)
    await Promise.all(
      told.map(({ conversationId }) =>
        announcer.publish(
          conversationGroup(conversationId),
          {
            event: 'presence.updated',
            conversationId,
            at,
            data: {
              conversationId,
              userId,
              isOnline: untilMs > 0,
              until: untilMs > 0 ? new Date(untilMs).toISOString() : null,
            },
          },
          60,
        ),
      ),
    )
  }

  const settle = (userId: string, apply: (leases: Leases) => Leases): Promise<void> =>
    forgiving(async () => {
      const { hasChanged, untilMs } = await change(userId, apply)
      if (hasChanged) await announce(userId, untilMs)
    }, undefined)

  return {
    renew: (userId: string, device: string): Promise<void> =>
      settle(userId, (leases) => ({ ...leases, [device]: clock.now() + leaseMs })),

    end: (userId: string, device: string): Promise<void> =>
      settle(userId, ({ [device]: _, ...others }) => others),

    async onlineIn({ members }: Head): Promise<string[]> {
      if (members.length > maxMembersTold) return []
      const online = await Promise.all(
        members.map(({ userId }) =>
          forgiving(async () => Object.keys(standing(await cache.get(keyOf(userId)))).length > 0, false),
        ),
      )
      return members.flatMap(({ userId }, index) => (online[index] ? [userId] : []))
    },
  }
}
