import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Keys } from '../keys/keys.ts'
import { keptMs } from './idempotency.model.ts'

/**
 * What somebody has deleted in the last 24 hours, so that whoever deletes it again, because the answer was lost, is told that
 * it is gone. It is asked where nothing is left that could say so. While the cache is down nothing is remembered.
 */
export function createDeletions(
  { cache, log }: Needs<'cache' | 'log'>,
  { keys }: { readonly keys: Pick<Keys, 'pseudonym'> },
) {
  const nameOf = async (scope: string, what: string) =>
    `idem:${await keys.pseudonym('idempotency key', JSON.stringify(['deleted', scope, what]))}`

  async function orNothing<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('deletion_not_remembered')
      return null
    }
  }

  return {
    /** `scope`: who, or what stands for them. `what`: the address. */
    async remember(scope: string, what: string): Promise<void> {
      await orNothing(cache.set(await nameOf(scope, what), 'deleted', keptMs))
    },
    isRemembered: async (scope: string, what: string): Promise<boolean> =>
      (await orNothing(cache.get(await nameOf(scope, what)))) !== null,
  }
}

export type Deletions = ReturnType<typeof createDeletions>
