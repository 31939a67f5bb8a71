import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { cacheContract, cacheOutageContract } from '../../../test/contracts/cache.contract.ts'
import {
  redisServerMissing,
  startBreakableRedisServer,
  startRedisServer,
} from '../../../test/stand-ins/redis-server.ts'
import { startUpstashBridge } from '../../../test/stand-ins/upstash-bridge.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { systemClock } from '../system/clock.ts'
import { createUpstashCache } from './cache.ts'

async function open() {
  const redis = await startRedisServer()
  const bridge = await startUpstashBridge({ redisUrl: redis.url })
  const close = async () => {
    await bridge.stop()
    await redis.stop()
  }
  const cache = createUpstashCache({ url: bridge.url, token: bridge.token, clock: systemClock })
  return { cache, bridge, close }
}

describe.skipIf(redisServerMissing)(`on Redis${redisServerMissing ? `: ${redisServerMissing}` : ''}`, () => {
  cacheContract('upstash', async () => ({ ...(await open()), pass: setTimeout }))

  cacheOutageContract('upstash', async () => {
    const redis = await startBreakableRedisServer()
    const bridge = await startUpstashBridge({ redisUrl: redis.url })
    return {
      ...redis,
      cache: createUpstashCache({ url: bridge.url, token: bridge.token, clock: systemClock }),
      async close() {
        await bridge.stop()
        await redis.stop()
      },
    }
  })

  test('what is asked together travels in one request for what reads and one for what writes', async () => {
    const { cache, bridge, close } = await open()
    const before = bridge.requests()
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => cache.get(`together:${i}`)),
      ...Array.from({ length: 20 }, () => cache.increment('together:count', 1_000)),
    ])
    expect(bridge.requests() - before).toBe(2)
    await close()
  })

  test('one command that Redis refuses does not touch those beside it', async () => {
    const { cache, close } = await open()
    await cache.set('word', 'not a number', 1_000)
    const [refused, kept] = await Promise.allSettled([
      cache.increment('word', 1_000),
      cache.compareAndSwap('word', 'not a number', 'a word', 1_000),
    ])
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(PortUnavailable) })
    expect(kept).toEqual({ status: 'fulfilled', value: true })
    await close()
  })

  test('a token that is not accepted is unavailable', async () => {
    const { bridge, close } = await open()
    const cache = createUpstashCache({ url: bridge.url, token: 'another', clock: systemClock })
    await expect(cache.get('key')).rejects.toBeInstanceOf(PortUnavailable)
    await close()
  })

  test('nobody there is unavailable', async () => {
    const { cache, close } = await open()
    await close()
    await expect(cache.get('key')).rejects.toBeInstanceOf(PortUnavailable)
  })
})
