import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { measure, type Range } from '../../../src/core/kernel/ranges.ts'
import { compact, expand, secondsIn, withPieces } from '../../../src/core/kernel/second-set.ts'
import { noTimeSpent, secondsOf, withTime } from '../../../src/core/learning/enrollments/time-spent.ts'

const day = 86_400
const begin = 1_790_000_000

/** As a stop watch would count it: second by second. */
function countSeconds(ranges: readonly Range[]): number {
  const seconds = new Set<number>()
  for (const [from, to] of ranges) for (let second = from; second < to; second++) seconds.add(second)
  return seconds.size
}

const sittings = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 3 * 3_600 }), fc.integer({ min: 1, max: 90 }))
    .map(([from, length]): Range => [begin + from, begin + from + length]),
  { minLength: 1, maxLength: 400 },
)

describe('time on the clock', () => {
  test('150 sittings of a minute, newest first, are 9,000 seconds', () => {
    const all = Array.from({ length: 150 }, (_, i): Range => [begin + i * 120, begin + i * 120 + 60])
    const sheet = all.toReversed().reduce((known, sitting) => withTime(known, [sitting]), noTimeSpent)
    expect(secondsOf(sheet)).toBe(9_000)
  })

  test('is what a stop watch says, in any order and any batches, however often', () => {
    fc.assert(
      fc.property(
        sittings,
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 40 }),
        (all, dice, size) => {
          const shuffled = [...all, ...all].map((sitting) => ({ sitting, at: dice.next().value ?? 0 }))
          const order = shuffled.sort((a, b) => a.at - b.at).map(({ sitting }) => sitting)
          let sheet = noTimeSpent
          for (let i = 0; i < order.length; i += size) sheet = withTime(sheet, order.slice(i, i + size))
          expect(secondsOf(sheet)).toBe(countSeconds(all))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('of a month, in an afternoon or second by second, loses nothing and stays small', () => {
    let sheet = noTimeSpent
    let total = 0
    for (let hour = 0; hour < 30 * 24; hour += 24)
      for (let second = 0; second < 3_600; second += 300) {
        const events = Array.from({ length: 100 }, (_, i): Range => {
          const from = begin + hour * 3_600 + second + i * 2
          return [from, from + 1]
        })
        total += 100
        sheet = withTime(sheet, events)
      }
    expect(secondsOf(sheet)).toBe(total)
    expect(JSON.stringify(sheet).length).toBeLessThan(60_000)
  })

  test('what can no more be reported is summed up, to the second, and the rest goes on', () => {
    fc.assert(
      fc.property(sittings, fc.integer({ min: 0, max: 3 * 3_600 }), (all, cut) => {
        const settledAt = begin + cut
        const before = withTime(noTimeSpent, all)
        const settled = withTime(before, [], settledAt)
        expect(secondsOf(settled)).toBe(secondsOf(before))
        for (const [from] of settled.sittings) expect(from).toBeGreaterThanOrEqual(settledAt)
        const late = all.map(([from, to]): Range => [from, to]).filter(([from]) => from >= settledAt)
        expect(secondsOf(withTime(settled, late, settledAt))).toBe(secondsOf(before))
      }),
      { numRuns: 60 },
    )
  })

  test('reads what was stored before hours were kept by the second', () => {
    const stored = {
      sittings: [[begin, begin + 60]] as Range[],
      settledUntil: begin - day,
      settledSeconds: 30,
    }
    expect(secondsOf(stored)).toBe(90)
    expect(secondsOf(withTime(stored, [[begin + 30, begin + 120]]))).toBe(150)
  })
})

describe('a set of seconds', () => {
  test('150 pieces of five seconds are 750 seconds', () => {
    const pieces = Array.from({ length: 150 }, (_, i): Range => [i * 10, i * 10 + 5])
    const set = pieces.reduce((known, piece) => withPieces(known, [piece]), compact([]))
    expect(secondsIn(set)).toBe(750)
  })

  test('packed and unpacked it is the same', () => {
    fc.assert(
      fc.property(sittings, (all) => {
        const pieces = expand(withPieces({ ranges: [] }, all))
        expect(expand(compact(pieces))).toEqual(pieces)
        expect(measure(pieces)).toBe(countSeconds(all))
      }),
      { numRuns: 60 },
    )
  })

  test('few pieces keep their fractions', () => {
    const set = withPieces({ ranges: [] }, [
      [0.25, 1.5],
      [1.25, 2],
    ])
    expect(set).toEqual({ ranges: [[0.25, 2]] })
  })
})
