import { setTimeout } from 'node:timers/promises'
import { describe } from 'vitest'
import { cacheContract } from '../../../test/contracts/cache.contract.ts'
import { redisServerMissing, startRedisServer } from '../../../test/stand-ins/redis-server.ts'
import { createMemoryLog } from '../memory/log.ts'
import { systemClock } from '../system/clock.ts'
import { createRedisCache } from './cache.ts'

describe.skipIf(redisServerMissing)(`on Redis${redisServerMissing ? `: ${redisServerMissing}` : ''}`, () => {
  cacheContract('redis', async () => {
    const redis = await startRedisServer()
    const { cache, close } = createRedisCache({ url: redis.url, clock: systemClock, log: createMemoryLog() })
    return {
      cache,
      pass: setTimeout,
      async close() {
        close()
        await redis.stop()
      },
    }
  })
})
