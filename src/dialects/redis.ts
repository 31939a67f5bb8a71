import type { Cache } from '../ports/cache.ts'
import { type Clock, stillLasts } from '../ports/clock.ts'
import { PortUnavailable } from '../ports/unavailable.ts'

/** What the cache asks of a Redis server, whatever carries it there. Each rejects when there is no answer. */
export interface RedisCommands {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<unknown>
  delete(key: string): Promise<unknown>
  /** EVAL with one key: the server keeps what it compiled, and one that has just restarted needs no second try. */
  run(script: string, key: string, values: readonly string[]): Promise<unknown>
}

/** KEYS[1], ARGV[1]: milliseconds, used only when the counter has no expiry yet. */
const incrementScript = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, math.max(left, 1)}`

/** KEYS[1], ARGV[1]: the next value, ARGV[2]: milliseconds, ARGV[3]: what is expected, left out for absence. */
const swapScript = `
if redis.call('GET', KEYS[1]) ~= (ARGV[3] or false) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

/** The longest that one command may keep a request waiting. */
export const commandDeadlineMs = 1_000

/** After so many failures in a row nobody asks for a while, so that a server that is down costs its callers nothing. */
const failuresBeforeRest = 3
const restMs = 1_000

function withinDeadline<T>(answer: Promise<T>, onSilence: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer in ${commandDeadlineMs} ms`))
      try {
        onSilence()
      } catch {
        // What is told is the silence.
      }
    }, commandDeadlineMs)
  })
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer))
}

/** The cache in the commands and scripts of Redis. */
export function createRedisCommandCache({
  commands,
  clock,
  onSilence = () => {},
}: {
  readonly commands: RedisCommands
  readonly clock: Clock
  /** A command was not answered in time. */
  readonly onSilence?: () => void
}): Cache {
  let failuresInARow = 0
  let restsUntil = 0
  let lastFailure: unknown

  async function ask<T>(command: () => Promise<T>): Promise<T> {
    if (failuresInARow >= failuresBeforeRest) {
      if (stillLasts(restsUntil, restMs, clock.now()))
        throw new PortUnavailable('cache', { cause: lastFailure, retryAfterSeconds: 1 })
      // This call finds out whether it is back; whoever comes while it does is still refused.
      restsUntil = clock.now() + restMs
    }
    try {
      const answer = await withinDeadline(command(), onSilence)
      failuresInARow = 0
      return answer
    } catch (cause) {
      failuresInARow++
      lastFailure = cause
      restsUntil = clock.now() + restMs
      throw new PortUnavailable('cache', { cause, retryAfterSeconds: 1 })
    }
  }

  return {
    get: (key) => ask(() => commands.get(key)),
    async set(key, value, ttlMs) {
      await ask(() => commands.set(key, value, ttlMs))
    },
    async delete(key) {
      await ask(() => commands.delete(key))
    },
    async increment(key, ttlMs) {
      const [count, expiresInMs] = (await ask(() => commands.run(incrementScript, key, [String(ttlMs)]))) as [
        number,
        number,
      ]
      return { count, expiresInMs }
    },
    async compareAndSwap(key, expected, next, ttlMs) {
      const values = [next, String(ttlMs), ...(expected === null ? [] : [expected])]
      return (await ask(() => commands.run(swapScript, key, values))) === 1
    },
  }
}
