import { decodeBase64url, encodeBase64url } from '../../../ports/base64url.ts'
import type { Key } from '../../../ports/documents.ts'
import { sha256 } from '../../../ports/sha256.ts'
import { notFound } from '../../kernel/errors.ts'

const hashBytes = 16
export const uuidBytes = 16

export function bytesOf(uuid: string): number[] {
  const hex = uuid.replaceAll('-', '')
  const bytes: number[] = []
  for (let at = 0; at < hex.length; at += 8) {
    const word = Number.parseInt(hex.slice(at, at + 8), 16)
    bytes.push((word >>> 24) & 255, (word >>> 16) & 255, (word >>> 8) & 255, word & 255)
  }
  return bytes
}

export function uuidOf(bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export async function digest(text: string): Promise<string> {
  const hash = await sha256(text)
  return encodeBase64url(hash.subarray(0, hashBytes))
}

/** The id of the document of a message: the same for every attempt to send it. */
export const documentIdOf = async (senderId: string, clientMessageId: string): Promise<string> =>
  `${senderId}~${await digest(clientMessageId)}`

/** Conversation, sender and hash in 64 characters: whoever holds it finds the partition without a look-up. */
export function publicIdOf(conversationId: string, documentId: string): string {
  const [senderId = '', hash = ''] = documentId.split('~')
  const hashed = decodeBase64url(hash) ?? []
  return encodeBase64url(Uint8Array.from([...bytesOf(conversationId), ...bytesOf(senderId), ...hashed]))
}

/** Where a message is. Throws `not_found` for what is no id of ours. */
export function keyOf(publicId: string): Key {
  const bytes = decodeBase64url(publicId)
  if (bytes?.length !== 2 * uuidBytes + hashBytes) throw notFound()
  const conversationId = uuidOf(bytes.subarray(0, uuidBytes))
  const senderId = uuidOf(bytes.subarray(uuidBytes, 2 * uuidBytes))
  return { partition: conversationId, id: `${senderId}~${encodeBase64url(bytes.slice(2 * uuidBytes))}` }
}
