import { readText } from '../../http/json-body.ts'
import type { AppContext } from '../../http/request-context.ts'

const maxBytes = 8_192

async function fieldOf(type: string, text: string, name: string): Promise<unknown> {
  if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return new URLSearchParams(text).get(name)
  if (!/^multipart\/form-data\s*;/i.test(type)) return null
  try {
    return (await new Response(text, { headers: { 'content-type': type } }).formData()).get(name)
  } catch {
    return null
  }
}

/**
 * Whether a request is the one of RFC 8058 that a mail service makes for somebody: it brings no cookie and no origin, and
 * says what it wants in its body, in either of the two ways that forms are sent.
 */
export const isOneClick = async (c: AppContext): Promise<boolean> =>
  (await fieldOf(c.req.header('content-type') ?? '', await readText(c, maxBytes), 'List-Unsubscribe')) ===
  'One-Click'
