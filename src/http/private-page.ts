import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { hasCurrent, versionOf } from './etag.ts'
import type { AppContext } from './request-context.ts'

/** A page for whoever opened it, which nobody keeps: with an ETag, so that a look at the same page again costs nothing. */
export async function privatePage(
  c: AppContext,
  page: { toString(): string } | Promise<{ toString(): string }>,
  status: ContentfulStatusCode = 200,
) {
  const text = String(await page)
  const version = await versionOf(new TextEncoder().encode(text))
  if (status === 200 && c.req.method !== 'POST' && hasCurrent(c, version)) return c.body(null, 304)
  return c.html(text, status)
}
