import { expect, test } from 'vitest'
import { isRecent, stillLasts } from './clock.ts'

test.each([
  ['at once', 1_000, true],
  ['just within', 1_099, true],
  ['at the end', 1_100, false],
  ['long after', 90_000_000, false],
  ['after the clock was put back a little', 950, true],
  ['after the clock was put back by more than the span', 900, false],
])('what happened at 1,000 is recent for 100 ms: %s', (_, now, expected) => {
  expect(isRecent(1_000, 100, now)).toBe(expected)
})

test('what never happened is not recent', () => {
  expect(isRecent(Number.NEGATIVE_INFINITY, 100, 0)).toBe(false)
})

test.each([
  ['at once', 1_000, true],
  ['just within', 1_099, true],
  ['at the end', 1_100, false],
  ['after the clock was put back', 999, false],
])('what began at 1,000 lasts for 100 ms: %s', (_, now, expected) => {
  expect(stillLasts(1_100, 100, now)).toBe(expected)
})
