import { LRUCache } from 'lru-cache'
import type { Cache } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'

interface Entry {
  value: string
  count: number
  readonly ttlMs: number
  expiresAt: number
}

/** One process's cache, bounded: beyond `maxEntries` the least recently used go first. */
export function createMemoryCache({
  clock,
  maxEntries = 100_000,
}: {
  readonly clock: Clock
  readonly maxEntries?: number
}): Cache {
  const entries = new LRUCache<string, Entry>({ max: maxEntries })

  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    const now = clock.now()
    if (!entry || entry.expiresAt <= now) return undefined
    // The clock was put back: it has no longer to live than at the beginning.
    entry.expiresAt = Math.min(entry.expiresAt, now + entry.ttlMs)
    return entry
  }
  const textOf = (entry: Entry | undefined): string | null =>
    entry ? (entry.count > 0 ? String(entry.count) : entry.value) : null
  const put = (key: string, value: string, ttlMs: number) =>
    entries.set(key, { value, count: 0, ttlMs, expiresAt: clock.now() + ttlMs })

  return {
    async get(key) {
      return textOf(find(key))
    },
    async set(key, value, ttlMs) {
      put(key, value, ttlMs)
    },
    async delete(key) {
      entries.delete(key)
    },
    async increment(key, ttlMs) {
      const now = clock.now()
      const entry = find(key)
      if (entry) {
        entry.count = (entry.count || Number(entry.value)) + 1
        return { count: entry.count, expiresInMs: entry.expiresAt - now }
      }
      entries.set(key, { value: '', count: 1, ttlMs, expiresAt: now + ttlMs })
      return { count: 1, expiresInMs: ttlMs }
    },
    async compareAndSwap(key, expected, next, ttlMs) {
      if (textOf(find(key)) !== expected) return false
      put(key, next, ttlMs)
      return true
    },
  }
}
