import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Flow } from './one-time-tokens.ts'

const mostInAWindow = 5
/** As long as a code lives: no code meets more than two windows. */
const windowMs = 10 * 60_000

/**
 * Whether one more try at the code that was mailed to this address may be judged. `insiderId` is the account that the
 * address has, of somebody who is signed in to it: counted apart, so that strangers, who are counted together wherever
 * they come from, use up no try of theirs. Counted before it is judged, and the same where there is no code.
 */
export const createCodeRateLimit =
  ({ cache, localCache, log }: Needs<'cache' | 'localCache' | 'log'>, keys: Keys) =>
  async (flow: Flow, email: string, insiderId: string | null): Promise<boolean> => {
    const who = insiderId === null ? email : `${email} ${insiderId}`
    const key = `otp:tries:${flow}:${await keys.pseudonym('account', who)}`
    try {
      return (await cache.increment(key, windowMs)).count <= mostInAWindow
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('code_tries_count_locally')
      return (await localCache.increment(key, windowMs)).count <= mostInAWindow
    }
  }

export type MayTryCode = ReturnType<typeof createCodeRateLimit>
