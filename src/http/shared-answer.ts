import type { TypedResponse } from 'hono'
import { type ContentCoding, chooseCoding } from './content-coding.ts'
import { versionOf } from './etag.ts'
import { harmlessHeaders } from './headers.ts'
import type { AppContext } from './request-context.ts'

/** Something to send that does not change: another one is another object. */
export interface Representation {
  readonly body: Uint8Array<ArrayBuffer>
  /** Media type with charset. */
  readonly type: string
  /** Changes when the bytes change; without quotes. */
  readonly etag: string
}

export interface Sharing {
  /** How long caches between us and the readers keep it without asking. Default 60. */
  readonly edgeSeconds?: number
  /** How long a browser does. Default 0: it asks each time, and is mostly answered 304. */
  readonly browserSeconds?: number
  /** For an address whose bytes never change. */
  readonly isImmutable?: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** Where it was compressed beforehand. Null: not in this coding. */
  readonly readCompressed?: (coding: ContentCoding) => Promise<Uint8Array<ArrayBuffer> | null>
}

/** Below this the packet is the same. */
const minCompressedBytes = 1_024
const compressible = /^(?:text\/|application\/(?:[\w.-]+\+)?json\b|application\/xml\b|image\/svg\+xml\b)/

const isWorthCompressing = ({ type, body }: Representation, { readCompressed }: Sharing): boolean =>
  compressible.test(type) && (body.byteLength >= minCompressedBytes || readCompressed !== undefined)

type Compressed = Promise<Uint8Array<ArrayBuffer> | null>
const compressed = new WeakMap<Representation, Map<ContentCoding, Compressed>>()

/** Once for each representation, however many ask at the same time; null where nothing is gained. */
function compressOnce(c: AppContext, shared: Representation, coding: ContentCoding, sharing: Sharing) {
  const known = compressed.get(shared) ?? new Map<ContentCoding, Compressed>()
  compressed.set(shared, known)
  const compress = async () => {
    const bytes =
      (await sharing.readCompressed?.(coding)) ?? (await c.get('compressor').compress(shared.body, coding))
    return bytes.byteLength < shared.body.byteLength ? bytes : null
  }
  // Without it the plain form still answers.
  const work = known.get(coding) ?? compress().catch(() => null)
  known.set(coding, work)
  return work
}

/**
 * Front Door hands what it keeps to everybody, whatever `Vary` says, and compresses by itself: it gets the plain form. What
 * it says of itself is believed here, because nothing depends on it.
 */
const isBehindFrontDoor = (c: AppContext): boolean => c.req.header('x-azure-fdid') !== undefined

/** Whether the reader has it already, in whichever coding it came. */
function isKnown(c: AppContext, etag: string): boolean {
  const known = c.req.header('if-none-match')
  if (known === undefined) return false
  const tags = ['', '-br', '-zstd', '-gzip'].map((coding) => `"${etag}${coding}"`)
  return known.split(',').some((tag) => {
    const strong = tag.trim().replace(/^W\//, '')
    return strong === '*' || tags.includes(strong)
  })
}

function cacheControl({ edgeSeconds = 60, browserSeconds = 0, isImmutable = false }: Sharing): string {
  const after = isImmutable ? 'immutable' : 'must-revalidate'
  return `public, max-age=${browserSeconds}, s-maxage=${edgeSeconds}, ${after}`
}

/**
 * The one kind of answer that is the same for everybody, so that anybody between us and the readers may keep it: nothing
 * of the caller is in it, neither in its body nor in a header (no request id, no limits, no cookie), and any page may read
 * it, without credentials. It holds no secret, which is why it alone is ever compressed: an answer that mixes a secret with
 * what somebody sent would tell the secret by its length (BREACH). Every other answer is `private, no-store`.
 *
 * Made from the beginning and not by `c.body`, which would add what middleware has set for this caller.
 */
export async function sharedAnswer(
  c: AppContext,
  shared: Representation,
  sharing: Sharing = {},
): Promise<Response & TypedResponse<null, 304, 'body'>> {
  const isVaried = isWorthCompressing(shared, sharing)
  const coding =
    isVaried && !isBehindFrontDoor(c)
      ? chooseCoding(c.req.header('accept-encoding'), c.get('compressor').codings)
      : null
  const smaller = coding && (await compressOnce(c, shared, coding, sharing))
  const headers: Record<string, string> = {
    ...harmlessHeaders(c.get('settings')),
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    ...sharing.headers,
    'Cache-Control': cacheControl(sharing),
    ETag: smaller ? `"${shared.etag}-${coding}"` : `"${shared.etag}"`,
    ...(isVaried ? { Vary: 'Accept-Encoding' } : {}),
  }
  const answer = isKnown(c, shared.etag)
    ? new Response(null, { status: 304, headers })
    : new Response(smaller ?? shared.body, {
        headers: {
          ...headers,
          'Content-Type': shared.type,
          ...(smaller && coding ? { 'Content-Encoding': coding } : {}),
        },
      })
  return answer as Response & TypedResponse<null, 304, 'body'>
}

/** A text as it is sent, with an ETag of what it says. */
export async function represent(text: string, type: string): Promise<Representation> {
  const body = new TextEncoder().encode(text)
  return { body, type, etag: await versionOf(body) }
}

const written = new WeakMap<object, Promise<Representation>>()

/** For a value that the core hands out as the same object while it does not change: it is written down once. */
export async function sharedJson<T extends object>(
  c: AppContext,
  value: T,
  sharing?: Sharing,
): Promise<(Response & TypedResponse<T, 200, 'json'>) | (Response & TypedResponse<null, 304, 'body'>)> {
  const work = written.get(value) ?? represent(JSON.stringify(value), 'application/json')
  written.set(value, work)
  return sharedAnswer(c, await work, sharing)
}

/** A text that never changes, such as a page or its script: written down when it is first asked for. */
export function sharedText(text: string | (() => string | Promise<string>), type: string) {
  let work: Promise<Representation> | undefined
  return async (c: AppContext, sharing?: Sharing) => {
    work ??= Promise.resolve(typeof text === 'string' ? text : text()).then((whole) => represent(whole, type))
    return sharedAnswer(c, await work, sharing)
  }
}
