import { forgetPush } from './forget-push.ts'
import { findNotes, forgiving, type SharedNotes } from './notes.ts'
import { forgetUnsent } from './unsent.ts'

export interface LeavingOptions {
  /** Where the API is, such as `https://api.example.org`. Empty: the page's own origin. */
  readonly baseUrl: string
  /** Sends one request. Default: `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** Sends without waiting for an answer, also while the page closes. Default: `navigator.sendBeacon`, where there is one. */
  readonly beacon?: ((url: string) => boolean) | null
  /** Remembers beyond this page that somebody wanted to leave. Default: `localStorage`, where there is one. */
  readonly notes?: SharedNotes | null
  /**
   * Forgets what the page keeps of the person. Called first, whatever becomes of the request. What waits to be sent is
   * forgotten in any case, and this browser is told nothing any more.
   */
  readonly clear?: () => void | Promise<void>
  /** For how long an answer is waited for. Default 10,000. */
  readonly deadlineMs?: number
  /** Default: `AbortSignal.timeout`. */
  readonly abortAfter?: (ms: number) => AbortSignal
}

export type Departure =
  | { readonly isSignedOut: true }
  | {
      /** The session still stands, and whoever sits here next may find it. Say so. */
      readonly isSignedOut: false
      /** `unreachable`: no answer, or one by something in between; `refused`: by the API itself. */
      readonly reason: 'unreachable' | 'refused'
      /** For a person. */
      readonly message: string
    }

const noteKey = 'tools-inc-leaving'

/** Somebody wanted to leave, and it is not known to have worked. */
export const isLeaving = (notes: Pick<SharedNotes, 'getItem'>): boolean =>
  (notes.getItem(noteKey) ?? '') !== ''

const unreachable: Departure = {
  isSignedOut: false,
  reason: 'unreachable',
  message:
    'You are not signed out yet: the server could not be reached. It will be tried again. On a computer that others use, close the browser.',
}

/**
 * Signs out, and says when that failed: a request that was lost ends nothing. It is remembered then, and tried again:
 * at once without waiting for an answer, by `settle` when a page is loaded, and by the client before its next request.
 */
export function createLeaving(options: LeavingOptions) {
  const { clear, deadlineMs = 10_000, abortAfter = AbortSignal.timeout.bind(AbortSignal) } = options
  const notes = forgiving(options.notes === undefined ? findNotes() : options.notes)
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const beacon =
    options.beacon === undefined
      ? (globalThis.navigator?.sendBeacon?.bind(globalThis.navigator) ?? null)
      : options.beacon
  let isPending = false
  const note = (pending: boolean) => {
    isPending = pending
    notes.setItem(noteKey, pending ? '1' : '')
  }

  async function ask(): Promise<Departure> {
    try {
      const response = await send(`${baseUrl}/api/v1/auth/logout`, {
        method: 'POST',
        credentials: 'include',
        keepalive: true,
        signal: abortAfter(deadlineMs),
      })
      const body = (await response.json()) as {
        readonly message?: unknown
        readonly error?: { readonly code?: unknown; readonly message?: unknown }
      } | null
      // Somebody else's page, such as that of a filter, is no answer of ours.
      if (response.ok && typeof body?.message === 'string') return { isSignedOut: true }
      if (typeof body?.error?.code !== 'string') return unreachable
      const message = `You are not signed out yet: ${String(body.error.message)}`
      return { isSignedOut: false, reason: 'refused', message }
    } catch {
      return unreachable
    }
  }

  async function attempt(): Promise<Departure> {
    const departure = await ask()
    if (departure.isSignedOut) note(false)
    else beacon?.(`${baseUrl}/api/v1/auth/quick-exit`)
    return departure
  }

  return {
    /** Somebody wanted to leave, and it is not known to have worked. */
    isPending: (): boolean => isPending || isLeaving(notes),
    async leave(): Promise<Departure> {
      note(true)
      forgetUnsent()
      forgetPush()
      await clear?.()
      return attempt()
    },
    /** For when a page is loaded. Null when there is nothing to settle. */
    async settle(): Promise<Departure | null> {
      if (!isPending && !isLeaving(notes)) return null
      forgetUnsent()
      forgetPush()
      return attempt()
    },
    /** Somebody has signed in since: the session that was to end has ended with that. */
    forget(): void {
      if (isPending || isLeaving(notes)) note(false)
    },
  }
}

export type Leaving = ReturnType<typeof createLeaving>
