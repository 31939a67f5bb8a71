import { type ApiError, ForeignAnswer, readError } from './answers.ts'
import type { Client } from './client.ts'
import { createFloor } from './floor.ts'
import { unlessItStalls, untilOnline, wait } from './send-bytes.ts'

export interface FetchFileOptions {
  /** Hears how many bytes of how many have come. */
  readonly onProgress?: (progress: { readonly receivedBytes: number; readonly totalBytes: number }) => void
  /** Ends it. */
  readonly signal?: AbortSignal
  /** Without a byte for so long, the rest is asked for again. Default 30,000. */
  readonly stallMs?: number
  /** So many failures one after the other, without a byte that comes, end it. Default 8, which is about a minute. */
  readonly maxFailures?: number
  readonly pause?: (ms: number) => Promise<void>
  readonly whenOnline?: () => Promise<void>
  /** Asks the store, which is another server than the API. Default: `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Where the address that was given leads from here. */
  readonly addressOf?: (url: string) => string
}

export type Fetched =
  /** With its name and its type. */
  | { readonly ok: true; readonly file: File }
  /** What the API said, or null when it was the line. */
  | { readonly ok: false; readonly error: ApiError | null }

class Refused extends Error {
  override readonly name = 'Refused'
  readonly error: ApiError | null
  constructor(error: ApiError | null) {
    super(error?.message ?? 'The file was refused.')
    this.error = error
  }
}

const floor = createFloor()
const longestPauseMs = 30_000
const isForNow = (error: ApiError | null) =>
  error !== null &&
  ['unavailable', 'server_error', 'rate_limit_exceeded', 'scan_pending'].includes(error.code)

/**
 * Fetches one file, with its name, also for a page of another origin than the store. What is cut or stalls goes on where it was,
 * at a new address when the first has run out; what somebody in between answers in place of the store is not taken for it. It
 * ends when the API refuses, after `maxFailures`, or by `signal`, then rejecting with its reason.
 */
export async function fetchFile(
  client: Client,
  fileId: string,
  options: FetchFileOptions = {},
): Promise<Fetched> {
  const { signal, stallMs = 30_000, maxFailures = 8, addressOf = (url) => url } = options
  const { pause = wait, whenOnline = untilOnline } = options
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  let pieces: Uint8Array<ArrayBuffer>[] = []
  let received = 0
  let failures = 0

  const find = async () => {
    const init = signal ? { signal } : {}
    const answer = await client.api.v1.files[':id'].download.$get(
      { param: { id: fileId } },
      { headers: { Accept: 'application/json' }, init },
    )
    if (answer.status !== 200) throw new Refused(await readError(answer))
    return answer.json()
  }
  /** The rest of it, as far as it comes. */
  const read = ({ url, mimeType, size }: Awaited<ReturnType<typeof find>>): Promise<void> =>
    unlessItStalls(stallMs, signal, async (either, moved) => {
      const headers = received > 0 ? { Range: `bytes=${received}-` } : undefined
      const response = await fetch(addressOf(url), {
        ...(headers ? { headers } : {}),
        credentials: 'omit',
        signal: either,
      })
      const isWhole = response.status === 200
      const wanted = isWhole ? size : size - received
      const length = response.headers.get('content-length')
      const isOurs =
        (isWhole || (response.status === 206 && headers !== undefined)) &&
        response.headers.get('content-type')?.startsWith(mimeType) &&
        (length === null || Number(length) === wanted)
      if (!isOurs || !response.body) throw new ForeignAnswer(response.status)
      if (isWhole) {
        pieces = []
        received = 0
      }
      const reader = response.body.getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (received + part.value.byteLength > size) throw new ForeignAnswer(response.status)
        pieces.push(part.value)
        received += part.value.byteLength
        failures = 0
        moved()
        options.onProgress?.({ receivedBytes: received, totalBytes: size })
      }
      if (received < size) throw new TypeError('The connection was cut.')
    })

  for (;;) {
    signal?.throwIfAborted()
    await whenOnline()
    let error: ApiError | null = null
    try {
      const link = await find()
      await read(link)
      return { ok: true, file: new File(pieces, link.fileName, { type: link.mimeType }) }
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof Refused && !isForNow(cause.error)) return { ok: false, error: cause.error }
      if (cause instanceof Refused) error = cause.error
    }
    if (++failures >= maxFailures) return { ok: false, error }
    const backoffMs = Math.min(longestPauseMs, 500 * 2 ** failures)
    await pause(Math.max((error?.retryAfter ?? 0) * 1_000, backoffMs))
  }
}

/** Has the browser save it under its name. */
export function saveFile(file: File): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = file.name
  link.click()
  // Safari begins to read it after the click was heard.
  setTimeout(() => floor(() => URL.revokeObjectURL(link.href)), 60_000)
}
