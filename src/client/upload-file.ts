import { type ApiError, readError } from './answers.ts'
import type { Client } from './client.ts'
import { findNotes, forgiving, type SharedNotes } from './notes.ts'
import { type SendBytes, sendBytes, unlessItStalls, untilOnline, wait } from './send-bytes.ts'

type Announcement = Parameters<Client['api']['v1']['files']['upload-url']['$post']>[0]['json']
export type UploadCategory = Announcement['category']

export interface UploadOptions {
  readonly category: UploadCategory
  /** Default: the file's own name. */
  readonly fileName?: string
  /** Hears how many bytes of how many have arrived, those of an earlier attempt among them. */
  readonly onProgress?: (progress: { readonly sentBytes: number; readonly totalBytes: number }) => void
  /** Ends it. The same file goes on where it was when it is uploaded again. */
  readonly signal?: AbortSignal
  /**
   * Where it is kept which upload belongs to which file, so that it goes on after a reload: ids and a hash, no names.
   * Default: `localStorage`, where there is one.
   */
  readonly notes?: SharedNotes | null
  /** What is longer is sent in blocks of this. Default 4 MiB. */
  readonly blockBytes?: number
  /** Without a byte moving for so long, a request is sent again. Default 60,000. */
  readonly stallMs?: number
  /** So many failures one after the other, without a block that arrives, end it. Default 20, which is about ten minutes. */
  readonly maxFailures?: number
  readonly pause?: (ms: number) => Promise<void>
  readonly whenOnline?: () => Promise<void>
  readonly send?: SendBytes
  /** Where the address that was given leads from here. */
  readonly addressOf?: (uploadUrl: string) => string
}

export type Uploaded =
  | { readonly ok: true; readonly fileId: string; readonly claimToken?: string }
  /** What the API said, or null when it was the line. */
  | { readonly ok: false; readonly error: ApiError | null }

const defaultBlockBytes = 4 * 1024 * 1024
const longestPauseMs = 30_000
const edgeBytes = 64 * 1024
const blockId = (i: number) => btoa(String(i).padStart(8, '0'))

/** The same for the same file after a reload, and nothing that says what it is. */
async function noteKeyOf(file: Blob & { lastModified?: number }, name: string, category: string) {
  if (!globalThis.crypto?.subtle) return null
  const edges = [file.slice(0, edgeBytes), file.slice(Math.max(0, file.size - edgeBytes))]
  const facts = JSON.stringify([name, category, file.size, file.lastModified ?? 0])
  const hash = await crypto.subtle.digest('SHA-256', await new Blob([facts, ...edges]).arrayBuffer())
  return `tools-inc-upload-${btoa(String.fromCharCode(...new Uint8Array(hash)))}`
}

interface Place {
  readonly uploadUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly isSent: boolean
  readonly sentBlocks: readonly { readonly id: string; readonly size: number }[]
}

class Refused extends Error {
  override readonly name = 'Refused'
  readonly error: ApiError | null
  constructor(error: ApiError | null) {
    super(error?.message ?? 'The upload was refused.')
    this.error = error
  }
}

/** Asked again: the line, the server's moment, a URL that has run out, blocks that were let go. */
const isPassing = (status: number) => status >= 500 || [0, 400, 403, 408, 425, 429].includes(status)

/**
 * Announces, sends and completes one file. What is cut, stalls or goes offline is taken up again where it was, also by
 * another call after a reload, for a day. It ends when the API refuses the file, after `maxFailures`, or by `signal`, then
 * rejecting with its reason.
 */
