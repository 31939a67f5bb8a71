import { decodeBase64url } from './base64url.ts'

const { subtle } = crypto

/** Whether this is an uncompressed point of P-256, 65 bytes as base64url: on the curve, and not at infinity. */
export async function isPublicKey(text: string): Promise<boolean> {
  const bytes = decodeBase64url(text)
  if (bytes?.length !== 65 || bytes[0] !== 4) return false
  try {
    await subtle.importKey('raw', bytes, { name: 'ECDH', namedCurve: 'P-256' }, false, [])
    return true
  } catch {
    return false
  }
}

/** Whether this is the secret that a browser shares with us: 16 bytes as base64url. */
export const isAuthSecret = (text: string): boolean => decodeBase64url(text)?.length === 16
