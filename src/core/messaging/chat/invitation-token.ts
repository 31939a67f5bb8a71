import { decodeBase64url, encodeBase64url } from '../../../ports/base64url.ts'
import type { Ciphers } from '../../../ports/ciphers.ts'
import type { Key } from '../../../ports/documents.ts'
import { invitationPrefix } from './entries.model.ts'
import { bytesOf, uuidBytes, uuidOf } from './message-id.ts'

const secretBytes = 32

const hashOf = async (ciphers: Ciphers, secret: Uint8Array): Promise<string> =>
  encodeBase64url(await ciphers.digest(encodeBase64url(secret)))

/** Conversation, invitation and secret in 86 characters: whoever holds it finds the document without a look-up. */
export async function newInvitationToken(
  ciphers: Ciphers,
  conversationId: string,
  id: string,
): Promise<{ readonly token: string; readonly secretHash: string }> {
  const secret = crypto.getRandomValues(new Uint8Array(secretBytes))
  const token = encodeBase64url(Uint8Array.from([...bytesOf(conversationId), ...bytesOf(id), ...secret]))
  return { token, secretHash: await hashOf(ciphers, secret) }
}

/** Where the invitation is, and what its secret has to be; null for what is no token of ours. */
export async function readInvitationToken(
  ciphers: Ciphers,
  token: string,
): Promise<(Key & { readonly secretHash: string }) | null> {
  const bytes = decodeBase64url(token)
  if (bytes?.length !== 2 * uuidBytes + secretBytes) return null
  return {
    partition: uuidOf(bytes.subarray(0, uuidBytes)),
    id: invitationPrefix + uuidOf(bytes.subarray(uuidBytes, 2 * uuidBytes)),
    secretHash: await hashOf(ciphers, bytes.subarray(2 * uuidBytes)),
  }
}
