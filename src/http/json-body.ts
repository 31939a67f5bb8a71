import { createMiddleware } from 'hono/factory'
import type { z } from 'zod'
import { AppError, validationError } from '../core/kernel/errors.ts'
import type { Said } from '../core/kernel/messages/said.ts'
import { credentialOf } from './credential.ts'
import { withoutSilentFields } from './declared-input.ts'
import { unsupportedMediaType } from './errors.ts'
import { type MatchedRoute, matchedRoute } from './matched-route.ts'
import type { AppContext, AppEnv } from './request-context.ts'

const maxDepth = 32

const tooLarge = (): AppError =>
  new AppError('invalid', 'payload_too_large', 'The request body is too large.')
const unsupported = (message: Said): AppError => new AppError('invalid', 'unsupported_media_type', message)
const clientGone = (): AppError =>
  new AppError('invalid', 'client_closed_request', 'The request was cut off.')
const malformed = (message: Said) => validationError([{ path: '', code: 'malformed_json', message }])

async function readStream(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

/** A body whose length was announced cannot be longer, and is read without making a stream of it. */
async function readBytes(c: AppContext, maxBytes: number): Promise<Uint8Array> {
  const announced = c.req.header('content-length')
  if (announced === undefined) {
    const { body } = c.req.raw
    return body ? readStream(body, maxBytes) : new Uint8Array()
  }
  if (!(Number(announced) <= maxBytes)) throw tooLarge()
  const bytes = new Uint8Array(await c.req.raw.arrayBuffer())
  if (bytes.length > maxBytes) throw tooLarge()
  return bytes
}

const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i

/** Refuses what would have to be unpacked first, and what is not UTF-8: read as if it were, it would say something else. */
function requirePlainText(c: AppContext): void {
  const coding = c.req.header('content-encoding')?.trim().toLowerCase()
  if (coding && coding !== 'identity') {
    c.header('Accept-Encoding', 'identity')
    throw unsupported('Send the body as it is, without Content-Encoding.')
  }
  const [, given] = charset.exec(c.req.header('content-type') ?? '') ?? []
  if (given !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(given))
    throw unsupported('Send the body as UTF-8.')
}

/** Reads the body up to the limit, as UTF-8. */
export async function readText(c: AppContext, maxBytes: number): Promise<string> {
  requirePlainText(c)
  const bytes = await readBytes(c, maxBytes).catch((error: unknown) => {
    // Whoever sent it has gone, or was cut off: nothing failed on our side.
    throw error instanceof AppError ? error : clientGone()
  })
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw malformed('The body is not valid UTF-8.')
  }
}

/** What a phone or a system named: it is cleaned where it is used, and nothing is refused for it. */
const isNamedElsewhere = (key: string) => key === 'fileName'

/** Refuses what JSON allows and no store, mail or page can carry safely. */
export function refuseUnsafeValues(root: unknown): void {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: '', depth: 0 }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path, depth } = next
    const refuse = (code: string, message: Said) => validationError([{ path, code, message }])
    if (typeof value === 'string') {
      if (!value.isWellFormed() || value.includes('\0'))
        throw refuse('invalid_text', 'Must be well-formed Unicode text without NUL.')
    } else if (typeof value === 'object' && value !== null) {
      if (depth >= maxDepth)
        throw validationError([{ path: '', code: 'too_deep', message: 'Is nested too deeply.' }])
      for (const [key, child] of Object.entries(value)) {
        if (key === '__proto__' || key === 'constructor' || key === 'prototype' || !key.isWellFormed())
          throw refuse('invalid_key', 'Contains a field name that is not allowed.')
        if (typeof child === 'string' && isNamedElsewhere(key)) continue
        open.push({
          value: child,
          path: Array.isArray(value) || /^\w{1,40}$/.test(key) ? join(path, key) : path,
          depth: depth + 1,
        })
      }
    }
  }
}

const join = (path: string, key: string): string => (path ? `${path}.${key}` : key)

/** Throws `validation_error` also for what is JSON but not safe to keep. */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('The body is not valid JSON.')
  }
  refuseUnsafeValues(value)
  return value
}

const isJson = (type: string): boolean => /^application\/json(?:\s*;.*)?$/i.test(type)
const isText = (type: string): boolean => /^text\/plain(?:\s*;.*)?$/i.test(type)
/** What `fetch` says of a string that nobody named. */
const isUnnamed = (type: string): boolean => type === '' || isText(type)
/** No other site can make a browser send such a token. */
async function isSignedByBearer(c: AppContext): Promise<boolean> {
  const credential = await credentialOf(c)
  return credential.from === 'bearer' && credential.claims !== null
}

/** The request without the body that was read from it: what looks at the stream again finds none. */
function withoutBody(c: AppContext, headers: Headers): void {
  c.req.raw = new Request(c.req.url, { method: c.req.method, headers })
}

/** However it was called, it is JSON from here on. */
function callItJson(c: AppContext): void {
  const headers = new Headers(c.req.raw.headers)
  headers.set('content-type', 'application/json')
  withoutBody(c, headers)
}

/**
 * Reads the body of an unsafe request once, as JSON and nothing else, up to the limit; what validates it afterwards
 * gets the parsed value. Where a beacon is taken, the JSON may be called text: such a request needs no preflight, and
 * is refused like any other when another site sends it. The same where a bearer token signs the request.
 */
export const jsonBody = ({
  leaves,
  takesBeacon,
  bodyOf,
}: {
  /** Where nothing that comes along is looked at: a beacon or a form has a body of some kind, and leaving works with any. */
  readonly leaves: (route: MatchedRoute) => boolean
  readonly takesBeacon: (route: MatchedRoute) => boolean
  readonly bodyOf: (route: MatchedRoute) => z.core.$ZodType | undefined
}) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const { maxBodyBytes } = c.get('settings')
    const leaving = matchedRoute(c)
    if (leaving && leaves(leaving)) {
      withoutBody(c, c.req.raw.headers)
      return next()
    }
    const text = await readText(c, maxBodyBytes)
    if (text === '') {
      const headers = new Headers(c.req.raw.headers)
      // Of nothing it does not matter what it is called.
      if (isJson(headers.get('content-type') ?? '')) headers.set('content-type', 'application/json')
      else headers.delete('content-type')
      withoutBody(c, headers)
      c.req.json = async () => ({}) as any
      return next()
    }
    const type = c.req.header('content-type') ?? ''
    const route = matchedRoute(c)
    const isUnnamedHere =
      isUnnamed(type) && ((isText(type) && route && takesBeacon(route)) || (await isSignedByBearer(c)))
    if (!isUnnamedHere && !isJson(type)) throw unsupportedMediaType()
    if (type !== 'application/json') callItJson(c)
    const schema = route && bodyOf(route)
    const value = schema ? withoutSilentFields(schema, parseJson(text)) : parseJson(text)
    c.req.json = async () => value as any
    c.req.text = async () => text
    return next()
  })
