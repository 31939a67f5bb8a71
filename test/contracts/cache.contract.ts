import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../src/ports/cache.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'

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

export interface BreakableCache {
  readonly cache: Cache
  /** `killed`: connections are refused. `frozen`: they stand, and nothing is answered. */
  readonly breakDown: (how: 'killed' | 'frozen') => Promise<void>
  readonly repair: () => Promise<void>
  readonly close: () => unknown
}

/** Of caches that are reached over a network. */
export const cacheOutageContract = (name: string, open: () => Promise<BreakableCache>) =>
  describe.each(['killed', 'frozen'] as const)(`cache outage: ${name}, %s`, (how) => {
    let opened: BreakableCache
    let c: Cache
    beforeAll(async () => {
      opened = await open()
      c = opened.cache
      await c.set('outage:kept', 'secret-marker', 60_000)
      await opened.breakDown(how)
    })
    afterAll(() => opened.close())

    test.each([
      ['get', () => c.get('outage:key-marker')],
      ['set', () => c.set('outage:key-marker', 'secret-marker', 1_000)],
      ['delete', () => c.delete('outage:key-marker')],
      ['increment', () => c.increment('outage:key-marker', 1_000)],
      ['compareAndSwap', () => c.compareAndSwap('outage:key-marker', null, 'secret-marker', 1_000)],
    ])('%s is unavailable, and the reason repeats neither key nor value', async (_, ask) => {
      const error = await ask().then(
        () => null,
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(PortUnavailable)
      expect(error).toMatchObject({ port: 'cache' })
      for (let reason = error; reason instanceof Error; reason = reason.cause)
        expect(`${reason.stack} ${JSON.stringify(reason)}`).not.toContain('marker')
    })

    test('a thousand at once are refused, and none of them is left waiting', async () => {
      const asked = await Promise.allSettled(Array.from({ length: 1_000 }, () => c.get('outage:kept')))
      expect(new Set(asked.map(({ status }) => status))).toEqual(new Set(['rejected']))
    })

    test('it answers again once it is repaired', async () => {
      await opened.repair()
      await vi.waitFor(() => c.set('outage:kept', 'again', 60_000), { timeout: 15_000, interval: 50 })
      expect(await c.get('outage:kept')).toBe('again')
      expect((await c.increment('outage:counter', 60_000)).count).toBeGreaterThan(0)
    })
  })
