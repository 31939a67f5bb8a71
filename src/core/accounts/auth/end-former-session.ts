import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Presented } from './log-out.ts'
import { deriveSecretPart, isEqual, openSessionSecret, parseRefreshToken } from './refresh-token.ts'
import { type Session, sessions } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'

/** The session that a browser was signed in to before it signs in anew. */
export interface FormerSession {
  /** Does nothing where there was none. */
  end(caller: Caller): Promise<void>
}

/**
 * Whoever signs in where somebody is signed in leaves nothing of that behind: its tokens may have been planted, or
 * copied. Looks at once, beside the login, and ends it when the login has succeeded.
 */
export const createEndFormerSession = (
  { ciphers, documents }: Needs<'ciphers' | 'documents'>,
  { sessions: lives, audit, keys }: { sessions: Sessions; audit: Audit; keys: Keys },
) => {
  async function find({ claims, refreshToken }: Presented): Promise<Stored<Session> | null> {
    if (claims) return documents.read(sessions, { partition: claims.sub, id: claims.sid })
    const token = refreshToken === undefined ? null : parseRefreshToken(refreshToken)
    if (!token) return null
    const stored = await documents.read(sessions, { partition: token.userId, id: token.sessionId })
    const secret = stored && (await openSessionSecret(keys, stored.value))
    const isGenuine =
      secret && isEqual(token.secretPart, await deriveSecretPart(ciphers, secret, token.generation))
    return isGenuine ? stored : null
  }

  return (presented: Presented): FormerSession => {
    const finding = find(presented)
    // Awaited by `end`, if it comes to that: then its failure is told there.
    finding.catch(() => undefined)
    return {
      async end(caller) {
        const found = await finding
        if (!found) return
        const { userId, id } = found.value
        if (!(await lives.revoke(userId, id, 'signed_in_anew', found))) return
        await audit.record(caller, {
          event: 'user.logout',
          actorId: userId,
          sessionId: id,
          resource: { type: 'user', id: userId },
          reason: 'signed_in_anew',
        })
      },
    }
  }
}

export type EndFormerSession = ReturnType<typeof createEndFormerSession>
