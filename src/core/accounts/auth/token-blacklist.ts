import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'

export type Listing = 'listed' | 'clear' | 'unknown'

/** Access tokens that were ended before their time, by their `jti`. */
export const createTokenBlacklist = ({ cache, clock, log }: Needs<'cache' | 'clock' | 'log'>) => ({
  async read(jti: string): Promise<Listing> {
    try {
      return (await cache.get(`blacklist:${jti}`)) === null ? 'clear' : 'listed'
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('blacklist_not_read')
      return 'unknown'
    }
  },

  /** From now on this one access token is refused by every process. Without the cache, its session is asked. */
  async add(jti: string, exp: number): Promise<void> {
    const leftMs = exp * 1000 - clock.now()
    if (leftMs <= 0) return
    try {
      await cache.set(`blacklist:${jti}`, '1', leftMs)
    } catch (error) {
      log.error('blacklist_not_written', error)
    }
  },
})

export type TokenBlacklist = ReturnType<typeof createTokenBlacklist>
