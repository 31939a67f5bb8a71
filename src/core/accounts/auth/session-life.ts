import type { Clock } from '../../../ports/clock.ts'
import type { AuthSettings } from './auth.model.ts'
import { expiryOf, idleSecondsOf, purgeAfter } from './new-session.ts'
import type { Session, SessionEnd } from './sessions.model.ts'

/** So many times in its idle time a session that is in use is written: it ends by this share too early, never too late. */
const notesPerIdleTime = 30

type Lived = Pick<Session, 'createdAt' | 'isOnSharedDevice'>

/**
 * How long a session lives. Whatever somebody does in it begins the idle time anew, not refreshing alone: an access
 * token lives half as long as the session may be idle, so by its refreshes one would be idle while reading on.
 * See docs/adr/0035-idle-sessions.md.
 */
export function createSessionLife(clock: Clock, settings: AuthSettings) {
  const iso = (ms: number) => new Date(ms).toISOString()
  const idleOf = (session: Pick<Session, 'isOnSharedDevice'>): number => idleSecondsOf(session, settings)
  const endOf = ({ createdAt }: Pick<Session, 'createdAt'>): number =>
    Date.parse(createdAt) + settings.sessionSeconds * 1000

  return {
    idleSecondsOf: idleOf,
    isLive: (session: Session): boolean =>
      session.revokedAt === null && Date.parse(session.expiresAt) > clock.now(),

    isPast: (at: string): boolean => Date.parse(at) <= clock.now(),

    /** What changes of a session in which something happens now. */
    seenNow(session: Lived): Pick<Session, 'lastSeenAt' | 'expiresAt' | 'purgeAt'> {
      const now = clock.now()
      const expiresAt = expiryOf(session, now, settings)
      return { lastSeenAt: iso(now), expiresAt, purgeAt: purgeAfter(expiresAt) }
    },

    /** How long after the last time it is worth a write that something happens in a session. */
    noteEveryMs: (session: Lived): number => (idleOf(session) * 1000) / notesPerIdleTime,

    secondsLeftOf: ({ expiresAt }: Pick<Session, 'expiresAt'>): number =>
      Math.max(0, Math.floor((Date.parse(expiresAt) - clock.now()) / 1000)),

    /** As it is stored; for what has just happened in it, `seenNow` first. */
    lastsUntil: (session: Pick<Session, 'createdAt' | 'expiresAt'>): SessionEnd => ({
      idleExpiresAt: session.expiresAt,
      sessionExpiresAt: iso(endOf(session)),
    }),
  }
}

export type SessionLife = ReturnType<typeof createSessionLife>
