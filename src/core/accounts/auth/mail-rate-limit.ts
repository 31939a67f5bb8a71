import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Flow } from './one-time-tokens.ts'

const mostInAWindow = 5
const windowMs = 60 * 60_000

/**
 * Whether one more mail of this kind may go to this address: nobody's mailbox is filled by asking for it here. Each
 * kind is counted alone, so that what strangers may ask for uses up nothing of what only its owner can.
 */
export const createMailRateLimit =
  ({ cache, localCache, log }: Needs<'cache' | 'localCache' | 'log'>, keys: Keys) =>
  async (kind: Flow | 'account-exists', email: string): Promise<boolean> => {
    const key = `otp:mails:${kind}:${await keys.pseudonym('account', email)}`
    try {
      return (await cache.increment(key, windowMs)).count <= mostInAWindow
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('mail_allowance_counts_locally')
      return (await localCache.increment(key, windowMs)).count <= mostInAWindow
    }
  }

export type MayMail = ReturnType<typeof createMailRateLimit>
