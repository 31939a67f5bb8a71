import type { Page, Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Language } from '../../kernel/language.ts'
import { walk } from '../../kernel/walk.ts'
import { languageOf, users } from '../users/users.model.ts'
import type { SessionLife } from './session-life.ts'
import { type CurrentSession, type Session, type SessionView, sessions } from './sessions.model.ts'

export const longPage = 100

/** What goes on for as long as a session is not ended sees of it. */
export interface NotEnded {
  readonly device: string
  readonly isOnSharedDevice: boolean
  /** When it is over, whatever happens in it. */
  readonly endsAt: string
  /** What its person reads. */
  readonly language: Language
}

/** Sessions as they are stored now. */
export function createReadSessions({ documents }: Needs<'documents'>, life: SessionLife) {
  const readOne = (userId: string, sessionId: string) =>
    documents.read(sessions, { partition: userId, id: sessionId })

  /** Newest first, also those that ended a short while ago. */
  const readKept =
    (userId: string, firstPage: number) =>
    (after: { readonly after?: string }): Promise<Page<Session>> =>
      documents.query(sessions, {
        path: 'byCreation',
        partition: userId,
        equals: {},
        direction: 'desc',
        limit: after.after === undefined ? firstPage : longPage,
        ...after,
      })

  async function listLive(userId: string): Promise<readonly Stored<Session>[]> {
    const live: Stored<Session>[] = []
    for await (const session of walk(readKept(userId, longPage)))
      if (life.isLive(session.value)) live.push(session)
    return live
  }

  /** One of an earlier epoch is over, however long it would have lasted. */
  const isStandingAt = (session: Session, securityEpoch: number): boolean =>
    life.isLive(session) && session.epoch === securityEpoch

  /** The newest first. */
  const listStanding = async (userId: string, securityEpoch: number): Promise<readonly Session[]> =>
    (await listLive(userId)).map(({ value }) => value).filter((each) => isStandingAt(each, securityEpoch))

  const viewOf = (actor: Actor, session: Session): SessionView => ({
    id: session.id,
    device: session.device,
    place: session.place,
    createdAt: session.createdAt,
    lastSeen: session.lastSeenAt,
    current: session.id === actor.sessionId,
  })

  return {
    readKept,
    listLive,
    listStanding,
    list: async (actor: Actor): Promise<SessionView[]> =>
      (await listStanding(actor.userId, actor.securityEpoch)).map((session) => viewOf(actor, session)),

    /** The actor's own, how long it lasts, and what may be done in it. */
    async current(actor: Actor, secondFactorMissing: boolean): Promise<CurrentSession> {
      const stored = await readOne(actor.userId, actor.sessionId)
      if (!stored) throw notFound()
      const { value } = stored
      return {
        ...viewOf(actor, value),
        ...life.lastsUntil(value),
        secondsLeft: life.secondsLeftOf(value),
        role: actor.role,
        secondFactorMissing,
        isOnSharedDevice: value.isOnSharedDevice ?? false,
      }
    },

    /**
     * A session that nobody has ended, however long it has been idle; null for any other. Idle ones are remembered for a week.
     */
    async notEnded(userId: string, sessionId: string): Promise<NotEnded | null> {
      const [session, user] = await Promise.all([
        readOne(userId, sessionId),
        documents.read(users, { partition: userId, id: userId }),
      ])
      if (session === null || user === null || user.value.status === 'suspended') return null
      const { revokedAt, epoch, device, isOnSharedDevice = false } = session.value
      const { sessionExpiresAt } = life.lastsUntil(session.value)
      const isEnded =
        revokedAt !== null || epoch !== user.value.securityEpoch || life.isPast(sessionExpiresAt)
      return isEnded
        ? null
        : { device, isOnSharedDevice, endsAt: sessionExpiresAt, language: languageOf(user.value) }
    },

    async isStanding(userId: string, sessionId: string): Promise<boolean> {
      const [session, user] = await Promise.all([
        readOne(userId, sessionId),
        documents.read(users, { partition: userId, id: userId }),
      ])
      if (session === null || user === null) return false
      return isStandingAt(session.value, user.value.securityEpoch)
    },
  }
}

export type ReadSessions = ReturnType<typeof createReadSessions>
