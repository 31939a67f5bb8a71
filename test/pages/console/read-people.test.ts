import { expect, test } from 'vitest'
import { readPeople } from '../../../pages/console/screens/people/read-people.ts'

test.each([
  ['ann@example.org', 'ann@example.org', ''],
  [' ann@example.org, Ann Example ', 'ann@example.org', 'Ann Example'],
  ['ann@example.org;Ann Example', 'ann@example.org', 'Ann Example'],
  ['ann@example.org\tAnn Example', 'ann@example.org', 'Ann Example'],
  ['"Ann Example","ann@example.org"', 'ann@example.org', 'Ann Example'],
  ['Ann Example <ann@example.org>,', 'ann@example.org', 'Ann Example'],
  ['"Example, Ann" <ann@example.org>', 'ann@example.org', 'Example, Ann'],
  ['<ann@example.org>', 'ann@example.org', ''],
  // The server says that it is none.
  ['not an address', 'not an address', ''],
  [',,,', '', ''],
])('%j is read', (line, email, name) => {
  expect(readPeople(line)).toEqual([{ at: 0, line: line.trim(), email, name }])
})

test('empty lines are nobody, and every other line keeps its place', () => {
  const rows = readPeople('\r\nann@example.org\r\n\r\n  \r\nben@example.org\n')
  expect(rows.map(({ at, email }) => [at, email])).toEqual([
    [1, 'ann@example.org'],
    [4, 'ben@example.org'],
  ])
})
