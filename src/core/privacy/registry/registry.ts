import { emptyFace } from '../../kernel/domain.ts'
import type { PersonalData } from '../../kernel/personal-data.ts'

/** What every domain says about its stores. The order of the entries is the order in which a person is erased. */
export function createRegistry() {
  let entries: readonly PersonalData[] = []
  return {
    ...emptyFace,
    /** Once, before the first request. Throws for a store that is registered twice. */
    register(all: readonly PersonalData[]): void {
      const stores = new Set(all.map(({ store }) => store))
      if (stores.size < all.length) throw new Error('a store is registered twice')
      entries = all
    },
    entries: (): readonly PersonalData[] => entries,
  }
}

export type Registry = ReturnType<typeof createRegistry>

export const registryDomain = { collections: [], create: createRegistry }