export async function uploadFile(
  client: Client,
  file: Blob & { name?: string },
  options: UploadOptions,
): Promise<Uploaded> {
  const { category, signal, blockBytes = defaultBlockBytes, stallMs = 60_000, maxFailures = 20 } = options
  const { pause = wait, whenOnline = untilOnline, send = sendBytes, addressOf = (url) => url } = options
  const fileName = options.fileName ?? file.name ?? 'file'
  const notes = forgiving(options.notes === undefined ? findNotes() : options.notes)
  const noteKey = await noteKeyOf(file, fileName, category)
  const { files } = client.api.v1
  const blocks = Array.from({ length: Math.ceil(file.size / blockBytes) }, (_, i) =>
    file.slice(i * blockBytes, (i + 1) * blockBytes),
  )
  const arrived = new Set<number>()
  let failures = 0
  let fileId = (noteKey && notes.getItem(noteKey)) || null
  let claimToken: string | undefined

  const tell = (onItsWay = 0) => {
    const sent = [...arrived].reduce((sum, i) => sum + (blocks[i]?.size ?? 0), onItsWay)
    options.onProgress?.({ sentBytes: Math.min(sent, file.size), totalBytes: file.size })
  }
  const remember = (id: string) => noteKey && claimToken === undefined && notes.setItem(noteKey, id)
  const forget = () => noteKey && notes.setItem(noteKey, '')

  /** Null when all of it is there and was completed before. */
  const findPlace = async (): Promise<Place | null> => {
    if (fileId !== null) {
      const json = claimToken === undefined ? {} : { claimToken }
      const answer = await files[':id']['upload-url'].$post({ param: { id: fileId }, json })
      if (answer.ok) return await answer.json()
      const error = await readError(answer)
      if (error?.code === 'already_uploaded') return null
      if (answer.status !== 404) throw new Refused(error)
      forget()
    }
    const json = { fileName, fileType: file.type, fileSize: file.size, category }
    const answer = await files['upload-url'].$post({ json })
    if (!answer.ok) throw new Refused(await readError(answer))
    const announced = await answer.json()
    fileId = announced.fileId
    claimToken = announced.claimToken
    remember(announced.fileId)
    return { ...announced, isSent: false, sentBlocks: [] }
  }
  /** True when it arrived, or had arrived before. */
  const put = async (url: string, headers: Place['headers'], body: Blob): Promise<boolean> => {
    const { status, code } = await unlessItStalls(stallMs, signal, (either, moved) =>
      send(url, {
        headers,
        body,
        signal: either,
        onProgress(bytes) {
          moved()
          tell(bytes)
        },
      }),
    )
    if (status === 201 || (status === 409 && code === 'BlobAlreadyExists')) return true
    // The store says why; a filter or the sign-in page of a network does not.
    if (code === null || isPassing(status)) return false
    throw new Refused(null)
  }
  const sendAll = async ({ uploadUrl, headers, sentBlocks }: Place): Promise<boolean> => {
    const url = addressOf(uploadUrl)
    const [only = file] = blocks
    if (blocks.length <= 1) return put(url, headers, only)
    const known = new Map(sentBlocks.map(({ id, size }) => [id, size]))
    arrived.clear()
    for (const [i, { size }] of blocks.entries()) if (known.get(blockId(i)) === size) arrived.add(i)
    tell()
    for (const [i, block] of blocks.entries()) {
      if (arrived.has(i)) continue
      if (!(await put(`${url}&comp=block&blockid=${encodeURIComponent(blockId(i))}`, {}, block))) return false
      arrived.add(i)
      failures = 0
      tell()
    }
    const list = blocks.map((_, i) => `<Latest>${blockId(i)}</Latest>`).join('')
    const body = new Blob([`<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`])
    return put(`${url}&comp=blocklist`, { 'If-None-Match': '*', 'Content-Type': 'application/xml' }, body)
  }
  const complete = async (): Promise<boolean> => {
    const json = { fileId: fileId ?? '', fileName, ...(claimToken === undefined ? {} : { claimToken }) }
    const answer = await files.complete.$post({ json })
    if (answer.ok) return true
    const error = await readError(answer)
    if (error?.details?.some(({ code }) => code === 'not_uploaded')) return false
    throw new Refused(error)
  }
  const attempt = async (): Promise<boolean> => {
    const place = await findPlace()
    return (place === null || place.isSent || (await sendAll(place))) && (await complete())
  }
  /** Whether a refusal is only for now. */
  const isForNow = (error: ApiError | null) =>
    error !== null && ['unavailable', 'server_error', 'rate_limit_exceeded'].includes(error.code)

  for (;;) {
    signal?.throwIfAborted()
    await whenOnline()
    let error: ApiError | null = null
    try {
      if (await attempt()) {
        forget()
        return { ok: true, fileId: fileId ?? '', ...(claimToken === undefined ? {} : { claimToken }) }
      }
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof Refused && !isForNow(cause.error)) {
        forget()
        return { ok: false, error: cause.error }
      }
      if (cause instanceof Refused) error = cause.error
    }
    if (++failures >= maxFailures) return { ok: false, error }
    await pause(
      Math.max((error?.retryAfter ?? 0) * 1_000, Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 10))),
    )
  }
}
