import { decodeBase64url, encodeJson } from './base64url.ts'

export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor'
  constructor() {
    super('the cursor was not issued by this list')
  }
}

/** A position in an ordered list: the last item's order value and id. */
export type Cursor = readonly [order: string | number, id: string]

/** Opaque and safe in a URL. */
export const encodeCursor = (cursor: Cursor): string => encodeJson(cursor)

export function decodeCursor(text: string): Cursor {
  const bytes = decodeBase64url(text)
  try {
    const cursor: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? undefined))
    if (Array.isArray(cursor) && cursor.length === 2 && typeof cursor[1] === 'string') {
      const [order, id] = cursor
      if (typeof order === 'string' || Number.isFinite(order)) return [order, id]
    }
  } catch {
    // Every kind of damage is the same error, below.
  }
  throw new InvalidCursor()
}
