import type { Counted } from '../../../ports/cache.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import { passing } from '../../kernel/personal-data.ts'
import type { Keys } from '../keys/keys.ts'
import { createUnknownCallers } from './unknown-callers.ts'

/** Where a caller stands against one limit. */
export interface Standing {
  readonly limit: Limit
  /** What the limit was, with the site's scale and the state of the cache taken into account. */
  readonly allowed: number
  readonly remaining: number
  readonly resetInSeconds: number
  readonly isExceeded: boolean
}

/**
 * Counts requests in fixed windows. While the shared cache is down each process counts for itself: generously for
 * reading, tightly where passwords can be guessed.
 */
export function createLimits(
  needs: Needs<'cache' | 'clock' | 'localCache' | 'log'>,
  { keys }: { readonly keys: Pick<Keys, 'pseudonym'> },
  { limits: { general } }: { readonly limits: { readonly general: Limit } },
) {
  const { cache, localCache, log } = needs
  const unknownCallers = createUnknownCallers(needs)

  const count = async (key: string, limit: Limit): Promise<Counted & { readonly isAlone: boolean }> => {
    const ttlMs = limit.windowSeconds * 1000
    try {
      return { ...(await cache.increment(key, ttlMs)), isAlone: false }
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('rate_limit_counts_locally', { limit: limit.name })
      return { ...(await localCache.increment(key, ttlMs)), isAlone: true }
    }
  }

  /**
   * Counts one request against every limit at once, and answers with the standing closest to its end. `scale`
   * multiplies what is allowed. Whoever is known by nothing (null) is counted by nothing: counted together, all of them would
   * be refused for what one of them does.
   */
  async function take(limits: readonly Limit[], who: string | null, scale: number): Promise<Standing> {
    const key = who === null ? null : await keys.pseudonym('rate limit', who)
    const standOf = async (limit: Limit): Promise<Standing> => {
      const counted =
        key === null
          ? { count: 0, expiresInMs: limit.windowSeconds * 1000, isAlone: false }
          : await count(`ratelimit:${limit.name}:${key}`, limit)
      const allowed = Math.max(
        1,
        Math.round((counted.isAlone ? limit.requestsWhenAlone : limit.requests) * scale),
      )
      return {
        limit,
        allowed,
        remaining: Math.max(0, allowed - counted.count),
        resetInSeconds: Math.ceil(counted.expiresInMs / 1000),
        isExceeded: counted.count > allowed,
      }
    }
    const [first, ...more] = limits.map(standOf)
    if (!first) throw new Error('a request counts against one limit at least')
    if (more.length === 0) return first
    const standings = await Promise.all([first, ...more])
    return standings.reduce((closest, standing) =>
      Number(standing.isExceeded) - Number(closest.isExceeded) > 0 ||
      (standing.isExceeded === closest.isExceeded && standing.remaining < closest.remaining)
        ? standing
        : closest,
    )
  }

  return {
    ...emptyFace,
    personalData: [
      passing(
        'cache:ratelimit',
        [],
        'Counts requests; addresses are keyed hashes.',
        'As long as the limit counts.',
      ),
    ],
    limits: [general],
    general,
    take,
    unknownCallers,
  }
}

export type Limits = ReturnType<typeof createLimits>
export type TakeFromLimits = Limits['take']

export const limitsDomain = { collections: [], create: createLimits }
