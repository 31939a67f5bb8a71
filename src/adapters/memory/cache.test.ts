import { expect, test } from 'vitest'
import { cacheContract } from '../../../test/contracts/cache.contract.ts'
import { createMemoryCache } from './cache.ts'
import { createManualClock } from './clock.ts'

cacheContract('memory', async () => {
  const clock = createManualClock()
  return { cache: createMemoryCache({ clock }), pass: async (ms) => clock.advance(ms) }
})

test('beyond its bound the least recently used entry goes', async () => {
  const cache = createMemoryCache({ clock: createManualClock(), maxEntries: 2 })
  for (const key of ['a', 'b', 'c']) await cache.set(key, key, 1_000)
  expect([await cache.get('a'), await cache.get('c')]).toEqual([null, 'c'])
})
