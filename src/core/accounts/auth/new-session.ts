import type { Ciphers } from '../../../ports/ciphers.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { User } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import { deriveSecretPart, hashSecretPart, sealSessionSecret } from './refresh-token.ts'
import type { Session } from './sessions.model.ts'

const dayMs = 86_400_000
/** On a computer that others use too. */
const sharedIdleSeconds = 10 * 60
const keptAfterEndMs = 7 * dayMs

const iso = (ms: number) => new Date(ms).toISOString()

type Lives = Pick<AuthSettings, 'idleSeconds' | 'sessionSeconds'>

export const idleSecondsOf = (
  { isOnSharedDevice }: Pick<Session, 'isOnSharedDevice'>,
  { idleSeconds }: Lives,
): number => (isOnSharedDevice ? Math.min(sharedIdleSeconds, idleSeconds) : idleSeconds)

/** When a session that is refreshed now has to be refreshed again. */
export function expiryOf(
  session: Pick<Session, 'createdAt' | 'isOnSharedDevice'>,
  nowMs: number,
  lives: Lives,
): string {
  const longest = Date.parse(session.createdAt) + lives.sessionSeconds * 1000
  return iso(Math.min(nowMs + idleSecondsOf(session, lives) * 1000, longest))
}

export const purgeAfter = (expiresAt: string): string => iso(Date.parse(expiresAt) + keptAfterEndMs)

export interface Opening {
  readonly id: string
  /** 32 bytes. */
  readonly secret: Uint8Array<ArrayBuffer>
  readonly device: string
  readonly place: string | null
  readonly isOnSharedDevice: boolean
  readonly isSecondFactorProved: boolean
  readonly atMs: number
}

/** A session as it begins, and the secret part of its first refresh token. */
export async function newSession(
  { keys, ciphers }: { readonly keys: Keys; readonly ciphers: Ciphers },
  user: Pick<User, 'id' | 'securityEpoch'>,
  { id, secret, device, place, isOnSharedDevice, isSecondFactorProved, atMs }: Opening,
  lives: Lives,
): Promise<{ readonly session: Session; readonly secretPart: string }> {
  const derive = async () => {
    const secretPart = await deriveSecretPart(ciphers, secret, 1)
    return { secretPart, refreshHash: await hashSecretPart(ciphers, secretPart) }
  }
  const [{ secretPart, refreshHash }, sealedSecret] = await Promise.all([
    derive(),
    sealSessionSecret(keys, user.id, id, secret),
  ])
  const at = iso(atMs)
  const expiresAt = expiryOf({ createdAt: at, isOnSharedDevice }, atMs, lives)
  const session: Session = {
    id,
    userId: user.id,
    epoch: user.securityEpoch,
    generation: 1,
    refreshHash,
    previousRefreshHash: null,
    rotatedAt: at,
    sealedSecret,
    device,
    place,
    createdAt: at,
    lastSeenAt: at,
    expiresAt,
    isOnSharedDevice,
    secondFactorAt: isSecondFactorProved ? at : null,
    steppedUpAt: null,
    revokedAt: null,
    revokedReason: null,
    purgeAt: purgeAfter(expiresAt),
  }
  return { session, secretPart }
}
