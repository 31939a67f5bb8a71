import { setTimeout } from 'node:timers/promises'
import { DefaultAzureCredential } from '@azure/identity'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { createRedisCache } from '../../src/adapters/redis/cache.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { createUpstashCache } from '../../src/adapters/upstash/cache.ts'
import { cacheContract } from '../contracts/cache.contract.ts'
import { onRealService } from './real-service.ts'

onRealService('Upstash Redis', ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'], (settings) =>
  cacheContract('upstash', async () => ({
    cache: createUpstashCache({
      url: settings.UPSTASH_REDIS_REST_URL,
      token: settings.UPSTASH_REDIS_REST_TOKEN,
      clock: systemClock,
    }),
    pass: setTimeout,
  })),
)

onRealService('Azure Managed Redis', ['REDIS_URL', 'REDIS_AUTH'], (settings) =>
  cacheContract('redis', async () => {
    const { cache, close } = createRedisCache({
      url: settings.REDIS_URL,
      ...(settings.REDIS_AUTH === 'entra' && { credential: new DefaultAzureCredential() }),
      clock: systemClock,
      log: createMemoryLog(),
    })
    return { cache, close, pass: setTimeout }
  }),
)
