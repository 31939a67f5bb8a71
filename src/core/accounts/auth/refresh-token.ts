import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Ciphers } from '../../../ports/ciphers.ts'
import type { Keys } from '../../platform/keys/keys.ts'

/** What a refresh token says: `v1.{user}.{session}.{generation}.{256 bits}`. */
export interface RefreshToken {
  readonly userId: string
  readonly sessionId: string
  readonly generation: number
  readonly secretPart: string
}

const shape =
  /^v1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9]\d{0,8})\.([\w-]{43})$/

export function parseRefreshToken(text: string): RefreshToken | null {
  const [, userId, sessionId, generation, secretPart] = shape.exec(text) ?? []
  if (userId === undefined || sessionId === undefined || secretPart === undefined) return null
  return { userId, sessionId, generation: Number(generation), secretPart }
}

/**
 * Those among texts that came together, in the order in which to show them: the youngest session first, and of one
 * session the youngest token, since an older one beside it was only left over.
 */
export const youngestFirst = (texts: readonly string[]): readonly RefreshToken[] =>
  texts
    .flatMap((text) => parseRefreshToken(text) ?? [])
    .sort((a, b) =>
      a.sessionId === b.sessionId ? b.generation - a.generation : a.sessionId < b.sessionId ? 1 : -1,
    )

export const formatRefreshToken = ({ userId, sessionId, generation, secretPart }: RefreshToken): string =>
  `v1.${userId}.${sessionId}.${generation}.${secretPart}`

/** Of what only the client holds, the server keeps this. */
export const hashSecretPart = async (ciphers: Ciphers, secretPart: string): Promise<string> =>
  encodeBase64url(await ciphers.digest(secretPart))

/** Compares all characters whatever the first difference. */
export function isEqual(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/** A session's own secret, from which the token of any generation can be derived again. */
export const deriveSecretPart = async (
  ciphers: Ciphers,
  secret: Uint8Array<ArrayBuffer>,
  generation: number,
): Promise<string> => encodeBase64url(await ciphers.mac(secret, `refresh ${generation}`))

const purpose = 'session secret'
const placeOf = (userId: string, sessionId: string) => `Sessions/${userId}/${sessionId}`

export const sealSessionSecret = (
  keys: Keys,
  userId: string,
  sessionId: string,
  secret: Uint8Array<ArrayBuffer>,
): Promise<string> => keys.seal(purpose, placeOf(userId, sessionId), secret)

/** Null when the key it was sealed with is gone: such a session cannot be refreshed. */
export const openSessionSecret = (
  keys: Keys,
  session: { readonly userId: string; readonly id: string; readonly sealedSecret: string },
): Promise<Uint8Array<ArrayBuffer> | null> =>
  keys.open(purpose, placeOf(session.userId, session.id), session.sealedSecret)
