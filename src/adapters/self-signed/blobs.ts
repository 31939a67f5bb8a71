import type { BlobBytes } from '../../ports/blob-bytes.ts'
import {
  BlobExists,
  type BlobName,
  type BlobStore,
  checkBlobName,
  checkContainer,
  isBlobName,
} from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import { InvalidCursor } from '../../ports/cursor.ts'
import type { Secrets } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { readRange } from './range.ts'
import { createSignature } from './signature.ts'

/** Under `/api`, since that is all a static front end forwards. */
const root = '/api/blobs/'

interface Grant {
  readonly name: BlobName
  /** `c` creates and `r` reads, as in a SAS of Azure. */
  readonly permission: 'c' | 'r'
  readonly expiresAt: string
  readonly maxBytes: string
  readonly contentType: string
  readonly contentDisposition: string
  readonly cacheControl: string
}

/** The query of a URL, in the words of a SAS where there is one. */
const parameters = {
  sp: 'permission',
  se: 'expiresAt',
  mx: 'maxBytes',
  rsct: 'contentType',
  rscd: 'contentDisposition',
  rscc: 'cacheControl',
} as const

const textOf = ({ name, permission, expiresAt, maxBytes, contentType, contentDisposition, ...rest }: Grant) =>
  JSON.stringify([
    ...[name.container, name.path, permission, expiresAt, maxBytes, contentType, contentDisposition],
    // Left out where it says nothing, as in URLs from before there was one.
    ...(rest.cacheControl === '' ? [] : [rest.cacheControl]),
  ])

class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

async function* atMost(maxBytes: number, source: AsyncIterable<Uint8Array<ArrayBuffer>>) {
  let length = 0
  for await (const chunk of source) {
    length += chunk.byteLength
    if (length > maxBytes) throw new TooLarge()
    yield chunk
  }
}

/** A whole chunk, or what another store hands over piece by piece. */
async function* chunksOf(source: Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array<ArrayBuffer>>) {
  if (source instanceof Uint8Array) yield source
  else yield* source
}

/** Nothing in a file may run, whatever a browser takes it for. */
const harmless = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy':
    "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
}

