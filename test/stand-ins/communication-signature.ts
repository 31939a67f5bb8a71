import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const mostSkewMs = 5 * 60_000

/** Whether somebody may ask Azure Communication Services: with its access key, as it is signed with, or with a bearer token. */
export function isSignedFor(
  { headers, method, url }: IncomingMessage,
  body: string | Buffer,
  { key, token }: { readonly key: string; readonly token: string },
): boolean {
  if (headers.authorization === `Bearer ${token}`) return true
  const date = String(headers['x-ms-date'])
  if (!(Math.abs(Date.parse(date) - Date.now()) < mostSkewMs)) return false
  const hash = createHash('sha256').update(body).digest('base64')
  const toSign = `${method}\n${url}\n${date};${headers.host};${hash}`
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(toSign).digest('base64')
  const expected = `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`
  return headers['x-ms-content-sha256'] === hash && headers.authorization === expected
}
