import { type Algorithm, hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import type { Hasher } from '../../ports/hasher.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

export interface Argon2Cost {
  readonly memoryKib: number
  readonly iterations: number
  readonly parallelism: number
}

/** The enum's own name is ambient and cannot be read under isolated modules. */
const argon2id = 2 as Algorithm.Argon2id

/** A stored hash above this would let whoever wrote it spend our memory. */
const ceiling: Argon2Cost = { memoryKib: 262_144, iterations: 10, parallelism: 4 }

const phc =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,171})$/

/** Whether the text has a possible length, and no bits set beyond its last whole byte. */
const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 ||
  (text.length % 4 === 2 && /[AQgw]$/.test(text)) ||
  (text.length % 4 === 3 && /[AEIMQUYcgkosw048]$/.test(text))

/** Null for whatever argon2 itself would not accept as a hash (RFC 9106, 3.1). */
function costOf(hash: string): Argon2Cost | null {
  const [, m, t, p, salt, tag] = phc.exec(hash) ?? []
  if (salt === undefined || tag === undefined || !isBase64(salt) || !isBase64(tag)) return null
  const cost = { memoryKib: Number(m), iterations: Number(t), parallelism: Number(p) }
  const { memoryKib, iterations, parallelism } = cost
  return iterations >= 1 && parallelism >= 1 && memoryKib >= 8 * parallelism ? cost : null
}

const isAtMost = (cost: Argon2Cost, limit: Argon2Cost): boolean =>
  cost.memoryKib <= limit.memoryKib &&
  cost.iterations <= limit.iterations &&
  cost.parallelism <= limit.parallelism

/**
 * argon2id in the native addon, off the event loop. At most `concurrency` at a time, so that memory stays within
 * concurrency × memoryKib; at most `queue` waiting.
 */
export function createNativeHasher({
  cost,
  concurrency,
  queue,
}: {
  readonly cost: Argon2Cost
  readonly concurrency: number
  readonly queue: number
}): Hasher {
  const limit = pLimit(concurrency)
  const options = {
    algorithm: argon2id,
    memoryCost: cost.memoryKib,
    timeCost: cost.iterations,
    parallelism: cost.parallelism,
  }

  const bounded = <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= queue)
      return Promise.reject(new PortUnavailable('hasher', { retryAfterSeconds: 1 }))
    return limit(async () => {
      try {
        return await work()
      } catch (cause) {
        throw new PortUnavailable('hasher', { cause })
      }
    })
  }
  /** Made at the start, so that the first unknown account costs no more than the next. */
  const nothing = limit(() => argon2Hash(crypto.randomUUID(), options))

  return {
    hash: (password) => bounded(() => argon2Hash(password, options)),
    verify(hash, password) {
      return bounded(async () => {
        const stored = costOf(hash)
        return stored !== null && isAtMost(stored, ceiling) && argon2Verify(hash, password)
      })
    },
    verifyNothing(password) {
      return bounded(async () => {
        await argon2Verify(await nothing, password)
        return false as const
      })
    },
    needsRehash(hash) {
      const stored = costOf(hash)
      return stored === null || !isAtMost(cost, stored)
    },
  }
}
