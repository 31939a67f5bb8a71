import { type Algorithm, hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { type Argon2Cost, isBelow, isVerifiable } from '../../dialects/argon2.ts'
import type { Hasher } from '../../ports/hasher.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

/** The enum's own name is ambient and cannot be read under isolated modules. */
const argon2id = 2 as Algorithm.Argon2id

const largestGroup = 4

/**
 * argon2id in the native addon, off the event loop. At most `concurrency` at a time, so that memory stays within
 * concurrency × memoryKib; at most `queue` waiting.
 */
export function createNativeHasher({
  cost,
  concurrency,
  queue,
  onWaited = () => {},
}: {
  readonly cost: Argon2Cost
  readonly concurrency: number
  readonly queue: number
  /** Is told, when the turn of a hash has come, how long it waited for it. */
  readonly onWaited?: (seconds: number) => void
}): Hasher {
  const limit = pLimit(concurrency)
  const options = {
    algorithm: argon2id,
    memoryCost: cost.memoryKib,
    timeCost: cost.iterations,
    parallelism: cost.parallelism,
  }

  const group = Math.min(concurrency, largestGroup)
  const ready: (() => void)[] = []
  /**
   * While others wait for their turn, outcomes are handed over a few at a time: each hash empties the caches of the
   * processor, so what follows it costs half when it is done for several at once. None waits longer than the hashes that
   * run beside it, and none waits where nobody stands in line.
   */
  const together = async (): Promise<void> => {
    if (ready.length + 1 < group && limit.pendingCount > 0)
      return new Promise((resolve) => ready.push(resolve))
    for (const handOver of ready.splice(0)) handOver()
  }

  const bounded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (limit.pendingCount >= queue) throw new PortUnavailable('hasher', { retryAfterSeconds: 1 })
    const askedAt = performance.now()
    try {
      return await limit(() => {
        onWaited((performance.now() - askedAt) / 1_000)
        return work()
      })
    } catch (cause) {
      throw new PortUnavailable('hasher', { cause })
    } finally {
      await together()
    }
  }
  /** Made at the start, so that the first unknown account costs no more than the next. */
  const nothing = limit(() => argon2Hash(crypto.randomUUID(), options))

  return {
    hash: (password) => bounded(() => argon2Hash(password, options)),
    verify(hash, password) {
      return bounded(async () => isVerifiable(hash) && argon2Verify(hash, password))
    },
    verifyNothing(password) {
      return bounded(async () => {
        await argon2Verify(await nothing, password)
        return false as const
      })
    },
    needsRehash: (hash) => isBelow(cost, hash),
  }
}
