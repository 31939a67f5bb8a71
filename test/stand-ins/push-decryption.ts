const { subtle } = crypto
type Bytes = Uint8Array<ArrayBuffer>

/** What a browser keeps of its subscription. */
export interface UserAgentKeys {
  readonly privateKey: CryptoKey
  readonly p256dh: Bytes
  readonly auth: Bytes
}

const utf8 = (text: string): Bytes => new TextEncoder().encode(text)
const joined = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))

async function derive(salt: Bytes, secret: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt, info }
  return new Uint8Array(await subtle.deriveBits(algorithm, key, length * 8))
}

/** What a browser reads by RFC 8291, from the RFC and not from what encrypts. Throws for what it would drop. */
export async function decryptPush(body: Bytes, { privateKey, p256dh, auth }: UserAgentKeys): Promise<string> {
  const salt = body.slice(0, 16)
  const keyLength = body[20] ?? 0
  const sender = body.slice(21, 21 + keyLength)
  const ciphertext = body.slice(21 + keyLength)
  const senderKey = await subtle.importKey('raw', sender, { name: 'ECDH', namedCurve: 'P-256' }, false, [])
  const shared = new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: senderKey }, privateKey, 256))
  const secret = await derive(auth, shared, joined(utf8('WebPush: info\0'), p256dh, sender), 32)
  const contentKey = await derive(salt, secret, utf8('Content-Encoding: aes128gcm\0'), 16)
  const nonce = await derive(salt, secret, utf8('Content-Encoding: nonce\0'), 12)
  const key = await subtle.importKey('raw', contentKey, 'AES-GCM', false, ['decrypt'])
  const plain = new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, ciphertext))
  const end = plain.findLastIndex((byte) => byte !== 0)
  if (plain[end] !== 2) throw new Error('the last record does not end as one')
  return new TextDecoder('utf-8', { fatal: true }).decode(plain.subarray(0, end))
}
