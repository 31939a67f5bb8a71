import { expect, test } from 'vitest'
import { disagreements, growthOf, growthsOf, tableOf } from './growth.ts'

const growths = new Map([
  ['flat', 1.2],
  ['steep', 40],
])

test('the growth is that of the kind of work that grew most', () => {
  expect(growthOf({ statements: 2, rows: 10 }, { statements: 2, rows: 40 })).toBe(4)
  expect(growthOf({ rows: 0 }, { rows: 3 })).toBe(3)
})

test.each<[string, Record<string, number>, RegExp[]]>([
  ['agrees', { steep: 40 }, []],
  ['is about right', { steep: 38 }, []],
  ['lacks something that grows', {}, [/steep grows by 40 and is not in the list/]],
  ['has something that got worse', { steep: 30 }, [/got worse: it grew by 30 and grows by 40/]],
  ['has something that got better', { steep: 80 }, [/got better: write 40 for 80/]],
  ['has something that grows no longer', { steep: 40, flat: 9 }, [/flat no longer grows/]],
  ['has something that there is not', { steep: 40, gone: 9 }, [/gone is in the list and was not measured/]],
])('a list that %s', (_, listed, expected) => {
  const found = disagreements(growths, listed)
  expect(found).toHaveLength(expected.length)
  for (const [i, pattern] of expected.entries()) expect(found[i]).toMatch(pattern)
})

test('the table has the most grown first', () => {
  const small = new Map([
    ['a', { rows: 1 }],
    ['b', { rows: 2 }],
  ])
  const large = new Map([
    ['a', { rows: 1 }],
    ['b', { rows: 20 }],
  ])
  expect(growthsOf(small, large).get('b')).toBe(10)
  expect(tableOf(small, large)).toBe('     rows  growth\nb  2 → 20      10\na   1 → 1       1')
})
