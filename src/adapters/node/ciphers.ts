import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createSecretKey,
  hash,
  hkdfSync,
  type JsonWebKeyInput,
  type KeyObject,
  sign,
} from 'node:crypto'
import type { Bytes, Ciphers } from '../../ports/ciphers.ts'

const cipher = 'aes-256-gcm'
const tagLength = 16

/** A copy that shares no memory with what else passed through Node's pool. */
const copyOf = (bytes: Uint8Array): Bytes => Uint8Array.from(bytes)

/** Bytes are looked at much longer than a key that is one already. */
const keys = new WeakMap<Bytes, KeyObject>()
function keyOf(bytes: Bytes): KeyObject {
  let key = keys.get(bytes)
  if (!key) {
    key = createSecretKey(bytes)
    keys.set(bytes, key)
  }
  return key
}

function encrypt(key: Bytes, iv: Bytes, place: string, bytes: Bytes): Bytes {
  const encryption = createCipheriv(cipher, keyOf(key), iv, { authTagLength: tagLength }).setAAD(
    Buffer.from(place),
  )
  const result = new Uint8Array(bytes.length + tagLength)
  result.set(encryption.update(bytes))
  encryption.final()
  result.set(encryption.getAuthTag(), bytes.length)
  return result
}

function decrypt(key: Bytes, iv: Bytes, place: string, ciphertext: Bytes): Bytes {
  const length = ciphertext.length - tagLength
  const decryption = createDecipheriv(cipher, keyOf(key), iv, { authTagLength: tagLength })
    .setAAD(Buffer.from(place))
    .setAuthTag(ciphertext.subarray(length))
  const bytes = copyOf(decryption.update(ciphertext.subarray(0, length)))
  decryption.final()
  return bytes
}

/**
 * By Node's own cryptography, on this thread: a text of a few hundred bytes is done sooner than the Web Cryptography
 * API has handed it to another one.
 */
export function createNodeCiphers(): Ciphers {
  return {
    deriveKey: async (secret, purpose) =>
      new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), purpose, 32)),
    mac: async (key, text) => copyOf(createHmac('sha256', keyOf(key)).update(text).digest()),
    digest: async (text) => copyOf(hash('sha256', text, 'buffer')),
    encrypt: async (key, iv, place, bytes) => encrypt(key, iv, place, bytes),
    async decrypt(key, iv, place, ciphertext) {
      try {
        return decrypt(key, iv, place, ciphertext)
      } catch {
        return null
      }
    },
    async importSigner(privateJwk) {
      const key = createPrivateKey({ key: privateJwk as JsonWebKeyInput['key'], format: 'jwk' })
      if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new TypeError('not a key on P-256')
      return async (text) => copyOf(sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }))
    },
  }
}
