import {
  type CryptoKey,
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose'
import { LRUCache } from 'lru-cache'
import type { AccessClaims, AccessTokens, TokenVerdict } from '../../ports/access-tokens.ts'
import { encodeBase64url, encodeJson } from '../../ports/base64url.ts'
import type { Ciphers, Signer } from '../../ports/ciphers.ts'
import { type Clock, isRecent } from '../../ports/clock.ts'
import { keyInUse, type Secrets, type SecretVersion } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const algorithm = 'ES256'
const type = 'at+jwt'
/** Not for every made-up id. */
const lookAgainAfterMs = 10_000

interface SigningKey {
  readonly kid: string
  readonly activeFromMs: number
  readonly sign: Signer
  /** The same for all tokens signed with this key. */
  readonly encodedHeader: string
  readonly publicKey: CryptoKey
  readonly publicJwk: JWK
}

/** A new private key as the `signing-keys` secret holds it; its id is the RFC 7638 thumbprint. */
export async function createSigningKey(activeFrom: string): Promise<SecretVersion> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { id: await calculateJwkThumbprint(jwk), value: JSON.stringify(jwk), activeFrom }
}

const claimsOf = ({ sub, sid, role, jti, iat, exp, gen }: AccessClaims): AccessClaims => ({
  sub,
  sid,
  role,
  jti,
  iat,
  exp,
  ...(gen === undefined ? {} : { gen }),
})

async function importSigningKey(
  ciphers: Ciphers,
  { id, value, activeFrom }: SecretVersion,
): Promise<SigningKey> {
  const { d, ...publicPart } = JSON.parse(value) as JWK & { d: string }
  return {
    kid: id,
    activeFromMs: Date.parse(activeFrom),
    sign: await ciphers.importSigner({ ...publicPart, d }),
    encodedHeader: encodeJson({ alg: algorithm, kid: id, typ: type }),
    publicKey: (await importJWK(publicPart, algorithm)) as CryptoKey,
    publicJwk: { ...publicPart, kid: id, alg: algorithm, use: 'sig' },
  }
}

/**
 * ES256 JWTs (`typ: at+jwt`). A key is published as soon as the secret has it, used from its `activeFrom`, and still
 * recognised for `retireAfterMs` after its successor took over. The outcome of a signature check is remembered; time
 * is checked on every call.
 */
export function createJoseAccessTokens({
  secrets,
  ciphers,
  clock,
  issuer,
  audience,
  retireAfterMs,
  reloadAfterMs = 5 * 60_000,
}: {
  readonly secrets: Secrets
  readonly ciphers: Ciphers
  readonly clock: Clock
  readonly issuer: string
  readonly audience: string
  readonly retireAfterMs: number
  readonly reloadAfterMs?: number
}): AccessTokens {
  const imported = new Map<string, SigningKey>()
  const verified = new LRUCache<string, { readonly claims: AccessClaims; readonly kid: string }>({
    max: 10_000,
  })
  let keys: readonly SigningKey[] = []
  let loadedAt = Number.NEGATIVE_INFINITY

  async function load(): Promise<void> {
    const versions = await secrets.versions('signing-keys')
    const loaded: SigningKey[] = []
    for (const version of versions) {
      const key = imported.get(version.id) ?? (await importSigningKey(ciphers, version))
      imported.set(version.id, key)
      loaded.push(key)
    }
    keys = loaded.sort((a, b) => b.activeFromMs - a.activeFromMs)
    loadedAt = clock.now()
  }
  const refreshKeys = async () => {
    if (!isRecent(loadedAt, reloadAfterMs, clock.now())) await load()
  }
  const recognised = () => {
    const now = clock.now()
    const active = keys.findIndex((key) => key.activeFromMs <= now)
    return keys.filter(
      (_, index) =>
        index <= active || active === -1 || now < (keys[index - 1]?.activeFromMs ?? 0) + retireAfterMs,
    )
  }
  const findKey = async (kid: string) => {
    await refreshKeys()
    const found = recognised().find((key) => key.kid === kid)
    // A key younger than our copy: look once more.
    if (found || isRecent(loadedAt, lookAgainAfterMs, clock.now())) return found
    await load()
    return recognised().find((key) => key.kid === kid)
  }
  const inTime = (claims: AccessClaims): TokenVerdict => ({
    verdict: claims.exp * 1000 > clock.now() ? 'valid' : 'expired',
    claims,
  })

  /** Found genuine before, and signed with a key that is still recognised. */
  const recallVerified = (token: string): AccessClaims | null => {
    const known = verified.get(token)
    return known && recognised().some(({ kid }) => kid === known.kid) ? known.claims : null
  }

  return {
    async sign(claims) {
      await refreshKeys()
      const key = keyInUse(keys, clock.now())
      if (!key) throw new PortUnavailable('access tokens', { cause: new Error('there is no signing key') })
      const signed = `${key.encodedHeader}.${encodeJson({ ...claims, iss: issuer, aud: audience })}`
      return `${signed}.${encodeBase64url(await key.sign(signed))}`
    },
    recall(token) {
      const known = recallVerified(token)
      return known && known.exp * 1000 > clock.now() ? known : null
    },
    async verify(token) {
      const known = recallVerified(token)
      if (known) return inTime(known)
      let kid: string
      try {
        if (decodeJwt(token).iss !== issuer) return { verdict: 'foreign' }
        kid = decodeProtectedHeader(token).kid ?? ''
      } catch {
        return { verdict: 'foreign' }
      }
      const key = await findKey(kid)
      if (!key) return { verdict: 'forged' }
      try {
        const { payload } = await jwtVerify<AccessClaims>(token, key.publicKey, {
          algorithms: [algorithm],
          typ: type,
          issuer,
          audience,
          requiredClaims: ['sub', 'sid', 'role', 'jti', 'iat', 'exp'],
          currentDate: new Date(clock.now()),
        })
        const claims = claimsOf(payload)
        verified.set(token, { claims, kid })
        return inTime(claims)
      } catch (error) {
        // Thrown once everything else was found right.
        if (error instanceof errors.JWTExpired)
          return { verdict: 'expired', claims: claimsOf(error.payload as unknown as AccessClaims) }
        if (error instanceof errors.JOSEError) return { verdict: 'forged' }
        throw error
      }
    },
    async publicKeys() {
      await refreshKeys()
      return { keys: recognised().map(({ publicJwk }) => ({ ...publicJwk })) }
    },
  }
}
