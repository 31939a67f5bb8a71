import { hc } from 'hono/client'
import type { App } from '../app/create-app.ts'

/** The error body of every answer that is not a success. */
export interface ApiError {
  readonly code: string
  readonly message: string
  readonly requestId: string
  readonly details?: readonly { readonly path: string; readonly code: string; readonly message: string }[]
  /** Seconds. */
  readonly retryAfter?: number
}

export type Client = ReturnType<typeof hc<App>>

/** The part of `navigator.locks` that is used. */
export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>
}

/** The part of `localStorage` that is used. It holds a time, never a token. */
export interface SharedNotes {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export interface ClientOptions {
  /** Where the API is, such as `https://api.example.org`. Empty: the page's own origin. */
  readonly baseUrl: string
  /** Sends one request. Default: `globalThis.fetch` with cookies. */
  readonly fetch?: typeof globalThis.fetch
  /** Keeps the tabs of one browser from refreshing at the same time. Default: `navigator.locks`, where there is one. */
  readonly locks?: Locks | null
  /** Tells the tabs of one browser when the last refresh was. Default: `localStorage`, where there is one. */
  readonly notes?: SharedNotes | null
  /** Called once when the session is over and the person has to sign in again. */
  readonly onSignedOut?: () => void
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

const refreshPath = '/api/v1/auth/refresh'
/** Their 401 is about what was typed, or ends the session anyway. */
const neverRefreshed = ['login', 'signup', 'refresh', 'logout'].map((name) => `/api/v1/auth/${name}`)
const refreshable = new Set(['missing_token', 'invalid_token'])
const noteKey = 'tools-inc-refreshed-at'

/** The error of an answer that was not a success; null when it is one, or was not written by this API. */
export async function readError(response: {
  readonly ok: boolean
  clone(): { json(): Promise<unknown> }
}): Promise<ApiError | null> {
  if (response.ok) return null
  try {
    const body = (await response.clone().json()) as { error?: ApiError } | null
    return typeof body?.error?.code === 'string' ? body.error : null
  } catch {
    return null
  }
}

/**
 * A typed client: `client.api.v1.users.me.$get()`. The session lives in httpOnly cookies; when the access token has
 * run out it is refreshed once, however many requests and tabs notice, and each request is sent again. A request whose
 * refresh fails gets its own 401 back.
 */
export function createClient(options: ClientOptions): Client {
  const { onSignedOut, now = Date.now } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const send: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const locks =
    options.locks === undefined ? (globalThis.navigator?.locks as Locks | undefined) : options.locks
  const notes = forgiving(options.notes === undefined ? findNotes() : options.notes)
  let running: Promise<boolean> | undefined
  let refreshedAt = 0
  let isSignedOut = false

  /** A time yet to come was noted by a clock that has been corrected since: it says nothing. */
  const isAfter = (time: number, since: number) => time > since && time <= now()
  const hasRefreshedSince = (since: number) =>
    isAfter(refreshedAt, since) || isAfter(Number(notes.getItem(noteKey)), since)

  /** True when there is a newer access token than the request that began at `since` had. */
  async function refresh(since: number): Promise<boolean> {
    if (hasRefreshedSince(since)) return true
    const response = await send(baseUrl + refreshPath, { method: 'POST', credentials: 'include' })
    if (response.ok) {
      refreshedAt = now()
      notes.setItem(noteKey, String(refreshedAt))
      isSignedOut = false
      return true
    }
    if (response.status === 401 && !isSignedOut) {
      isSignedOut = true
      onSignedOut?.()
    }
    return false
  }
  const refreshOnce = (since: number): Promise<boolean> => {
    running ??= (locks ? locks.request('tools-inc-refresh', () => refresh(since)) : refresh(since)).finally(
      () => {
        running = undefined
      },
    )
    return running
  }

  const sendSignedIn: typeof globalThis.fetch = async (input, init) => {
    const startedAt = now()
    const request = { ...init, credentials: 'include' as const }
    const response = await send(input, request)
    const path = new URL(input instanceof Request ? input.url : input, 'http://page.invalid').pathname
    if (response.status !== 401 || neverRefreshed.includes(path)) {
      if (response.ok && neverRefreshed.includes(path)) isSignedOut = false
      return response
    }
    const error = await readError(response)
    if (!error || !refreshable.has(error.code)) {
      if (error?.code === 'token_revoked' && !isSignedOut) {
        isSignedOut = true
        onSignedOut?.()
      }
      return response
    }
    const isRefreshed = await refreshOnce(startedAt).catch(() => false)
    return isRefreshed ? send(input, request) : response
  }
  return hc<App>(baseUrl, { fetch: sendSignedIn })
}

/** Reading the property throws where a browser keeps storage from a page. */
function findNotes(): SharedNotes | null {
  try {
    return (globalThis as { localStorage?: SharedNotes }).localStorage ?? null
  } catch {
    return null
  }
}

/** Storage that is absent, full or forbidden costs a refresh more in another tab, never one that succeeded here. */
function forgiving(notes: SharedNotes | null): SharedNotes {
  const attempt = <T>(use: () => T | undefined): T | null => {
    try {
      return use() ?? null
    } catch {
      return null
    }
  }
  return {
    getItem: (key) => attempt(() => notes?.getItem(key)),
    setItem: (key, value) => void attempt(() => notes?.setItem(key, value)),
  }
}
