import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import { walk } from '../../kernel/walk.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { endConnections } from '../../platform/realtime/realtime.model.ts'
import type { User } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import { describeDevice } from './device.ts'
import type { Devices } from './known-devices.ts'
import { newSession } from './new-session.ts'
import type { Notices } from './notices.ts'
import { longPage, type ReadSessions } from './read-sessions.ts'
import { formatRefreshToken } from './refresh-token.ts'
import { createRenewSession } from './renew-session.ts'
import { roleIn } from './role-in-session.ts'
import type { SessionLife } from './session-life.ts'
import type { SessionMemo } from './session-memo.ts'
import { type Credentials, type EndedSessions, type Session, sessions } from './sessions.model.ts'

/** So many logins at the same time may each have left the same session to the others. */
const atTheSameTime = 2

type SessionNeeds = Needs<'accessTokens' | 'ciphers' | 'clock' | 'defer' | 'documents' | 'ids' | 'realtime'>

/** The life of a session, but for refreshing it. */
export function createSessions(
  needs: SessionNeeds,
  domain: {
    readonly keys: Keys
    readonly memo: SessionMemo
    readonly audit: Recording
    readonly notices: Notices
    readonly devices: Devices
    readonly life: SessionLife
    readonly reading: ReadSessions
    readonly settings: AuthSettings
    /** Where what rests on a session hears that it is over. */
    readonly sessionsEnded: DomainEvent<EndedSessions>
  },
) {
  const { keys, memo, audit, notices, devices, life, reading, settings, sessionsEnded } = domain
  const { accessTokens, ciphers, clock, defer, documents, ids } = needs
  const iso = (ms: number) => new Date(ms).toISOString()
  const { isLive } = life
  const { readKept, listLive } = reading

  const signAccessToken = (
    session: Pick<Session, 'id' | 'userId' | 'generation' | 'secondFactorAt' | 'isOnSharedDevice'>,
    user: User,
  ): Promise<string> => {
    const { role } = roleIn(session, user, settings)
    const iat = Math.floor(clock.now() / 1000)
    const exp = iat + Math.min(settings.accessTokenSeconds, life.idleSecondsOf(session))
    const { userId: sub, id: sid, generation: gen } = session
    return accessTokens.sign({ sub, sid, gen, role, jti: ids.next(), iat, exp })
  }

  /**
   * Writes a change of one session unless `change` declines; null when it did, or there is no such session. The first
   * attempt need not read a session that is `known`.
   */
  const changeSession = (
    userId: string,
    sessionId: string,
    change: (session: Session) => Session | null,
    known?: Stored<Session>,
  ): Promise<Session | null> => {
    let read = known
    return retryOnConflict(async () => {
      const stored = read ?? (await documents.read(sessions, { partition: userId, id: sessionId }))
      read = undefined
      const changed = stored && change(stored.value)
      if (!stored || !changed) return null
      await documents.replace(sessions, changed, stored.version)
      memo.forget(sessionId)
      return changed
    })
  }

  /** The session, when this call ended it; null when it was over or never there. */
  const revoke = async (
    userId: string,
    sessionId: string,
    reason: string,
    known?: Stored<Session>,
    isMeant: (session: Session) => boolean = () => true,
  ): Promise<Session | null> => {
    const end = (session: Session) =>
      session.revokedAt === null && isMeant(session)
        ? { ...session, revokedAt: iso(clock.now()), revokedReason: reason }
        : null
    const revoked = await changeSession(userId, sessionId, end, known)
    if (revoked) {
      defer.run('disconnect_devices', () => endConnections(needs, userId, sessionId))
      defer.run('end_what_the_session_ends', () =>
        sessionsEnded.emit({ userId, covers: (id) => id === sessionId }),
      )
    }
    return revoked
  }

  /** By one of the same account. Whoever was left behind in an epoch that is over ends nothing of the next. */
  const revokeAs = ({ userId, securityEpoch }: Actor, sessionId: string): Promise<Session | null> =>
    revoke(userId, sessionId, 'revoked_by_user', undefined, ({ epoch }) => epoch === securityEpoch)

  /**
   * Leaves room for one more, and tells the person when it comes from a device that was never seen. Looks no further back
   * than it takes to know both: who signs in often has left many sessions behind.
   */
  const lookAtOthers = async (user: User, opened: Session): Promise<void> => {
    // Where nobody signed out there is no more to read than as many others as may be, and the one that was opened.
    const firstPage = settings.sessionsPerUser + 1 + atTheSameTime
    const live: Stored<Session>[] = []
    let [seen, others, isKnown] = [0, 0, false]
    for await (const other of walk(readKept(user.id, firstPage))) {
      const { value } = other
      if (value.id !== opened.id) {
        others++
        isKnown ||= value.device === opened.device
        if (isLive(value)) live.push(other)
      }
      const isEndOfPage = (++seen - firstPage) % longPage === 0
      if (isEndOfPage && isKnown && live.length >= settings.sessionsPerUser) break
    }
    await Promise.all([
      ...live
        .slice(settings.sessionsPerUser - 1)
        .map((session) => revoke(user.id, session.value.id, 'too_many_sessions', session)),
      ...(others > 0 && !isKnown ? [notices.newDevice(user, opened.createdAt)] : []),
    ])
  }

  return {
    signAccessToken,
    revoke,

    renew: createRenewSession(needs, { keys, memo, devices, life, signAccessToken }),

    /**
     * Computes a new session. Nothing is written before `store`, which writes in the turn of the event loop it is
     * called in: what the caller writes in the same turn can share a commit.
     */
    async prepare(
      user: User,
      caller: Caller,
      {
        isSecondFactorProved = false,
        isOnSharedDevice = false,
      }: { readonly isSecondFactorProved?: boolean; readonly isOnSharedDevice?: boolean } = {},
    ): Promise<{ readonly id: string; readonly credentials: Credentials; store(): Promise<void> }> {
      const id = ids.next()
      const atMs = clock.now()
      const secondFactorAt = isSecondFactorProved ? iso(atMs) : null
      const opening = {
        id,
        secret: randomBytes(32),
        device: describeDevice(caller.userAgent),
        place: caller.site,
        isOnSharedDevice,
        isSecondFactorProved,
        atMs,
      }
      const [{ session, secretPart }, accessToken, device] = await Promise.all([
        newSession({ keys, ciphers }, user, opening, settings),
        signAccessToken({ id, userId: user.id, generation: 1, secondFactorAt, isOnSharedDevice }, user),
        devices.atLogin(user, caller, isOnSharedDevice),
      ])
      return {
        id,
        credentials: {
          accessToken,
          refreshToken: formatRefreshToken({ userId: user.id, sessionId: id, generation: 1, secretPart }),
          isOnSharedDevice,
          device,
          ...life.lastsUntil(session),
        },
        async store() {
          defer.run('look_at_other_sessions', () => lookAtOthers(user, session))
          await documents.insert(sessions, session)
        },
      }
    },

    /** Ends one of the actor's own sessions; anybody else's is not found. */
    async revokeOne(actor: Actor, sessionId: string, caller: Caller): Promise<void> {
      if (!(await revokeAs(actor, sessionId))) throw notFound()
      await audit.record(caller, {
        event: 'session.revoke',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'session', id: sessionId },
      })
    },

    /** Ends every session of the actor but this one, and what rests on those that were idle for too long. */
    async revokeOthers(actor: Actor, caller: Caller): Promise<void> {
      for (const { value } of await listLive(actor.userId))
        if (value.id !== actor.sessionId) await revokeAs(actor, value.id)
      await sessionsEnded.emit({ userId: actor.userId, covers: (id) => id !== actor.sessionId })
      await audit.record(caller, {
        event: 'session.revoke_others',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: actor.userId },
      })
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
