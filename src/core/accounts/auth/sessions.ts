import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { randomBytes } from '../../../ports/random-bytes.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict, notFound } from '../../kernel/errors.ts'
import { walk } from '../../kernel/walk.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { endConnections } from '../../platform/realtime/realtime.model.ts'
import { type User, users } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import { describeDevice } from './device.ts'
import type { Devices } from './known-devices.ts'
import { expiryOf, idleSecondsOf, newSession } from './new-session.ts'
import type { Notices } from './notices.ts'
import { formatRefreshToken } from './refresh-token.ts'
import { createRenewSession } from './renew-session.ts'
import { roleIn } from './role-in-session.ts'
import type { SessionMemo } from './session-memo.ts'
import { type Credentials, type Session, type SessionView, sessions } from './sessions.model.ts'

const attempts = 5
const longPage = 100
/** So many logins at the same time may each have left the same session to the others. */
const atTheSameTime = 2

type SessionNeeds = Needs<'accessTokens' | 'ciphers' | 'clock' | 'defer' | 'documents' | 'ids' | 'realtime'>

/** The life of a session, but for refreshing it. */
export function createSessions(
  needs: SessionNeeds,
  domain: {
    readonly keys: Keys
    readonly memo: SessionMemo
    readonly audit: Audit
    readonly notices: Notices
    readonly devices: Devices
    readonly settings: AuthSettings
  },
) {
  const { keys, memo, audit, notices, devices, settings } = domain
  const { accessTokens, ciphers, clock, defer, documents, ids } = needs
  const iso = (ms: number) => new Date(ms).toISOString()
  const isLive = (session: Session) =>
    session.revokedAt === null && Date.parse(session.expiresAt) > clock.now()

  const signAccessToken = (
    session: Pick<Session, 'id' | 'userId' | 'generation' | 'secondFactorAt' | 'isOnSharedDevice'>,
    user: User,
  ): Promise<string> => {
    const { role } = roleIn(session, user, settings)
    const iat = Math.floor(clock.now() / 1000)
    const exp = iat + Math.min(settings.accessTokenSeconds, idleSecondsOf(session, settings))
    const { userId: sub, id: sid, generation: gen } = session
    return accessTokens.sign({ sub, sid, gen, role, jti: ids.next(), iat, exp })
  }

  /** Newest first, also those that ended a short while ago. */
  const readKept = (userId: string, firstPage: number) => (after: { readonly after?: string }) =>
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
      if (isLive(session.value)) live.push(session)
    return live
  }

  /**
   * Writes a change of one session unless `change` declines; null when it did, or there is no such session. The first
   * attempt need not read a session that is `known`.
   */
  async function changeSession(
    userId: string,
    sessionId: string,
    change: (session: Session) => Session | null,
    known?: Stored<Session>,
  ): Promise<Session | null> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored =
        (attempt === 1 && known) || (await documents.read(sessions, { partition: userId, id: sessionId }))
      const changed = stored && change(stored.value)
      if (!stored || !changed) return null
      try {
        await documents.replace(sessions, changed, stored.version)
        memo.forget(sessionId)
        return changed
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    }
    throw conflict()
  }

  /** The session, when this call ended it; null when it was over or never there. */
  const revoke = async (
    userId: string,
    sessionId: string,
    reason: string,
    known?: Stored<Session>,
  ): Promise<Session | null> => {
    const end = (session: Session) =>
      session.revokedAt === null ? { ...session, revokedAt: iso(clock.now()), revokedReason: reason } : null
    const revoked = await changeSession(userId, sessionId, end, known)
    if (revoked) defer.run('disconnect_devices', () => endConnections(needs, userId, sessionId))
    return revoked
  }

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
    /** When a session that is refreshed now has to be refreshed again. */
    expiryOf: (session: Pick<Session, 'createdAt' | 'isOnSharedDevice'>): string =>
      expiryOf(session, clock.now(), settings),
    revoke,

    renew: createRenewSession(needs, { keys, memo, devices, signAccessToken }),

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
        },
        async store() {
          defer.run('look_at_other_sessions', () => lookAtOthers(user, session))
          await documents.insert(sessions, session)
        },
      }
    },

    async list(actor: Actor): Promise<SessionView[]> {
      const live = (await listLive(actor.userId)).filter(({ value }) => value.epoch === actor.securityEpoch)
      return live.map(({ value }) => ({
        id: value.id,
        device: value.device,
        place: value.place,
        createdAt: value.createdAt,
        lastSeen: value.lastSeenAt,
        current: value.id === actor.sessionId,
      }))
    },

    /** Read from the store, not from memory. */
    async isStanding(userId: string, sessionId: string): Promise<boolean> {
      const [session, user] = await Promise.all([
        documents.read(sessions, { partition: userId, id: sessionId }),
        documents.read(users, { partition: userId, id: userId }),
      ])
      if (session === null || user === null) return false
      return isLive(session.value) && session.value.epoch === user.value.securityEpoch
    },

    /** Ends one of the actor's own sessions; anybody else's is not found. */
    async revokeOne(actor: Actor, sessionId: string, caller: Caller): Promise<void> {
      if (!(await revoke(actor.userId, sessionId, 'revoked_by_user'))) throw notFound()
      await audit.record(caller, {
        event: 'session.revoke',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'session', id: sessionId },
      })
    },

    /** Ends every session of the actor but this one. */
    async revokeOthers(actor: Actor, caller: Caller): Promise<void> {
      for (const { value } of await listLive(actor.userId))
        if (value.id !== actor.sessionId) await revoke(actor.userId, value.id, 'revoked_by_user')
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
