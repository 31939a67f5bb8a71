import { hc } from 'hono/client'
import type { App } from '../app/create-app.ts'
import { type ApiError, readError as errorOf } from './answers.ts'
import { createDeadlines } from './deadlines.ts'
import { createLeaving, isLeaving } from './leaving.ts'
import { createLine, type Line } from './line.ts'
import { findNotes, forgiving, type SharedNotes } from './notes.ts'
import { randomId } from './random-id.ts'
import { isShared } from './shared-paths.ts'

export type { ApiError } from './answers.ts'
export type { Line } from './line.ts'
export type { SharedNotes } from './notes.ts'

export const readError = errorOf

export type Client = ReturnType<typeof hc<App>>

/** The part of `navigator.locks` that is used. */
export interface Locks {
  /** `hasWaited` is true where another tab held it when it was asked for. */
  request<T>(name: string, work: (hasWaited?: unknown) => Promise<T>): Promise<T>
}

function findLocks(): Locks | null {
  const { locks } = (globalThis.navigator ?? {}) as { readonly locks?: LockManager }
  if (!locks) return null
  return {
    async request(name, work) {
      const free = { ifAvailable: true }
      const atOnce = await locks.request(name, free, async (lock) => lock && { answer: await work(false) })
      return atOnce ? atOnce.answer : await locks.request(name, () => work(true))
    },
  }
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
  /** Learns what became of each request. Give the same to whatever waits for the line. */
  readonly line?: Line
  /**
   * The id of whoever this page takes to be signed in. Where somebody else is by now, in another tab, each request is
   * answered 403 `account_mismatch`, and nothing is done or shown under the wrong name.
   */
  readonly expectedUser?: () => string | undefined
  /** Within this an answer has begun, or the request has failed. Default 25,000. */
  readonly deadlineMs?: number
  /** The same for one sending of what may be sent again, and for each part of an answer. Default 10,000. */
  readonly attemptMs?: number
  /** Waits before something is sent again. Default: `setTimeout`. */
  readonly pause?: (ms: number) => Promise<void>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

const refreshPath = '/api/v1/auth/refresh'
/** Their 401 is about what was typed, or ends the session anyway. */
const neverRefreshed = ['login', 'signup', 'refresh', 'logout'].map((name) => `/api/v1/auth/${name}`)
const refreshable = new Set(['missing_token', 'invalid_token'])
const isRefreshable = (response: Response, code = '') => response.status === 401 && refreshable.has(code)
const noteKey = 'tools-inc-refreshed-at'
/** Signing in and recovering work also where somebody has not left yet. */
const needsSession = (path: string): boolean =>
  !path.startsWith('/api/v1/auth/') || path === refreshPath || path.startsWith('/api/v1/auth/sessions')
/** What programs ask on their own, beside every request that says so: the session goes on being idle. */
const asksOnItsOwn = ['sync', 'realtime/negotiate', 'auth/sessions/current'].map((name) => `/api/v1/${name}`)
const background = { 'X-Background': 'true' }
/** Create something once for each `Idempotency-Key`, however often they are sent. */
const keyed = [
  /^\/api\/v1\/conversations$/,
  /^\/api\/v1\/courses$/,
  /^\/api\/v1\/courses\/[^/]+\/(lessons|modules)$/,
  /^\/api\/v1\/admin\/courses\/import$/,
  /^\/api\/v1\/users\/me\/forms\/[^/]+\/information$/,
  /^\/api\/v1\/forms\/(contact|interest|referral|status\/[^/]+\/information)$/,
]
/** The same, for what has no name of its own: queues give each message one. */
const messages = /^\/api\/v1\/conversations\/[^/]+\/messages$/
const isNamed = (body: unknown): boolean => typeof body === 'string' && body.includes('"clientMessageId":')
/** Safe to send again: the second of two finds what the first one did. */
const repeatable = [/^\/api\/v1\/auth\/refresh$/, /^\/api\/v1\/sync$/, /\/read$/]

/**
 * Whether there is a newer access token than a request had: `perhaps` where another tab was at it meanwhile. Else what prevented
 * it.
 */
type Refreshed = 'done' | 'perhaps' | Response

/** With a key of its own where it creates something; whoever calls may have given it one that they use again. */
export function prepared(path: string, init: RequestInit | undefined, expectedUser?: string) {
  const headers = new Headers(init?.headers)
  const method = init?.method?.toUpperCase() ?? 'GET'
  const isKeyed =
    method === 'POST' &&
    (keyed.some((pattern) => pattern.test(path)) || (messages.test(path) && !isNamed(init?.body)))
  if (isKeyed && !headers.has('idempotency-key')) headers.set('Idempotency-Key', randomId())
  if (expectedUser !== undefined && !headers.has('x-expected-user'))
    headers.set('X-Expected-User', expectedUser)
  const mayRepeat =
    method === 'GET' || isKeyed || (method === 'POST' && repeatable.some((pattern) => pattern.test(path)))
  return { request: { ...init, method, headers, credentials: 'include' as const }, mayRepeat }
}

/**
 * A typed client: `client.api.v1.users.me.$get()`. The session lives in httpOnly cookies; when the access token has
 * run out it is refreshed once, however many requests and tabs notice, and each request is sent again. A request whose
 * refresh is refused gets its own 401 back; one whose refresh was not answered fails as that did. Every request has a
 * deadline, and fails with `ForeignAnswer` where something in between answers in place of the API. What reads, and what
 * creates under a key, is sent again when nothing came back; whoever repeats a creation gives it the same
 * `Idempotency-Key`. Where somebody has left (`createLeaving`) and the server could not be told, it is
 * told first, and until that succeeds every request is answered 401 here. What is the same for everybody is asked for
 * without cookies.
 */
export function createClient(options: ClientOptions): Client {
  const { onSignedOut, line = createLine(), expectedUser = () => undefined, now = Date.now } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const locks = options.locks === undefined ? findLocks() : options.locks
  const notes = forgiving(options.notes === undefined ? findNotes() : options.notes)
  const leaving = createLeaving({ baseUrl, fetch, notes, beacon: null })
  const { deadlineMs = 25_000, attemptMs = 10_000, pause } = options
  const send = createDeadlines({ fetch, line, deadlineMs, attemptMs, ...(pause ? { pause } : {}) })
  let running: Promise<Refreshed> | undefined
  let refreshedAt = 0
  let isSignedOut = false

  /** A time yet to come was noted by a clock that has been corrected since: it says nothing. */
  const isAfter = (time: number, since: number) => time > since && time <= now()
  const hasRefreshedSince = (since: number) =>
    isAfter(refreshedAt, since) || isAfter(Number(notes.getItem(noteKey)), since)

  async function refresh(since: number, isBackground: boolean, hasWaited?: unknown): Promise<Refreshed> {
    if (hasRefreshedSince(since)) return 'done'
    // The note of the tab that held the lock may come later than the lock.
    if (hasWaited === true) return 'perhaps'
    const headers = isBackground ? background : {}
    const { request, mayRepeat } = prepared(refreshPath, { method: 'POST', headers })
    const response = await send(baseUrl + refreshPath, request, mayRepeat)
    // 409: another tab was given new tokens a moment ago, in the cookies that are sent next.
    if (response.ok || response.status === 409) {
      refreshedAt = now()
      notes.setItem(noteKey, String(refreshedAt))
      isSignedOut = false
      return 'done'
    }
    if (response.status === 401) signedOut()
    return response
  }
  const refreshOnce = (since: number, isBackground: boolean): Promise<Refreshed> => {
    const work = (hasWaited?: unknown) => refresh(since, isBackground, hasWaited)
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
    const url = input instanceof Request ? input.url : String(input)
    const path = new URL(url, 'http://page.invalid').pathname
    if (isShared(init?.method?.toUpperCase() ?? 'GET', path)) {
      const { request, mayRepeat } = prepared(path, init)
      const answer = await send(url, { ...request, credentials: 'omit' }, mayRepeat)
      // There may be something for this person, such as a course that only those who take part in it still see.
      if (answer.status !== 404) return answer
    }
    if (needsSession(path) && isLeaving(notes) && !(await leaving.settle())?.isSignedOut) {
      signedOut()
      return stillLeaving()
    }
    const { request, mayRepeat } = prepared(path, init, expectedUser())
    const response = await send(url, request, mayRepeat)
    if (path !== refreshPath && response.headers.has('x-session-expires')) leaving.forget()
    if (response.ok) {
      if (neverRefreshed.includes(path)) isSignedOut = false
      return response
    }
    const code = [401, 403].includes(response.status) ? (await errorOf(response))?.code : undefined
    if (code === 'token_revoked' || code === 'account_mismatch') signedOut()
    if (neverRefreshed.includes(path) || !isRefreshable(response, code)) return response
    const isBackground = asksOnItsOwn.includes(path) || request.headers.get('x-background') === 'true'
    let refreshed = await refreshOnce(startedAt, isBackground)
    if (refreshed === 'perhaps') {
      const resentAt = now()
      const answer = await send(url, request, mayRepeat)
      if (!isRefreshable(answer, (await errorOf(answer))?.code)) return answer
      refreshed = await refreshOnce(resentAt, isBackground)
    }
    if (refreshed instanceof Response) return refreshed.status === 401 ? response : refreshed.clone()
    return send(url, request, mayRepeat)
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
