import type { Counted } from '../../../ports/cache.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Flow } from './one-time-tokens.ts'

const minuteMs = 60_000
const mostInAWindow = 5
const windowMs = 60 * minuteMs
/** A link in a mail to reset a password is good for longer than this, and for whoever reads the mailbox. */
const dripMs = 10 * minuteMs
/** Together, of all the accounts that ask for an address of their choice. */
const mostByAll = 20

/**
 * Whether one more mail of this kind may go to this address: nobody's mailbox is filled by asking for it here. Each
 * kind is counted alone, so that what strangers may ask for uses up nothing of what only its owner can.
 *
 * Nor does a stranger who asks keep a mail from its owner. Past the fifth reset in an hour one still goes out every ten
 * minutes: whoever is refused finds a link in the mailbox that is good. `askedBy`, an account, is counted for itself.
 */
export const createMailRateLimit = (
  { cache, localCache, log }: Needs<'cache' | 'localCache' | 'log'>,
  keys: Keys,
) => {
  async function count(key: string, ttlMs: number): Promise<Counted['count']> {
    try {
      return (await cache.increment(key, ttlMs)).count
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('mail_allowance_counts_locally')
      return (await localCache.increment(key, ttlMs)).count
    }
  }

  return async (kind: Flow | 'account-exists', email: string, askedBy?: string): Promise<boolean> => {
    const all = `otp:mails:${kind}:${await keys.pseudonym('account', email)}`
    if (askedBy !== undefined) {
      const own = `otp:mails:${kind}:by:${await keys.pseudonym('account', `${email} ${askedBy}`)}`
      const [byAsker, byAll] = await Promise.all([count(own, windowMs), count(all, windowMs)])
      return byAsker <= mostInAWindow && byAll <= mostByAll
    }
    if ((await count(all, windowMs)) <= mostInAWindow) return true
    return kind === 'reset-password' && (await count(`${all}:drip`, dripMs)) === 1
  }
}

export type MayMail = ReturnType<typeof createMailRateLimit>
