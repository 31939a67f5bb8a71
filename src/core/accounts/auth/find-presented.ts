import type { AccessClaims } from '../../../ports/access-tokens.ts'
import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import {
  deriveSecretPart,
  hashSecretPart,
  isEqual,
  openSessionSecret,
  type RefreshToken,
  youngestFirst,
} from './refresh-token.ts'
import { type Session, sessions } from './sessions.model.ts'

/** Every token that came along, whatever it is worth. */
export interface Presented {
  readonly accessTokens: readonly string[]
  readonly refreshTokens: readonly string[]
}

export interface Found {
  /** Of access tokens that are genuine, run out or not. */
  readonly claims: readonly AccessClaims[]
  /** Those that are kept, over or not. */
  readonly sessions: readonly Stored<Session>[]
  /** None of the tokens is of a session of ours. */
  readonly isNobodyKnown: boolean
}

/** Finds what tokens belong to, also one that has run out and one that was replaced long ago. */
export function createFindPresented(
  { accessTokens, ciphers, documents }: Needs<'accessTokens' | 'ciphers' | 'documents'>,
  keys: Keys,
) {
  async function isGenuine(token: RefreshToken, session: Session): Promise<boolean> {
    const hash = await hashSecretPart(ciphers, token.secretPart)
    // Known without the secret, which cannot be opened any more when the master key it was sealed with is gone.
    for (const known of [session.refreshHash, session.previousRefreshHash])
      if (known !== null && isEqual(hash, known)) return true
    const secret = await openSessionSecret(keys, session)
    return (
      secret !== null && isEqual(token.secretPart, await deriveSecretPart(ciphers, secret, token.generation))
    )
  }

  return async (presented: Presented): Promise<Found> => {
    const verdicts = await Promise.all(presented.accessTokens.map((token) => accessTokens.verify(token)))
    const claims = verdicts.flatMap((verdict) => ('claims' in verdict ? [verdict.claims] : []))
    const named = [
      ...claims.map(({ sub, sid }) => ({ userId: sub, sessionId: sid, token: null })),
      ...youngestFirst(presented.refreshTokens).map((token) => ({ ...token, token })),
    ]
    const read = new Map<string, Promise<Stored<Session> | null>>()
    const readOnce = (userId: string, sessionId: string) => {
      const reading = read.get(sessionId) ?? documents.read(sessions, { partition: userId, id: sessionId })
      read.set(sessionId, reading)
      return reading
    }
    const found = new Map<string, Stored<Session> | null>()
    for (const { userId, sessionId, token } of named) {
      const stored = await readOnce(userId, sessionId)
      // Of a session that is not kept any more nothing is left to be shown to belong to.
      if (token === null || stored === null || (await isGenuine(token, stored.value)))
        found.set(sessionId, stored)
    }
    // The host's own token comes along as well, where it uses the same header.
    const isAnythingShown =
      presented.refreshTokens.length > 0 || verdicts.some(({ verdict }) => verdict !== 'foreign')
    return {
      claims,
      sessions: [...found.values()].filter((stored) => stored !== null),
      isNobodyKnown: isAnythingShown && found.size === 0,
    }
  }
}

export type FindPresented = ReturnType<typeof createFindPresented>
