import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { hasCurrent } from './etag.ts'
import type { AppContext } from './request-context.ts'

/** A page for whoever opened it, which nobody keeps: with an ETag, so that a look at the same page again costs nothing. */
export async function privatePage(
  c: AppContext,
  page: { toString(): string } | Promise<{ toString(): string }>,
  status: ContentfulStatusCode = 200,
) {
  const text = String(await page)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const tag = [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (status === 200 && c.req.method !== 'POST' && hasCurrent(c, tag)) return c.body(null, 304)
  return c.html(text, status)
}
