export type Bytes = Uint8Array<ArrayBuffer>

/** ES256 over the text in UTF-8: r and s, 64 bytes, as JWTs hold them (RFC 7518, 3.4). No two are the same. */
export type Signer = (text: string) => Promise<Bytes>

/**
 * Keyed cryptography of short texts. Keys are 32 bytes. Every adapter answers the same for the same input, so that what
 * one process sealed another opens.
 */
export interface Ciphers {
  /** HKDF-SHA-256 (RFC 5869) without salt: a key for one purpose, from which nobody can tell the secret. */
  deriveKey(secret: Bytes, purpose: string): Promise<Bytes>
  /** HMAC-SHA-256 of the text in UTF-8, 32 bytes. */
  mac(key: Bytes, text: string): Promise<Bytes>
  /** SHA-256 of the text in UTF-8, 32 bytes. */
  digest(text: string): Promise<Bytes>
  /** AES-256-GCM: the ciphertext and after it the tag of 16 bytes. `iv` is 12 bytes and never used twice with a key. */
  encrypt(key: Bytes, iv: Bytes, place: string, bytes: Bytes): Promise<Bytes>
  /** What `encrypt` was given; null when key, iv, place or ciphertext is another. */
  decrypt(key: Bytes, iv: Bytes, place: string, ciphertext: Bytes): Promise<Bytes | null>
  /** Signs with this private key on the curve P-256. Rejects for any other. */
  importSigner(privateJwk: JsonWebKey): Promise<Signer>
}
