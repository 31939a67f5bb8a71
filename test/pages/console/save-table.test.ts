import { expect, test } from 'vitest'
import { tableText } from '../../../pages/console/state/save-table.ts'

test('a saved table has no formula, and keeps quotes, commas and lines in their cells', () => {
  expect(
    tableText(
      ['What', 'How many'],
      [
        ['=HYPERLINK("https://elsewhere.example")', -3],
        ['+1', 0],
        ['-1', 0],
        ['@SUM(A1)', 0],
        ['a "word", and\nmore', 2.5],
      ],
    ),
  ).toBe(
    [
      '"What","How many"',
      `"'=HYPERLINK(""https://elsewhere.example"")","-3"`,
      `"'+1","0"`,
      `"'-1","0"`,
      `"'@SUM(A1)","0"`,
      '"a ""word"", and\nmore","2.5"',
    ].join('\r\n'),
  )
})
