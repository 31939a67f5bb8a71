import type { TypedResponse } from 'hono'
import { hasCurrent } from './etag.ts'
import type { AppContext } from './request-context.ts'

interface Written {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly tag: string
}

const written = new WeakMap<object, Written>()

async function write(value: object): Promise<Written> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  const tag = [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const answer = { bytes, tag }
  written.set(value, answer)
  return answer
}

/**
 * Answers with a value that the core hands out as the same object while it does not change: it is written down once,
 * with an ETag of what it says. Anybody may keep it, but asks each time whether it still stands.
 */
export async function stableAnswer<T extends object>(
  c: AppContext,
  value: T,
): Promise<(Response & TypedResponse<T, 200, 'json'>) | (Response & TypedResponse<null, 304, 'body'>)> {
  const { bytes, tag } = written.get(value) ?? (await write(value))
  c.header('Cache-Control', 'public, no-cache')
  if (hasCurrent(c, tag)) return c.body(null, 304)
  return c.body(bytes, 200, { 'Content-Type': 'application/json' }) as unknown as Response &
    TypedResponse<T, 200, 'json'>
}
