import type { BlobFacts } from '../../ports/blobs.ts'

const policy =
  "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Nothing in a file may run, whatever a browser takes it for; and nobody keeps what does not say how: some caches do, for days. */
export const harmless = {
  'Cache-Control': 'private, no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': `sandbox; ${policy}`,
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
}

/**
 * The page that a browser makes around a recording has to fetch it again, which it may not from the origin of a sandbox.
 * There is nothing in it that could run.
 */
export const harmlessAs = (contentType: string): Record<string, string> =>
  /^(?:audio|video)\//.test(contentType) ? { ...harmless, 'Content-Security-Policy': policy } : harmless

export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`, {
    status,
    headers: { ...harmless, 'Content-Type': 'application/xml', 'x-ms-error-code': code, ...headers },
  })

/** To a place of this program, by whatever name it was reached. */
export const ledTo = (path: string): Response =>
  new Response(null, {
    status: 302,
    headers: { ...harmless, Location: path },
  })

/** Of a blob, which never changes: when it came, and its size. */
export const etagOf = ({ createdAt, size }: BlobFacts): string =>
  `"${Date.parse(createdAt).toString(36)}-${size.toString(36)}"`

export const created = (facts: BlobFacts | null): Response =>
  new Response(null, {
    status: 201,
    headers: {
      ...harmless,
      'x-ms-request-server-encrypted': 'true',
      ...(facts && { ETag: etagOf(facts), 'Last-Modified': new Date(facts.createdAt).toUTCString() }),
    },
  })
