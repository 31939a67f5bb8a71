import { createFloor } from './floor.ts'

const floor = createFloor()

/** One request of an upload. Resolves with its status; rejects when nothing came back, or on `signal`. */
export type SendBytes = (
  url: string,
  request: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: Blob
    readonly signal: AbortSignal
    /** Hears how many bytes of the body are on their way. */
    readonly onProgress: (bytes: number) => void
  },
) => Promise<{ readonly status: number; readonly code: string | null }>

const byFetch: SendBytes = async (url, { headers, body, signal }) => {
  const response = await fetch(url, { method: 'PUT', headers, body, signal, credentials: 'omit' })
  await response.arrayBuffer()
  return { status: response.status, code: response.headers.get('x-ms-error-code') }
}

/** `fetch` tells nobody how far it has come. */
const byRequest: SendBytes = (url, { headers, body, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    const end = () => signal.removeEventListener('abort', abort)
    request.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => floor(() => onProgress(loaded))
    const answer = () => {
      end()
      if (request.status === 0) reject(signal.reason ?? new TypeError('The connection was cut.'))
      else resolve({ status: request.status, code: request.getResponseHeader('x-ms-error-code') })
    }
    request.onloadend = () => floor(answer)
    signal.addEventListener('abort', abort)
    if (signal.aborted) {
      end()
      reject(signal.reason)
    } else request.send(body)
  })

export const sendBytes: SendBytes = (url, request) =>
  (typeof XMLHttpRequest === 'undefined' ? byFetch : byRequest)(url, request)

/** Resolves when the browser has a connection again; at once where it has one, or says nothing about it. */
export const untilOnline = (): Promise<void> =>
  new Promise((resolve) => {
    const { navigator, addEventListener } = globalThis as Partial<Window & typeof globalThis>
    if (navigator?.onLine !== false || !addEventListener) resolve()
    else addEventListener.call(globalThis, 'online', () => resolve(), { once: true })
  })

export const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

/** As `work`, but aborted when its progress does not move for `ms`. */
export async function unlessItStalls<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal, moved: () => void) => Promise<T>,
): Promise<T> {
  const either = new AbortController()
  const giveUp = () => either.abort(new DOMException('Nothing moves.', 'TimeoutError'))
  const leave = () => either.abort(signal?.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', leave)
  let timer = setTimeout(giveUp, ms)
  const moved = () => {
    clearTimeout(timer)
    timer = setTimeout(giveUp, ms)
  }
  try {
    return await work(either.signal, moved)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', leave)
  }
}
