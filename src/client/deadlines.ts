import { ForeignAnswer, isOurs } from './answers.ts'
import type { Line } from './line.ts'

export interface DeadlineOptions {
  readonly fetch: typeof globalThis.fetch
  readonly line: Line
  /** Within this an answer has begun, or the request is given up. */
  readonly deadlineMs: number
  /** For how long one sending of what may be sent again is waited for, and every part of an answer. */
  readonly attemptMs: number
  readonly pause?: (ms: number) => Promise<void>
  /** 0 up to 1. */
  readonly random?: () => number
}

const maxAttempts = 3
const pauseMs = 300
/** Below this there is no point in one more attempt. */
const leastMs = 1_000

const byTimeout = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const timeout = (ms: number) => new DOMException(`Nothing was answered within ${ms} ms.`, 'TimeoutError')

/** Aborts also where what sends does not heed a signal. */
const unlessAborted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })

/** Have no body. Chromium has an empty one for them where the connection is closed behind it, and takes none in `new Response`. */
const withoutBody = new Set([204, 205, 304])

/** The same answer; when its next part is late, reading it fails. */
function watched(response: Response, controller: AbortController, ms: number): Response {
  if (!response.body || withoutBody.has(response.status)) return response
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(stream) {
        const timer = setTimeout(() => controller.abort(timeout(ms)), ms)
        try {
          const { done, value } = await unlessAborted(controller.signal, reader.read())
          if (done) stream.close()
          else stream.enqueue(value)
        } finally {
          clearTimeout(timer)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}

/**
 * Sends with a deadline, tells the answers of the API from those of somebody in between, which are thrown as
 * `ForeignAnswer`, and notes with the line what came of it. `mayRepeat`: sent again a few times when nothing of the API's
 * own came back.
 */
export function createDeadlines(options: DeadlineOptions) {
  const { line, deadlineMs, attemptMs, pause = byTimeout, random = Math.random } = options

  async function once(input: string, init: RequestInit, ms: number): Promise<Response> {
    const controller = new AbortController()
    const { signal } = init
    const giveUp = () => controller.abort(signal?.reason)
    if (signal?.aborted) giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    controller.signal.throwIfAborted()
    const timer = setTimeout(() => controller.abort(timeout(ms)), ms)
    try {
      const sent = options.fetch(input, { ...init, signal: controller.signal })
      const response = watched(await unlessAborted(controller.signal, sent), controller, attemptMs)
      if (await isOurs(response)) {
        line.note('ours')
        return response
      }
      // What a gateway says of a server that is away is no more than silence.
      line.note(response.status < 500 ? 'foreign' : 'silence')
      void response.body?.cancel().catch(() => {})
      throw new ForeignAnswer(response.status)
    } catch (error) {
      if (!(error instanceof ForeignAnswer) && !signal?.aborted) line.note('silence')
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  return async (input: string, init: RequestInit, mayRepeat: boolean): Promise<Response> => {
    const { signal } = init
    const startedAt = performance.now()
    const leftMs = () => deadlineMs - (performance.now() - startedAt)
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(input, init, mayRepeat ? Math.min(attemptMs, leftMs()) : deadlineMs)
      } catch (error) {
        const isLast = !mayRepeat || attempt === maxAttempts || signal?.aborted || !line.page.isOnline()
        if (isLast || leftMs() < leastMs) throw error
        await pause(pauseMs * attempt * (0.5 + random()))
      }
    }
  }
}
