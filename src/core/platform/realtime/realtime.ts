import type { Needs } from '../../../ports/ports.ts'
import type { ClientAccess } from '../../../ports/realtime.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Limit, TakeFromLimits } from '../limits/limits.ts'
import {
  type ConnectionEvent,
  type ConnectionListener,
  forgedEvent,
  sessionGroup,
  unknownHost,
  userGroup,
} from './realtime.model.ts'
import { createReceiveEvent, type IsStanding } from './receive-event.ts'

const accessTtlSeconds = 300

/** Opens connections and hears about them. What happens in them belongs to the listeners. */
export function createRealtime(
  needs: Needs<'realtime' | 'cache' | 'log'>,
  {
    users,
    isStanding,
    listeners,
    takeFromLimits,
    negotiateLimit,
  }: {
    readonly users: Users
    readonly isStanding: IsStanding
    readonly listeners: readonly ConnectionListener[]
    readonly takeFromLimits: TakeFromLimits
    readonly negotiateLimit: Limit
  },
) {
  const { realtime } = needs
  return {
    /** The groups of conversations are given when the device connects, as they are then. */
    async negotiate({ userId, sessionId }: Actor): Promise<ClientAccess> {
      const { isExceeded, resetInSeconds } = await takeFromLimits([negotiateLimit], sessionId, 1)
      if (isExceeded)
        throw new AppError('rate_limited', 'rate_limit_exceeded', 'Too many connections. Wait a little.', {
          retryAfterSeconds: resetInSeconds,
        })
      return realtime.clientAccess({
        userId,
        groups: [userGroup(userId), sessionGroup(sessionId)],
        ttlSeconds: accessTtlSeconds,
      })
    },
    /** Answers the service when it asks whether its events are wanted. The host that may send, of those it names. */
    acceptHost(hosts: readonly string[]): string {
      const accepted = hosts.find((host) => realtime.isEventHost(host))
      if (accepted === undefined) throw unknownHost()
      return accepted
    },
    /** Throws `unauthorized` for an event that nobody who knows a key has signed. */
    async verifyEvent(event: ConnectionEvent): Promise<void> {
      if (!(await realtime.isGenuine(event))) throw forgedEvent()
    },
    receiveEvent: createReceiveEvent(needs, { users, isStanding, listeners }),
  }
}

export type RealtimeGateway = ReturnType<typeof createRealtime>
