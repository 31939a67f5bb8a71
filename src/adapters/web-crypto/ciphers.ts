import type { Bytes, Ciphers } from '../../ports/ciphers.ts'

const text = new TextEncoder()

/** By the Web Cryptography API, which every runtime has. A key that is used again is imported once. */
export function createWebCiphers(): Ciphers {
  const macKeys = new WeakMap<Bytes, Promise<CryptoKey>>()
  const cipherKeys = new WeakMap<Bytes, Promise<CryptoKey>>()
  const imported = (
    keys: WeakMap<Bytes, Promise<CryptoKey>>,
    bytes: Bytes,
    algorithm: 'AES-GCM' | { readonly name: 'HMAC'; readonly hash: 'SHA-256' },
    usages: readonly KeyUsage[],
  ): Promise<CryptoKey> => {
    let key = keys.get(bytes)
    if (!key) {
      key = crypto.subtle.importKey('raw', bytes, algorithm, false, [...usages])
      keys.set(bytes, key)
    }
    return key
  }
  const cipherKey = (bytes: Bytes) => imported(cipherKeys, bytes, 'AES-GCM', ['encrypt', 'decrypt'])
  const algorithm = (iv: Bytes, place: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: text.encode(place),
  })

  const signature = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

  return {
    async deriveKey(secret, purpose) {
      const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
      const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: text.encode(purpose) }
      return new Uint8Array(await crypto.subtle.deriveBits(hkdf, key, 256))
    },
    async mac(bytes, message) {
      const key = await imported(macKeys, bytes, { name: 'HMAC', hash: 'SHA-256' }, ['sign'])
      return new Uint8Array(await crypto.subtle.sign('HMAC', key, text.encode(message)))
    },
    async digest(message) {
      return new Uint8Array(await crypto.subtle.digest('SHA-256', text.encode(message)))
    },
    async encrypt(key, iv, place, bytes) {
      return new Uint8Array(await crypto.subtle.encrypt(algorithm(iv, place), await cipherKey(key), bytes))
    },
    async decrypt(key, iv, place, ciphertext) {
      try {
        return new Uint8Array(
          await crypto.subtle.decrypt(algorithm(iv, place), await cipherKey(key), ciphertext),
        )
      } catch {
        return null
      }
    },
    async importSigner(privateJwk) {
      const key = await crypto.subtle.importKey('jwk', privateJwk, signature, false, ['sign'])
      return async (message) => new Uint8Array(await crypto.subtle.sign(signature, key, text.encode(message)))
    },
  }
}
