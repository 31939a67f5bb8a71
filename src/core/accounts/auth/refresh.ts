import { VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { users } from '../users/users.model.ts'
import { type AuthSettings, invalidToken, tokenRevoked } from './auth.model.ts'
import type { Devices } from './known-devices.ts'
import { purgeAfter } from './new-session.ts'
import {
  deriveSecretPart,
  formatRefreshToken,
  hashSecretPart,
  isEqual,
  openSessionSecret,
  parseRefreshToken,
  type RefreshToken,
} from './refresh-token.ts'
import type { Credentials } from './sessions.model.ts'
import { isLeftBehind, type Session, sessions } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'

const attempts = 10

type Place = 'current' | 'predecessor' | 'overtaken' | 'superseded' | 'forged'

/**
 * Exchanges a refresh token for its successor. The immediate predecessor, shown again within the grace window, gets
 * the same successor: two tabs, or an answer that was lost. Any other token of the session that was genuine once ends
 * the whole family. Throws `invalid_token`, `token_revoked`, or `conflict` where the session was given new tokens meanwhile.
 */
export const createRefresh = (
  { ciphers, clock, documents }: Needs<'ciphers' | 'clock' | 'documents'>,
  domain: {
    readonly sessions: Sessions
    readonly audit: Audit
    readonly keys: Keys
    readonly devices: Devices
    readonly settings: AuthSettings
  },
) => {
  const { keys, settings, audit } = domain

  const isWithinGrace = ({ rotatedAt }: Session): boolean =>
    clock.now() - Date.parse(rotatedAt) <= settings.refreshGraceSeconds * 1000

  async function placeOf(
    token: RefreshToken,
    session: Session,
    secret: Uint8Array<ArrayBuffer>,
  ): Promise<Place> {
    const hash = await hashSecretPart(ciphers, token.secretPart)
    if (token.generation === session.generation && isEqual(hash, session.refreshHash)) return 'current'
    const isPrevious = token.generation === session.generation - 1
    if (isPrevious && session.previousRefreshHash !== null && isEqual(hash, session.previousRefreshHash)) {
      return isWithinGrace(session) ? 'predecessor' : 'superseded'
    }
    if (token.generation >= session.generation) return 'forged'
    const genuine = await deriveSecretPart(ciphers, secret, token.generation)
    if (!isEqual(token.secretPart, genuine)) return 'forged'
    return isLeftBehind(session, token.generation) && isWithinGrace(session) ? 'overtaken' : 'superseded'
  }

  return async (text: string, caller: Caller): Promise<Credentials> => {
    const token = parseRefreshToken(text)
    if (!token) throw invalidToken()
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
        session.revokedAt !== null ||
        Date.parse(session.expiresAt) <= clock.now() ||
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
      if (place === 'current') {
        const now = new Date(clock.now()).toISOString()
        const expiresAt = domain.sessions.expiryOf(session)
        const rotated: Session = {
          ...session,
          generation,
          refreshHash: await hashSecretPart(ciphers, secretPart),
          previousRefreshHash: session.refreshHash,
          rotatedAt: now,
          lastSeenAt: now,
          expiresAt,
          purgeAt: purgeAfter(expiresAt),
        }
        try {
          await documents.replace(sessions, rotated, stored.version)
        } catch (error) {
          if (error instanceof VersionMismatch) continue
          throw error
        }
      }
      return {
        accessToken: await domain.sessions.signAccessToken({ ...session, generation }, user.value),
        refreshToken: formatRefreshToken({ userId, sessionId, generation, secretPart }),
        isOnSharedDevice: session.isOnSharedDevice ?? false,
        device: await domain.devices.atRefresh(user.value, caller, session.isOnSharedDevice ?? false),
      }
    }
    throw conflict()
  }
}
