import { refusal } from './answers.ts'

/** What a client of the store sends, in a browser too. `x-ms-` begins the names of its own. */
const allowed =
  /^(?:content-type|content-md5|content-encoding|if-match|if-none-match|if-modified-since|if-unmodified-since|if-range|range|accept|x-ms-[a-z0-9-]+)$/

/** Which pages may use the URLs. */
export function createCrossOrigin({
  publicOrigin,
  allowedOrigins,
}: {
  readonly publicOrigin: string
  readonly allowedOrigins: Pick<ReadonlySet<string>, 'has'>
}) {
  const headersFor = (request: Request): Record<string, string> => {
    const origin = request.headers.get('origin')
    if (origin === null || (origin !== publicOrigin && !allowedOrigins.has(origin))) return { Vary: 'Origin' }
    return {
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers':
        'Content-Length, Content-Range, ETag, Last-Modified, x-ms-error-code, x-ms-request-id, x-ms-version, x-ms-blob-type, x-ms-blob-content-length',
    }
  }
  return {
    headersFor,
    preflight(request: Request): Response {
      const shared = headersFor(request)
      const wanted = (request.headers.get('access-control-request-headers') ?? '')
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== '')
      if (!shared['Access-Control-Allow-Origin'] || !wanted.every((name) => allowed.test(name)))
        return refusal(403, 'CorsPreflightFailure', shared)
      return new Response(null, {
        status: 200,
        headers: {
          ...shared,
          'Cache-Control': 'private, no-store',
          Vary: 'Origin, Access-Control-Request-Headers',
          'Access-Control-Allow-Methods': 'GET, HEAD, PUT',
          'Access-Control-Allow-Headers': [...new Set([...wanted, 'content-type', 'x-ms-blob-type'])].join(
            ', ',
          ),
          'Access-Control-Max-Age': '7200',
        },
      })
    },
  }
}
