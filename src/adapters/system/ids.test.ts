import { expect, test, vi } from 'vitest'
import { systemIds } from './ids.ts'

test('ids are version 7, different, and in the order they were made, also when the clock stands or goes back', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_000 })
  try {
    const made = Array.from({ length: 2_000 }, (_, n) => {
      if (n === 1_000) vi.setSystemTime(Date.now() - 500)
      return systemIds.next()
    })
    expect(made.toSorted()).toEqual(made)
    expect(new Set(made).size).toBe(2_000)
    for (const id of made)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  } finally {
    vi.useRealTimers()
  }
})
