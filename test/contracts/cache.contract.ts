import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cache } from '../../src/ports/cache.ts'

export interface OpenedCache {
  readonly cache: Cache
  /** Lets this much time pass for the cache. */
  readonly pass: (ms: number) => Promise<void>
  readonly close?: () => unknown
}

/** A real server may still hold what the last run left. */
const run = crypto.randomUUID()
let keys = 0

export function cacheContract(name: string, open: () => Promise<OpenedCache>) {
  describe(`cache: ${name}`, () => {
    let opened: OpenedCache
    let c: Cache
    beforeAll(async () => {
      opened = await open()
      c = opened.cache
    })
    afterAll(async () => {
      await opened.close?.()
    })
    const fresh = () => `contract:${run}:${++keys}`

    test('absence is null', async () => expect(await c.get(fresh())).toBeNull())

    test.each(['', '12', 'null', 'true', '{"a":1}', '"quoted"', 'é😀', ' spaced '])(
      'the value %j comes back as it was given',
      async (value) => {
        const key = fresh()
        await c.set(key, value, 10_000)
        expect(await c.get(key)).toBe(value)
      },
    )

    test('set replaces value and expiry; delete removes', async () => {
      const key = fresh()
      await c.set(key, 'a', 300)
      await c.set(key, 'b', 10_000)
      await opened.pass(400)
      expect(await c.get(key)).toBe('b')
      await c.delete(key)
      await c.delete(key)
      expect(await c.get(key)).toBeNull()
    })

    test('an entry is gone once its time has passed', async () => {
      const key = fresh()
      await c.set(key, 'a', 200)
      await opened.pass(250)
      expect(await c.get(key)).toBeNull()
    })

    test('50 concurrent increments count to 50', async () => {
      const key = fresh()
      const counted = await Promise.all(Array.from({ length: 50 }, () => c.increment(key, 10_000)))
      expect(counted.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      )
      for (const { expiresInMs } of counted) {
        expect(expiresInMs).toBeGreaterThan(0)
        expect(expiresInMs).toBeLessThanOrEqual(10_000)
      }
      expect(await c.get(key)).toBe('50')
    })

    test('the first increment starts the clock and later ones do not move it', async () => {
      const key = fresh()
      await c.increment(key, 400)
      await opened.pass(250)
      expect((await c.increment(key, 400)).count).toBe(2)
      await opened.pass(200)
      expect((await c.increment(key, 400)).count).toBe(1)
    })

    test('set and delete start a counter again', async () => {
      const key = fresh()
      await c.increment(key, 10_000)
      await c.set(key, '41', 10_000)
      expect((await c.increment(key, 10_000)).count).toBe(42)
      await c.delete(key)
      expect((await c.increment(key, 10_000)).count).toBe(1)
    })

    test('a swap gives the entry its new expiry', async () => {
      const key = fresh()
      await c.set(key, 'a', 200)
      expect(await c.compareAndSwap(key, 'a', 'b', 10_000)).toBe(true)
      await opened.pass(250)
      expect(await c.get(key)).toBe('b')
    })

    test('a refused swap moves neither value nor expiry', async () => {
      const key = fresh()
      await c.set(key, 'a', 200)
      expect(await c.compareAndSwap(key, 'x', 'b', 10_000)).toBe(false)
      expect(await c.get(key)).toBe('a')
      await opened.pass(250)
      expect(await c.get(key)).toBeNull()
    })

    test('compare-and-swap sets only over what was expected', async () => {
      const key = fresh()
      expect(await c.compareAndSwap(key, 'a', 'b', 10_000)).toBe(false)
      expect(await c.compareAndSwap(key, null, 'a', 10_000)).toBe(true)
      expect(await c.compareAndSwap(key, null, 'b', 10_000)).toBe(false)
      expect(await c.compareAndSwap(key, 'a', 'b', 200)).toBe(true)
      expect(await c.get(key)).toBe('b')
      await opened.pass(250)
      expect(await c.compareAndSwap(key, null, 'c', 10_000)).toBe(true)
    })

    test('of many concurrent swaps one wins', async () => {
      const key = fresh()
      const wins = await Promise.all(
        Array.from({ length: 20 }, (_, i) => c.compareAndSwap(key, null, `winner-${i}`, 10_000)),
      )
      expect(wins.filter(Boolean)).toHaveLength(1)
      expect(await c.get(key)).toBe(`winner-${wins.indexOf(true)}`)
    })
  })
}
