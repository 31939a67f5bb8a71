import { createMemoryCache } from '../../src/adapters/memory/cache.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Cache } from '../../src/ports/cache.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Native } from './native.ts'

export async function openCache(
  { cache }: Config,
  { upstashToken, redisUrl }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<{ readonly cache: Cache; readonly close: () => void }> {
  const close = () => {}
  switch (cache.kind) {
    case 'memory':
      return { cache: createMemoryCache({ clock }), close }
    case 'upstash': {
      const { createUpstashCache } = await import('../../src/adapters/upstash/cache.ts')
      return { cache: createUpstashCache({ url: cache.url, token: upstashToken, clock }), close }
    }
    case 'redis':
      return native.openRedis({ url: redisUrl, auth: cache.auth, clock })
  }
}
