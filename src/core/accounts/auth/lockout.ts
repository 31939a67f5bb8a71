import { z } from 'zod'
import type { Cache } from '../../../ports/cache.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Keys } from '../../platform/keys/keys.ts'

const freeFailures = 5
const longestDelaySeconds = 900
const rememberedMs = 24 * 60 * 60_000
const races = 20

const State = z.object({ failures: z.number(), lockedUntil: z.number() })
type State = z.infer<typeof State>

export interface Attempt {
  /** The account is waiting out a delay: answer as for a wrong password, without looking. */
  readonly isLocked: boolean
  /** The password was right: the account starts afresh. */
  succeed(): Promise<void>
  /** The password was never judged: the attempt does not count. */
  withdraw(): Promise<void>
}

const locked: Attempt = { isLocked: true, succeed: async () => {}, withdraw: async () => {} }

/** After the fifth failure 1 s, then 2, 4 … up to 900 s; never for ever. */
function afterFailure({ failures }: State, now: number): State {
  const count = failures + 1
  const delaySeconds = count < freeFailures ? 0 : Math.min(2 ** (count - freeFailures), longestDelaySeconds)
  return { failures: count, lockedUntil: now + delaySeconds * 1000 }
}

/**
 * Slows down guessing at one account, known or not. An attempt is counted as a failure before its password is
 * verified, so that a thousand at once are no better than a thousand in a row.
 */
export function createLockout(
  { cache, localCache, clock, log }: Needs<'cache' | 'localCache' | 'clock' | 'log'>,
  keys: Keys,
) {
  async function beginIn(store: Cache, key: string): Promise<Attempt> {
    for (let race = 0; race < races; race++) {
      const before = await store.get(key)
      const state = before === null ? { failures: 0, lockedUntil: 0 } : State.parse(JSON.parse(before))
      if (clock.now() < state.lockedUntil) return locked
      const after = JSON.stringify(afterFailure(state, clock.now()))
      if (await store.compareAndSwap(key, before, after, rememberedMs))
        return {
          isLocked: false,
          succeed: () => store.delete(key),
          withdraw: async () => {
            if (before === null) return store.delete(key)
            await store.compareAndSwap(key, after, before, rememberedMs)
          },
        }
    }
    return locked
  }

  const keyOf = async (account: string) => `lockout:${await keys.pseudonym('account', account)}`
  const inEither = async <T>(use: (store: Cache) => Promise<T>): Promise<T> => {
    try {
      return await use(cache)
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('lockout_counts_locally')
      return use(localCache)
    }
  }

  return {
    /** `account` names what is guessed at: an address, or one way into it. */
    async begin(account: string): Promise<Attempt> {
      const key = await keyOf(account)
      return inEither((store) => beginIn(store, key))
    },
    /** Lets somebody in again who has proved by other means who they are. */
    async forgive(account: string): Promise<void> {
      const key = await keyOf(account)
      await inEither((store) => store.delete(key))
    },
  }
}

export type Lockout = ReturnType<typeof createLockout>
