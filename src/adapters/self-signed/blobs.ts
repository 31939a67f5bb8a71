import type { BlobBytes } from '../../ports/blob-bytes.ts'
import {
  BlobExists,
  type BlobName,
  type BlobStore,
  checkBlobName,
  checkContainer,
} from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import { InvalidCursor } from '../../ports/cursor.ts'
import type { Secrets } from '../../ports/secrets.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { ledTo, refusal } from './answers.ts'
import { createCrossOrigin } from './cross-origin.ts'
import { createGrants } from './grants.ts'
import { createReceive } from './receive.ts'
import { createSend } from './send.ts'
import { chunksOf, passedOn } from './streams.ts'

/** Players and downloads that go on ask for a part. */
const isReadOn = ({ method, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (headers.has('range') || /^(?:audio|video|track)$/.test(headers.get('sec-fetch-dest') ?? ''))

/**
 * A store whose signed URLs lead back to this program and behave like those of Azure Blob Storage: the same request
 * gets the same status and the same error code. Where Azure cannot be held to a promise it keeps it: it refuses more
 * than `maxBytes`, and what was sent whole cannot be sent otherwise, also by who does not ask for that.
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
  readonly allowedOrigins: Pick<ReadonlySet<string>, 'has'>
}): BlobStore {
  const grants = createGrants({ secrets, clock, publicOrigin })
  const crossOrigin = createCrossOrigin({ publicOrigin, allowedOrigins })
  const send = createSend(bytes)
  const receive = createReceive(bytes)

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      if (cause instanceof InvalidCursor || cause instanceof PortUnavailable) throw cause
      throw new PortUnavailable('blobs', { cause })
    }
  }
  const head = async (name: BlobName) => {
    checkBlobName(name)
    return attempt(() => bytes.head(name))
  }

  return {
    async signUpload(name, { expiresAt, maxBytes, contentType, saysWhatItHas = false }) {
      const url = await grants.sign({
        name,
        permission: saysWhatItHas ? 'rcw' : 'cw',
        expiresAt,
        maxBytes: String(maxBytes),
        contentType: '',
        contentDisposition: '',
        cacheControl: '',
      })
      const headers = { 'Content-Type': contentType, 'x-ms-blob-type': 'BlockBlob', 'If-None-Match': '*' }
      return { url, method: 'PUT', headers }
    },
    async sent(name) {
      checkBlobName(name)
      const [facts, { staged }] = await attempt(() => Promise.all([bytes.head(name), bytes.blocks(name)]))
      return { isWhole: facts !== null, blocks: facts ? [] : staged }
    },
    // Blocks are put together under the name itself, which is made once.
    finishUpload: head,
    async discardUpload(name) {
      checkBlobName(name)
      await attempt(() => bytes.unstage(name))
    },
    signDownload: async (name, options) =>
      grants.sign({ name, permission: 'r', maxBytes: '', cacheControl: '', ...options }),
    head,
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
      const watched = passedOn(chunksOf(source))
      try {
        const outcome = await attempt(() => bytes.create(name, watched.source))
        if (outcome === 'exists') throw new BlobExists(name.container)
      } catch (error) {
        // What the source throws is the caller's own and comes back as it is.
        throw watched.failure()?.error ?? error
      }
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
      if (request.method === 'OPTIONS') return crossOrigin.preflight(request)
      const url = new URL(request.url)
      const respond = async () => {
        const grant = await grants.of(url)
        if (!grant) {
          const renewal = isReadOn(request) ? await grants.renewalOf(url) : null
          return renewal === null ? refusal(403, 'AuthenticationFailed') : ledTo(renewal)
        }
        if (request.method === 'PUT') return receive(request, url, grant)
        if (request.method === 'GET' || request.method === 'HEAD')
          return attempt(() => send(request, url, grant))
        return refusal(405, 'UnsupportedHttpVerb', { Allow: 'GET, HEAD, PUT' })
      }
      const response = await respond()
      const version = request.headers.get('x-ms-version') ?? ''
      const own = {
        ...crossOrigin.headersFor(request),
        'x-ms-request-id': crypto.randomUUID(),
        ...(/^\d{4}-\d\d-\d\d$/.test(version) && { 'x-ms-version': version }),
      }
      for (const [header, value] of Object.entries(own)) response.headers.set(header, value)
      return response
    },
  }
}
