import type { Client } from './client.ts'
import { createFloor, type Failing } from './floor.ts'

export interface SessionWatchOptions extends Failing {
  readonly client: Client
  /** Called when the session ends in `secondsLeft` unless something happens. `extend` says that somebody is there. */
  readonly onWarning: (secondsLeft: number) => void
  /** Called whenever the server was asked and the end is further away than that. */
  readonly onTime?: () => void
  /** How long before the end to warn. Default 120,000. */
  readonly warnMs?: number
  /** Runs `work` once, and answers what prevents it. Default: `setTimeout`. */
  readonly later?: (ms: number, work: () => void) => () => void
}

/** Timers for longer than this begin at once. */
const longestMs = 24 * 60 * 60_000
const againMs = 30_000

/**
 * Tells in time that a session is about to end because nothing happens in it. It asks the server, whatever this computer
 * takes the time to be, and asking keeps no session alive. When the session is over the client says so (`onSignedOut`).
 */
export function createSessionWatch({
  client,
  onWarning,
  onTime = () => {},
  warnMs = 120_000,
  onError,
  later: given,
}: SessionWatchOptions) {
  const floor = createFloor(onError)
  const byTimeout = (ms: number, work: () => void) => {
    const timer = setTimeout(() => floor(work), ms)
    return () => clearTimeout(timer)
  }
  const later = given ?? byTimeout
  let cancel = () => {}
  let isStopped = true

  const askIn = (ms: number) => {
    cancel()
    if (!isStopped) cancel = later(Math.min(ms, longestMs), () => void ask().catch(() => askIn(againMs)))
  }

  async function ask(): Promise<void> {
    const response = await client.api.v1.auth.sessions.current.$get().catch(() => null)
    if (isStopped) return
    if (response?.status === 401) {
      isStopped = true
      return
    }
    if (!response?.ok) return askIn(againMs)
    const { secondsLeft } = await response.json()
    const leftMs = secondsLeft * 1000
    if (leftMs > warnMs) {
      floor(onTime)
      return askIn(leftMs - warnMs)
    }
    floor(() => onWarning(secondsLeft))
    askIn(leftMs + 1000)
  }

  return {
    async start(): Promise<void> {
      isStopped = false
      await ask()
    },
    stop(): void {
      isStopped = true
      cancel()
    },
    /** False when it could not be extended: the session is over, or the server cannot be reached. */
    async extend(): Promise<boolean> {
      const response = await client.api.v1.auth.refresh.$post().catch(() => null)
      // 409: another tab has just done so.
      const isExtended = response?.ok === true || response?.status === 409
      if (isExtended && !isStopped) await ask()
      return isExtended
    },
  }
}

export type SessionWatch = ReturnType<typeof createSessionWatch>
