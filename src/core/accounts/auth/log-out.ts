import type { AccessClaims } from '../../../ports/access-tokens.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { deriveSecretPart, isEqual, openSessionSecret, parseRefreshToken } from './refresh-token.ts'
import { sessions } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { TokenBlacklist } from './token-blacklist.ts'

export interface Presented {
  /** Of a verified access token, if one was sent. */
  readonly claims?: AccessClaims
  readonly refreshToken?: string
}

/**
 * Ends the session that either token belongs to. Does nothing, and says nothing, when there is none. Answers whether
 * it was on a computer that others use too.
 */
export const createLogOut =
  (
    { ciphers, documents }: Needs<'ciphers' | 'documents'>,
    domain: {
      readonly sessions: Sessions
      readonly blacklist: TokenBlacklist
      readonly audit: Audit
      readonly keys: Keys
    },
  ) =>
  async ({ claims, refreshToken }: Presented, caller: Caller): Promise<boolean> => {
    let isOnSharedDevice = false
    const end = async (userId: string, sessionId: string) => {
      const session = await domain.sessions.revoke(userId, sessionId, 'logout')
      if (session?.isOnSharedDevice) isOnSharedDevice = true
      if (session)
        await domain.audit.record(caller, {
          event: 'user.logout',
          actorId: userId,
          sessionId,
          resource: { type: 'user', id: userId },
        })
    }
    if (claims) {
      await Promise.all([domain.blacklist.add(claims.jti, claims.exp), end(claims.sub, claims.sid)])
    }
    const token = refreshToken === undefined ? null : parseRefreshToken(refreshToken)
    if (!token || token.sessionId === claims?.sid) return isOnSharedDevice
    const stored = await documents.read(sessions, { partition: token.userId, id: token.sessionId })
    const secret = stored && (await openSessionSecret(domain.keys, stored.value))
    if (secret && isEqual(token.secretPart, await deriveSecretPart(ciphers, secret, token.generation)))
      await end(token.userId, token.sessionId)
    return isOnSharedDevice
  }
