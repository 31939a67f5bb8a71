import { encodeBase64url } from '../../ports/base64url.ts'

export const newClaimToken = (): string => encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))

/** 256 random bits need neither salt nor a slow hash. */
export async function hashClaimToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return encodeBase64url(new Uint8Array(digest))
}
