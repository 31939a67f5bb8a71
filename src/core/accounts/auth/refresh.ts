import { isRecent } from '../../../ports/clock.ts'
import { VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import { AppError, conflict } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { users } from '../users/users.model.ts'
import { type AuthSettings, invalidToken, tokenRevoked } from './auth.model.ts'
import type { Devices } from './known-devices.ts'
import type { NoteSessionUse } from './note-session-use.ts'
import {
  deriveSecretPart,
  formatRefreshToken,
  hashSecretPart,
  isEqual,
  openSessionSecret,
  type RefreshToken,
  youngestFirst,
} from './refresh-token.ts'
import type { SessionLife } from './session-life.ts'
import { type Credentials, isLeftBehind, type Session, sessions } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'

const attempts = 10

type Place = 'current' | 'predecessor' | 'overtaken' | 'superseded' | 'forged'

/**
 * Exchanges a refresh token for its successor. The immediate predecessor gets the same successor for as long as nothing
 * shows that the answer arrived, however late: no token that came with it was used. And for the grace window after
 * that: two tabs. Any other token of the session that was genuine once ends the whole family. `isBackground`: nobody
 * need be there, and the session is idle as before. Throws `invalid_token`, `token_revoked`, or `conflict` where
 * the session was given new tokens meanwhile.
 */
export const createRefresh = (
  { ciphers, clock, documents }: Needs<'ciphers' | 'clock' | 'documents'>,
  domain: {
    readonly sessions: Sessions
    readonly noteSessionUse: NoteSessionUse
    readonly life: SessionLife
    readonly audit: Recording
    readonly keys: Keys
    readonly devices: Devices
    readonly settings: AuthSettings
  },
) => {
  const { keys, settings, audit, life, noteSessionUse } = domain

  const isWithinGrace = (since: string): boolean =>
    isRecent(Date.parse(since), settings.refreshGraceSeconds * 1000 + 1, clock.now())

  async function placeOf(
    token: RefreshToken,
    session: Session,
    secret: Uint8Array<ArrayBuffer>,
  ): Promise<Place> {
    const hash = await hashSecretPart(ciphers, token.secretPart)
    if (token.generation === session.generation && isEqual(hash, session.refreshHash)) return 'current'
    const isPrevious = token.generation === session.generation - 1
    if (isPrevious && session.previousRefreshHash !== null && isEqual(hash, session.previousRefreshHash)) {
      if (!session.firstUsedAt) return 'predecessor'
      return isWithinGrace(session.firstUsedAt) ? 'predecessor' : 'superseded'
    }
    if (token.generation >= session.generation) return 'forged'
    const genuine = await deriveSecretPart(ciphers, secret, token.generation)
    if (!isEqual(token.secretPart, genuine)) return 'forged'
    return isLeftBehind(session, token.generation) && isWithinGrace(session.rotatedAt)
      ? 'overtaken'
      : 'superseded'
  }

  async function exchange(token: RefreshToken, caller: Caller, isBackground: boolean): Promise<Credentials> {
    const { userId, sessionId } = token
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const [stored, user] = await Promise.all([
        documents.read(sessions, { partition: userId, id: sessionId }),
        documents.read(users, { partition: userId, id: userId }),
      ])
      const secret = stored && (await openSessionSecret(keys, stored.value))
      if (!stored || !user || !secret) throw invalidToken()
      const session = stored.value
      const place = await placeOf(token, session, secret)
      if (place === 'forged') throw invalidToken()
      const isOver =
        !life.isLive(session) ||
        session.epoch !== user.value.securityEpoch ||
        user.value.status === 'suspended'
      if (isOver) throw tokenRevoked()

      // Another tab was given new tokens a moment ago, in the cookies that this one will send next.
      if (place === 'overtaken') throw conflict()
      if (place === 'superseded') {
        if (await domain.sessions.revoke(userId, sessionId, 'refresh_token_reused'))
          await audit.record(caller, {
            event: 'auth.refresh.reuse',
            actorId: null,
            sessionId,
            resource: { type: 'user', id: userId },
            outcome: 'denied',
            reason: 'refresh_token_reused',
          })
        throw tokenRevoked()
      }

      const generation = place === 'current' ? session.generation + 1 : session.generation
      const secretPart = await deriveSecretPart(ciphers, secret, generation)
      let isSeen = !isBackground
      if (place === 'current') {
        const rotated: Session = {
          ...session,
          ...(isSeen ? life.seenNow(session) : {}),
          generation,
          refreshHash: await hashSecretPart(ciphers, secretPart),
          previousRefreshHash: session.refreshHash,
          rotatedAt: new Date(clock.now()).toISOString(),
          firstUsedAt: null,
        }
        try {
          await documents.replace(sessions, rotated, stored.version)
        } catch (error) {
          if (error instanceof VersionMismatch) continue
          throw error
        }
      } else {
        // Of this generation nothing is used by showing the one before.
        const use = { generation: generation - 1, isBackground }
        isSeen = noteSessionUse.note({ userId, sessionId }, use, noteSessionUse.notedOf(session), stored)
      }
      return {
        accessToken: await domain.sessions.signAccessToken({ ...session, generation }, user.value),
        refreshToken: formatRefreshToken({ userId, sessionId, generation, secretPart }),
        isOnSharedDevice: session.isOnSharedDevice ?? false,
        device: await domain.devices.atRefresh(user.value, caller, session.isOnSharedDevice ?? false),
        ...life.lastsUntil(isSeen ? { ...session, ...life.seenNow(session) } : session),
      }
    }
    throw conflict()
  }

  /** One of several tokens that a browser sent under one name: the first that is good. */
  return async (texts: readonly string[], caller: Caller, isBackground: boolean): Promise<Credentials> => {
    let refusal: AppError | undefined
    const over = new Set<string>()
    for (const token of youngestFirst(texts)) {
      if (over.has(token.sessionId)) continue
      try {
        return await exchange(token, caller, isBackground)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        refusal ??= error
        // A made-up token beside a genuine one says nothing about the session.
        if (error.code !== invalidToken().code) over.add(token.sessionId)
      }
    }
    throw refusal ?? invalidToken()
  }
}
