import { Redis } from '@upstash/redis'
import { commandDeadlineMs, createRedisCommandCache } from '../../dialects/redis.ts'
import type { Cache } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'

/** The SDK's messages repeat the commands, and with them keys and values, which no log may hold. */
function withoutCommands(error: unknown): Error {
  const [what = ''] = (error instanceof Error ? error.message : String(error)).split(', command was: ')
  const cause = error instanceof Error ? error.cause : undefined
  return new Error(what, cause === undefined ? undefined : { cause })
}

const answered = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw withoutCommands(error)
  })

/**
 * Redis by HTTP, for every runtime. What is asked in one tick travels in one request. Nothing is sent twice: a swap
 * whose answer was lost may have happened.
 */
export function createUpstashCache({
  url,
  token,
  clock,
}: {
  readonly url: string
  readonly token: string
  readonly clock: Clock
}): Cache {
  const redis = new Redis({
    url,
    token,
    enableAutoPipelining: true,
    enableTelemetry: false,
    // Without these the text "12" comes back as a number, and a leading U+FEFF not at all.
    automaticDeserialization: false,
    responseEncoding: false,
    retry: { retries: 0 },
    // As a function: a signal given as such turns a time-out into the answer "Aborted".
    signal: () => AbortSignal.timeout(commandDeadlineMs),
  })
  return createRedisCommandCache({
    clock,
    commands: {
      get: (key) => answered(redis.get<string>(key)),
      set: (key, value, ttlMs) => answered(redis.set(key, value, { px: ttlMs })),
      delete: (key) => answered(redis.del(key)),
      run: (script, key, values) => answered(redis.eval(script, [key], [...values])),
    },
  })
}
