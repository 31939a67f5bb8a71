import { encryptNotification } from '@block65/webcrypto-web-push'
import { encodeBase64url, encodeJson } from '../../ports/base64url.ts'
import type { Ciphers, Signer } from '../../ports/ciphers.ts'
import { type Clock, isRecent } from '../../ports/clock.ts'
import { pushHostOf } from '../../ports/push-endpoint.ts'
import { isAuthSecret, isPublicKey } from '../../ports/push-keys.ts'
import { checkPush, type Pusher, type PushOutcome, type PushTarget } from '../../ports/pusher.ts'
import { keyInUse, type Secrets, type SecretVersion } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { decodeKey } from './push-key.ts'
import { retryAfterSeconds } from './retry-after.ts'

const patienceMs = 10_000
const hourMs = 60 * 60_000
/** RFC 8292 allows a day; Apple wants no new token more often than once an hour. */
const tokenLastsMs = 12 * hourMs
const tokenRenewedMs = 6 * hourMs
/** One for each key and push service; some services have many hosts. */
const mostTokens = 1_000

interface Key {
  readonly publicKey: string
  readonly activeFromMs: number
  readonly sign: Signer
}

/**
 * Tells browsers by their push services: RFC 8030, encrypted by RFC 8291 into one record of 4,096 bytes, whatever it says, and
 * signed by RFC 8292. On every runtime.
 */
export function createWebPushPusher({
  secrets,
  ciphers,
  clock,
  subject,
  allowedHosts,
}: {
  readonly secrets: Secrets
  readonly ciphers: Ciphers
  readonly clock: Clock
  /** Where those who run a push service find us: `mailto:` or `https:`. */
  readonly subject: string
  readonly allowedHosts: readonly string[]
}): Pusher {
  const known = new Map<string, Key>()
  const tokens = new Map<string, { readonly token: string; readonly madeAtMs: number }>()

  async function readKey({ id, value, activeFrom }: SecretVersion): Promise<Key> {
    const seen = known.get(id)
    if (seen) return seen
    const { publicKey, privateJwk } = decodeKey(value)
    const key = {
      publicKey,
      activeFromMs: Date.parse(activeFrom),
      sign: await ciphers.importSigner(privateJwk),
    }
    known.set(id, key)
    return key
  }
  const readKeys = async (): Promise<readonly Key[]> =>
    Promise.all((await secrets.versions('push-keys')).map(readKey))

  async function tokenFor({ publicKey, sign }: Key, origin: string): Promise<string> {
    const name = `${publicKey} ${origin}`
    const now = clock.now()
    const made = tokens.get(name)
    if (made && isRecent(made.madeAtMs, tokenRenewedMs, now)) return made.token
    const claims = { aud: origin, exp: Math.floor((now + tokenLastsMs) / 1_000), sub: subject }
    const text = `${encodeJson({ typ: 'JWT', alg: 'ES256' })}.${encodeJson(claims)}`
    const token = `${text}.${encodeBase64url(await sign(text))}`
    if (tokens.size >= mostTokens) tokens.clear()
    tokens.set(name, { token, madeAtMs: now })
    return token
  }

  async function find(to: PushTarget) {
    if (to.kind !== 'web') return { is: 'unknown-kind' } as const
    const service = pushHostOf(to.endpoint, allowedHosts)
    if (service === null) return { is: 'wrong-endpoint' } as const
    if (!(await isPublicKey(to.p256dh)) || !isAuthSecret(to.auth)) return { is: 'wrong-keys' } as const
    const key = (await readKeys()).find(({ publicKey }) => publicKey === to.publicKey)
    if (!key) return { is: 'unknown-key' } as const
    const { host, origin } = new URL(to.endpoint)
    return { is: 'good', service, host, origin, key, to } as const
  }

  async function post(endpoint: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(patienceMs),
      })
      await response.body?.cancel()
      return response
    } catch (cause) {
      throw new PortUnavailable('pusher', { cause })
    }
  }

  function outcomeOf({ status, headers }: Response): PushOutcome {
    if (status >= 200 && status < 300) return { is: 'sent', status }
    if (status === 404 || status === 410 || status === 403) return { is: 'gone', status }
    if (status === 429 || status === 408 || status >= 500)
      return {
        is: 'later',
        status,
        retryAfterSeconds: retryAfterSeconds(headers.get('retry-after'), clock.now()),
      }
    return { is: 'refused', status }
  }

  return {
    services: allowedHosts,
    async publicKeys() {
      const keys = await readKeys()
      const current = keyInUse(keys, clock.now())
      return [
        ...(current ? [{ publicKey: current.publicKey, isCurrent: true }] : []),
        ...keys.flatMap(({ publicKey }) =>
          publicKey === current?.publicKey ? [] : [{ publicKey, isCurrent: false }],
        ),
      ]
    },
    async examine(to) {
      const found = await find(to)
      return found.is === 'good' ? { is: found.is, service: found.service, host: found.host } : found
    },
    async push(target, wake, options) {
      checkPush(wake, options)
      const found = await find(target)
      if (found.is !== 'good') return { is: 'gone', status: 0 }
      const { to, key, origin } = found
      const { endpoint, p256dh, auth } = to
      const [token, body] = await Promise.all([
        tokenFor(key, origin),
        encryptNotification(
          { endpoint, expirationTime: null, keys: { p256dh, auth } },
          new TextEncoder().encode(JSON.stringify(wake)),
        ),
      ])
      const headers = {
        authorization: `vapid t=${token}, k=${key.publicKey}`,
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        ttl: String(options.ttlSeconds),
        urgency: options.urgency,
        topic: options.topic,
      }
      return outcomeOf(await post(endpoint, headers, body))
    },
  }
}
