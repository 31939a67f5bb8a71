import { decodeBase64url, encodeBase64url } from '../../ports/base64url.ts'
import { type Clock, isRecent } from '../../ports/clock.ts'
import { keyInUse, type Secrets } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

interface Key {
  readonly activeFromMs: number
  readonly mac: CryptoKey
}

const text = new TextEncoder()
const reloadAfterMs = 5 * 60_000

/** Signs and verifies texts with a key derived from the master key for this one purpose (HKDF-SHA-256). */
export function createSignature({ secrets, clock }: { readonly secrets: Secrets; readonly clock: Clock }) {
  let keys: readonly Key[] = []
  let loadedAt = Number.NEGATIVE_INFINITY

  const derive = async (value: string): Promise<CryptoKey> => {
    const master = await crypto.subtle.importKey('raw', text.encode(value), 'HKDF', false, ['deriveKey'])
    return crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: text.encode('signed blob url') },
      master,
      { name: 'HMAC', hash: 'SHA-256', length: 256 },
      false,
      ['sign', 'verify'],
    )
  }
  const load = async (): Promise<readonly Key[]> => {
    if (!isRecent(loadedAt, reloadAfterMs, clock.now())) {
      const versions = await secrets.versions('master-key')
      keys = await Promise.all(
        versions.map(async ({ value, activeFrom }) => ({
          activeFromMs: Date.parse(activeFrom),
          mac: await derive(value),
        })),
      )
      loadedAt = clock.now()
    }
    return keys
  }

  return {
    async sign(message: string): Promise<string> {
      const key = keyInUse(await load(), clock.now())
      if (!key) throw new PortUnavailable('secrets', { cause: new Error('there is no master key') })
      return encodeBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key.mac, text.encode(message))))
    },
    async isValid(message: string, signature: string): Promise<boolean> {
      const bytes = decodeBase64url(signature)
      if (!bytes) return false
      for (const { mac } of await load())
        if (await crypto.subtle.verify('HMAC', mac, bytes, text.encode(message))) return true
      return false
    },
  }
}
