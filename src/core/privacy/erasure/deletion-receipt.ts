import { encodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import { notFound } from '../../kernel/errors.ts'
import { type Deletion, deletions } from './erasure.model.ts'

/** For so long after the end a receipt shows what became of it. */
export const receiptKeptMs = 365 * 24 * 60 * 60_000

export async function idOfReceipt(receipt: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`deletion ${receipt}`))
  return encodeBase64url(new Uint8Array(hash))
}

/** Throws `not_found`. */
export const createFindByReceipt =
  ({ documents }: Needs<'documents'>) =>
  async (receipt: string): Promise<Deletion> => {
    const id = await idOfReceipt(receipt)
    const stored = await documents.read(deletions, { partition: id, id })
    if (!stored) throw notFound()
    return stored.value
  }

export type FindByReceipt = ReturnType<typeof createFindByReceipt>
