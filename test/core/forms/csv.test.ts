import { expect, test } from 'vitest'
import { inert } from '../../../src/core/kernel/csv.ts'

const signs = [...'=+-@|%＝＋－＠％｜﹦﹢﹣﹫﹪−⁺⁻⁼₊₋₌']
const before = ['', ' ', '\u00a0', '\u200b', '"', "'", '“', ' \t', '\ufeff', '\u202d']
const dividers = [
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r\n',
  '\r',
  '\v',
  '\f',
  '\u0085',
  '\u2028',
  '\u2029',
  '，',
  '；',
]

/** What somebody's spreadsheet makes of a text: cells, divided at this. */
const formulasIn = (text: string, divider: string): string[] =>
  text
    .split(/[\r\n\v\f\u0085\u2028\u2029]/)
    .flatMap((line) => line.split(divider))
    .filter((part) =>
      new RegExp(
        `^[\\s\\p{Cf}"“]*[${signs.map((each) => `\\u{${each.codePointAt(0)?.toString(16)}}`).join('')}]`,
        'u',
      ).test(part),
    )

test('no part of a cell is a formula, at the start of a line or behind any divider', () => {
  for (const sign of signs)
    for (const skipped of before)
      for (const divider of ['', ...dividers])
        for (const first of ['', 'a', 'two words ']) {
          const text = `${first}${divider}${skipped}${sign}1+1${divider}b`
          if (first !== '' && divider === '') continue
          for (const cut of [';', ',', '\t', '|'])
            expect(formulasIn(inert(text), cut), JSON.stringify([text, inert(text), cut])).toEqual([])
        }
})

test('what is none stays as it is', () => {
  for (const text of [
    'When does it begin?',
    'a-b, c+d; e=f',
    'call (619) 555-0100, please',
    'well-known; self-made',
    'ann@example.com',
    '50% of it',
    'Line one\nline two',
    '2026-11-24T10:00:00.000Z',
    'José Ñandú',
  ])
    expect(inert(text)).toBe(text)
  expect(inert('=1+1')).toBe("'=1+1")
  expect(inert('  =1')).toBe("'  '=1")
  expect(inert('a;=1+1;b')).toBe("a;'=1+1;b")
  expect(inert('one\n-two')).toBe("one\n'-two")
})
