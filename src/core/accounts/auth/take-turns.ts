import { stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { AppError } from '../../kernel/errors.ts'

/** More than this would only keep memory: whoever comes then is told to come again. */
const longestLine = 1_000
const patienceMs = 10_000
const lookAgainMs = 50

const tryAgain = (): AppError =>
  new AppError('unavailable', 'unavailable', 'This is not available right now. Try again shortly.', {
    retryAfterSeconds: 1,
  })

interface Line {
  length: number
  last: Promise<void>
  /** Whoever is first looks again at once. */
  wake: () => void
}

/**
 * One at a time for each key in this process, in the order of coming. `look` is called until it answers something
 * else than null: when `wake` says that something has changed here, and every 50 ms, since other processes do not say.
 * Throws `unavailable` after 10 s.
 */
export function createTakeTurns({ clock, defer }: Needs<'clock' | 'defer'>) {
  const lines = new Map<string, Line>()

  return {
    async takeTurn<T>(key: string, look: () => Promise<T | null>): Promise<T> {
      const line = lines.get(key) ?? { length: 0, last: Promise.resolve(), wake: () => {} }
      if (line.length >= longestLine) throw tryAgain()
      lines.set(key, line)
      line.length++
      const tiredAt = clock.now() + patienceMs
      const before = line.last
      let leave = () => {}
      line.last = new Promise((resolve) => {
        leave = resolve
      })
      try {
        await before
        while (stillLasts(tiredAt, patienceMs, clock.now())) {
          // Before it looks: what changes meanwhile counts.
          const change = new Promise<void>((resolve) => {
            line.wake = resolve
          })
          const seen = await look()
          if (seen !== null) return seen
          defer.run('look_again', async () => line.wake(), { afterMs: lookAgainMs })
          await change
        }
        throw tryAgain()
      } finally {
        leave()
        if (--line.length === 0) lines.delete(key)
      }
    },
    wake: (key: string): void => lines.get(key)?.wake(),
  }
}
