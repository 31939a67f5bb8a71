import { setTimeout } from 'node:timers/promises'
import { describe } from 'vitest'
import { cacheContract } from '../../../test/contracts/cache.contract.ts'
import { redisServerMissing, startRedisServer } from '../../../test/stand-ins/redis-server.ts'
import { startUpstashBridge } from '../../../test/stand-ins/upstash-bridge.ts'
import { systemClock } from '../system/clock.ts'
import { createUpstashCache } from './cache.ts'

describe.skipIf(redisServerMissing)(`on Redis${redisServerMissing ? `: ${redisServerMissing}` : ''}`, () => {
  cacheContract('upstash', async () => {
    const redis = await startRedisServer()
    const bridge = await startUpstashBridge({ redisUrl: redis.url })
    return {
      cache: createUpstashCache({ url: bridge.url, token: bridge.token, clock: systemClock }),
      pass: setTimeout,
      async close() {
        await bridge.stop()
        await redis.stop()
      },
    }
  })
})
