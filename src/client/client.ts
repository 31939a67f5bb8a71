import { hc } from 'hono/client'
import type { App } from '../app/create-app.ts'
import { createLeaving, isLeaving } from './leaving.ts'
import { findNotes, forgiving, type SharedNotes } from './notes.ts'

export type { SharedNotes } from './notes.ts'

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
/** Signing in and recovering work also where somebody has not left yet. */
const needsSession = (path: string): boolean =>
  !path.startsWith('/api/v1/auth/') || path === refreshPath || path.startsWith('/api/v1/auth/sessions')
/** What programs ask on their own, beside every request that says so: the session goes on being idle. */
const asksOnItsOwn = ['sync', 'realtime/negotiate', 'auth/sessions/current'].map((name) => `/api/v1/${name}`)
const background = { 'X-Background': 'true' }

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
 * refresh fails gets its own 401 back. Where somebody has left (`createLeaving`) and the server could not be told, it is
 * told first, and until that succeeds every request is answered 401 here.
 */
export function createClient(options: ClientOptions): Client {
  const { onSignedOut, now = Date.now } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const send: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const locks =
    options.locks === undefined ? (globalThis.navigator?.locks as Locks | undefined) : options.locks
  const notes = forgiving(options.notes === undefined ? findNotes() : options.notes)
  const leaving = createLeaving({ baseUrl, fetch: send, notes, beacon: null })
  let running: Promise<boolean> | undefined
  let refreshedAt = 0
  let isSignedOut = false

  /** A time yet to come was noted by a clock that has been corrected since: it says nothing. */
  const isAfter = (time: number, since: number) => time > since && time <= now()
  const hasRefreshedSince = (since: number) =>
    isAfter(refreshedAt, since) || isAfter(Number(notes.getItem(noteKey)), since)

  /** True when there is a newer access token than the request that began at `since` had. */
  async function refresh(since: number, isBackground: boolean): Promise<boolean> {
    if (hasRefreshedSince(since)) return true
    const headers = isBackground ? background : {}
    const response = await send(baseUrl + refreshPath, { method: 'POST', credentials: 'include', headers })
    if (response.ok) {
      refreshedAt = now()
      notes.setItem(noteKey, String(refreshedAt))
      isSignedOut = false
      return true
    }
    if (response.status === 401) signedOut()
    return false
  }
  const refreshOnce = (since: number, isBackground: boolean): Promise<boolean> => {
    const work = () => refresh(since, isBackground)
    running ??= (locks ? locks.request('tools-inc-refresh', work) : work()).finally(() => {
      running = undefined
    })
    return running
  }
  const signedOut = () => {
    if (isSignedOut) return
    isSignedOut = true
    onSignedOut?.()
  }

  const sendSignedIn: typeof globalThis.fetch = async (input, init) => {
    const startedAt = now()
    const request = { ...init, credentials: 'include' as const }
    const path = new URL(input instanceof Request ? input.url : input, 'http://page.invalid').pathname
    if (needsSession(path) && isLeaving(notes) && !(await leaving.settle())?.isSignedOut) {
      signedOut()
      return stillLeaving()
    }
    const response = await send(input, request)
    if (path !== refreshPath && response.headers.has('x-session-expires')) leaving.forget()
    if (response.status !== 401 || neverRefreshed.includes(path)) {
      if (response.ok && neverRefreshed.includes(path)) isSignedOut = false
      return response
    }
    const error = await readError(response)
    if (!error || !refreshable.has(error.code)) {
      if (error?.code === 'token_revoked') signedOut()
      return response
    }
    const isBackground =
      asksOnItsOwn.includes(path) || new Headers(request.headers).get('x-background') === 'true'
    const isRefreshed = await refreshOnce(startedAt, isBackground).catch(() => false)
    return isRefreshed ? send(input, request) : response
  }
  return hc<App>(baseUrl, { fetch: sendSignedIn })
}

/** Somebody has left, and it could not be told the server: until it can, nobody is signed in here. */
function stillLeaving(): Response {
  const error: ApiError = {
    code: 'token_revoked',
    message: 'You are being signed out. The server could not be reached yet.',
    requestId: '',
  }
  return new Response(JSON.stringify({ error }), {
    status: 401,
    headers: { 'Content-Type': 'application/json' },
  })
}
