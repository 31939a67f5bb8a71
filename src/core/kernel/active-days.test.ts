import { expect, test } from 'vitest'
import { dayNumber } from './active-days.ts'

test('a day begins at midnight on the wall of its zone, whatever was asked before', () => {
  const midnightInLagos = Date.UTC(2026, 10, 26, 23)
  for (let repeat = 0; repeat < 2; repeat++) {
    const days = [-1, 0, 59_999].map((ms) => dayNumber(midnightInLagos + ms, 'Africa/Lagos'))
    expect(days.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10))).toEqual([
      '2026-11-26',
      '2026-11-27',
      '2026-11-27',
    ])
    expect(dayNumber(midnightInLagos, 'UTC')).toBe(days[0])
    expect(dayNumber(midnightInLagos, 'Asia/Kathmandu')).toBe(days[1])
  }
})
