import type { Needs } from '../../../ports/ports.ts'
import type { ClientAccess } from '../../../ports/realtime.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import { tooMany } from '../../kernel/errors.ts'
import { createQuestion } from '../../kernel/events.ts'
import { type Language, languages } from '../../kernel/language.ts'
import { passing } from '../../kernel/personal-data.ts'
import type { Limits } from '../limits/limits.ts'
import {
  type ConnectionEvent,
  type ConnectionListener,
  forgedEvent,
  languageGroup,
  sessionGroup,
  unknownHost,
  userGroup,
} from './realtime.model.ts'
import { createReceiveEvent, type MayConnect, type MayContinue } from './receive-event.ts'

const accessTtlSeconds = 300

export interface RealtimeBorrows {
  readonly auth: { readonly mayConnect: MayConnect; readonly mayContinue: MayContinue }
  readonly limits: Pick<Limits, 'take'>
}

/** Opens connections, and takes what the service tells of them. What happens in them belongs to the listeners. */
export function createRealtime(
  needs: Needs<'realtime' | 'cache' | 'log'>,
  { auth, limits: { take } }: RealtimeBorrows,
  { limits: { negotiate } }: { readonly limits: { readonly negotiate: Limit } },
) {
  const { realtime } = needs
  const connections = createQuestion<string, ConnectionListener>('realtime.connections')
  return {
    ...emptyFace,
    personalData: [passing('cache:realtime', [], 'Recognizes a repeated event of a connection.', 'Minutes.')],
    limits: [negotiate],
    connections,
    /** The groups of conversations are given when the device connects, as they are then. What it is told is in `language`. */
    async negotiate({ userId, sessionId }: Actor, language: Language): Promise<ClientAccess> {
      const { isExceeded, resetInSeconds } = await take([negotiate], sessionId, 1)
      if (isExceeded) throw tooMany('Too many connections.', resetInSeconds)
      return realtime.clientAccess({
        userId,
        groups: [
          userGroup(userId),
          sessionGroup(sessionId),
          ...(language === languages[0] ? [] : [languageGroup(language)]),
        ],
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
    receiveEvent: createReceiveEvent(needs, { ...auth, listeners: connections.all }),
  }
}

export type RealtimeGateway = ReturnType<typeof createRealtime>

export const realtimeDomain = { collections: [], create: createRealtime }