const refusal = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`, {
    status,
    headers: { ...harmless, 'Content-Type': 'application/xml', 'x-ms-error-code': code, ...headers },
  })

/**
 * A store whose signed URLs lead back to this program and behave like those of Azure Blob Storage: the same request
 * gets the same status and the same error code. It refuses more than `maxBytes`, which a SAS cannot.
 */
export function createSelfSignedBlobs({
  bytes,
  secrets,
  clock,
  publicOrigin,
  allowedOrigins,
}: {
  readonly bytes: BlobBytes
  readonly secrets: Secrets
  readonly clock: Clock
  /** Where people reach this program. */
  readonly publicOrigin: string
  /** Other origins whose pages may use the URLs. */
  readonly allowedOrigins: ReadonlySet<string>
}): BlobStore {
  const signature = createSignature({ secrets, clock })

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw cause instanceof InvalidCursor ? cause : new PortUnavailable('blobs', { cause })
    }
  }
  /** What the source throws is the caller's own and comes back as it is. */
  const createFrom = async (name: BlobName, source: AsyncIterable<Uint8Array<ArrayBuffer>>) => {
    let failure: { readonly error: unknown } | undefined
    async function* watched() {
      try {
        yield* source
      } catch (error) {
        failure = { error }
        throw error
      }
    }
    try {
      return await attempt(() => bytes.create(name, watched()))
    } catch (error) {
      throw failure ? failure.error : error
    }
  }

  const signedUrl = async (grant: Grant): Promise<string> => {
    checkBlobName(grant.name)
    const url = new URL(`${root}${grant.name.container}/${grant.name.path}`, publicOrigin)
    for (const [parameter, field] of Object.entries(parameters))
      if (grant[field] !== '') url.searchParams.set(parameter, grant[field])
    url.searchParams.set('sig', await signature.sign(textOf(grant)))
    return url.href
  }

  /** What the URL permits, or null when it permits nothing (any more). */
  const grantOf = async (url: URL): Promise<Grant | null> => {
    const [container = '', ...segments] = url.pathname.slice(root.length).split('/')
    const name = { container, path: segments.join('/') }
    if (!isBlobName(name)) return null
    const read = (parameter: keyof typeof parameters) => url.searchParams.get(parameter) ?? ''
    const permission = read('sp')
    if (permission !== 'c' && permission !== 'r') return null
    const grant: Grant = {
      name,
      permission,
      expiresAt: read('se'),
      maxBytes: read('mx'),
      contentType: read('rsct'),
      contentDisposition: read('rscd'),
      cacheControl: read('rscc'),
    }
    if (!(await signature.isValid(textOf(grant), url.searchParams.get('sig') ?? ''))) return null
    return Date.parse(grant.expiresAt) > clock.now() ? grant : null
  }

  const create = async (request: Request, grant: Grant): Promise<Response> => {
    if (request.headers.get('x-ms-blob-type') !== 'BlockBlob')
      return refusal(
        400,
        request.headers.has('x-ms-blob-type') ? 'InvalidHeaderValue' : 'MissingRequiredHeader',
      )
    const maxBytes = Number(grant.maxBytes)
    const announced = request.headers.get('content-length')
    if (announced !== null && Number(announced) > maxBytes) return refusal(413, 'RequestBodyTooLarge')
    if (await attempt(() => bytes.head(grant.name))) return refusal(409, 'BlobAlreadyExists')
    const body = request.body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>> | null
    try {
      const outcome = await createFrom(grant.name, atMost(maxBytes, body ?? chunksOf(new Uint8Array())))
      return outcome === 'exists'
        ? refusal(409, 'BlobAlreadyExists')
        : new Response(null, { status: 201, headers: harmless })
    } catch (error) {
      if (error instanceof TooLarge) return refusal(413, 'RequestBodyTooLarge')
      if (error instanceof PortUnavailable) throw error
      return refusal(400, 'IncompleteBody')
    }
  }

  const send = async (request: Request, grant: Grant): Promise<Response> => {
    const facts = await bytes.head(grant.name)
    if (!facts) return refusal(404, 'BlobNotFound')
    const etag = `"${Date.parse(facts.createdAt).toString(36)}-${facts.size.toString(36)}"`
    const headers: Record<string, string> = {
      ...harmless,
      'Accept-Ranges': 'bytes',
      'Cache-Control': grant.cacheControl === '' ? 'private, max-age=300' : grant.cacheControl,
      'Content-Disposition': grant.contentDisposition,
      'Content-Type': grant.contentType,
      ETag: etag,
      'Last-Modified': new Date(facts.createdAt).toUTCString(),
    }
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
    const precondition = request.headers.get('if-range')
    const isSame = precondition === null || precondition === etag
    const range = readRange(isSame ? request.headers.get('range') : null, facts.size)
    if (range === null) return refusal(416, 'InvalidRange', { 'Content-Range': `bytes */${facts.size}` })
    const { offset, length } = range ?? { offset: 0, length: facts.size }
    headers['Content-Length'] = String(length)
    if (range) headers['Content-Range'] = `bytes ${offset}-${offset + length - 1}/${facts.size}`
    const status = range ? 206 : 200
    if (request.method === 'HEAD') return new Response(null, { status, headers })
    const body = length === 0 ? new Blob().stream() : await bytes.open(grant.name, { offset, length })
    return body ? new Response(body, { status, headers }) : refusal(404, 'BlobNotFound')
  }

  const crossOrigin = (request: Request): Record<string, string> => {
    const origin = request.headers.get('origin')
    if (origin === null || (origin !== publicOrigin && !allowedOrigins.has(origin))) return { Vary: 'Origin' }
    return {
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'Content-Length, Content-Range, ETag, x-ms-error-code',
    }
  }

  const preflight = (request: Request): Response => {
    const shared = crossOrigin(request)
    if (!shared['Access-Control-Allow-Origin']) return refusal(403, 'CorsPreflightFailure', shared)
    return new Response(null, {
      status: 200,
      headers: {
        ...shared,
        'Access-Control-Allow-Methods': 'GET, HEAD, PUT',
        'Access-Control-Allow-Headers':
          'content-type, if-none-match, if-range, range, x-ms-blob-type, x-ms-version',
        'Access-Control-Max-Age': '7200',
      },
    })
  }

  return {
    async signUpload(name, { expiresAt, maxBytes, contentType }) {
      const grant = { name, permission: 'c', expiresAt, maxBytes: String(maxBytes), contentType: '' } as const
      const url = await signedUrl({ ...grant, contentDisposition: '', cacheControl: '' })
      return { url, method: 'PUT', headers: { 'Content-Type': contentType, 'x-ms-blob-type': 'BlockBlob' } }
    },
    signDownload: (name, options) =>
      signedUrl({ name, permission: 'r', maxBytes: '', cacheControl: '', ...options }),
    async head(name) {
      checkBlobName(name)
      return attempt(() => bytes.head(name))
    },
    async read(name, { offset, length }) {
      checkBlobName(name)
      return attempt(async () => {
        const facts = await bytes.head(name)
        if (!facts) return null
        const within = Math.max(0, Math.min(length, facts.size - offset))
        if (within === 0) return new Uint8Array()
        const stream = await bytes.open(name, { offset, length: within })
        return stream && new Uint8Array(await new Response(stream).arrayBuffer())
      })
    },
    async write(name, source) {
      checkBlobName(name)
      const outcome = await createFrom(name, chunksOf(source))
      if (outcome === 'exists') throw new BlobExists(name.container)
    },
    async delete(name) {
      checkBlobName(name)
      return attempt(() => bytes.delete(name))
    },
    async list(container, options) {
      checkContainer(container)
      return attempt(() => bytes.list(container, options))
    },
    async answer(request) {
      if (request.method === 'OPTIONS') return preflight(request)
      const url = new URL(request.url)
      const grant = url.pathname.startsWith(root) ? await grantOf(url) : null
      const wanted = request.method === 'PUT' ? 'c' : 'r'
      const isKnown = ['GET', 'HEAD', 'PUT'].includes(request.method)
      const respond = async () => {
        if (!grant) return refusal(403, 'AuthenticationFailed')
        if (!isKnown) return refusal(405, 'UnsupportedHttpVerb', { Allow: 'GET, HEAD, PUT' })
        if (grant.permission !== wanted) return refusal(403, 'AuthorizationPermissionMismatch')
        return wanted === 'c' ? create(request, grant) : attempt(() => send(request, grant))
      }
      const response = await respond()
      for (const [header, value] of Object.entries(crossOrigin(request))) response.headers.set(header, value)
      return response
    },
  }
}
