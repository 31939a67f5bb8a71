import { expect, test } from 'vitest'
import { PersonName } from '../../src/core/accounts/users/users.model.ts'
import { Emoji } from '../../src/core/messaging/chat/messages.model.ts'
import { createTestApp } from '../app.ts'

/*
 * A pattern of the description is JSON Schema's: no flags but `u`, and what it is shown with has to fit it.
 */

interface Shown {
  readonly at: string
  readonly pattern: string
  readonly examples: readonly string[]
}

const description = JSON.parse(JSON.stringify((await createTestApp()).describe()))

function patternsIn(value: any, at = ''): readonly Shown[] {
  if (typeof value !== 'object' || value === null) return []
  const { pattern, example, examples = [] } = value
  const own =
    typeof pattern === 'string'
      ? [{ at, pattern, examples: example === undefined ? examples : [example, ...examples] }]
      : []
  return [...own, ...Object.entries(value).flatMap(([key, child]) => patternsIn(child, `${at}/${key}`))]
}

const patterns = patternsIn(description)

test('there are patterns, those of names and codes among them', () => {
  expect(patterns.length).toBeGreaterThan(40)
  expect(new Set(patterns.map(({ pattern }) => pattern)).size).toBeGreaterThan(15)
})

test.each(patterns)('$at compiles, and its example fits', ({ pattern, examples }) => {
  const compiled = new RegExp(pattern, 'u')
  for (const example of examples) expect(example).toMatch(compiled)
})

test('none needs more than every language knows', () => {
  const needing = patterns.filter(({ pattern }) => /\\p\{|\(\?<|\\u\{/i.test(pattern))
  expect(needing.map(({ at }) => at)).toEqual([])
  // The same without Unicode, for what is shown.
  for (const { pattern, examples } of patterns)
    for (const example of examples) expect(example).toMatch(new RegExp(pattern))
})

const publishedName = new RegExp(
  patterns.find(({ at }) => at.endsWith('/SignUp/properties/name'))?.pattern ?? '',
  'u',
)

test.each(['Ann', 'Åsa', '李', '𠮷', 'محمد', 'Nguyễn', 'O’Neil', '7', 'अनिता', 'Ann ❤️', '김'])(
  'the name %s fits',
  (name) => {
    expect(PersonName.safeParse(name).success).toBe(true)
    expect(name).toMatch(publishedName)
  },
)

test.each(['', ' ', '...', 'a\nb', 'a\u202eb', '\u200b', 'z\u0300\u0301\u0302\u0303'])(
  'the name %j does not',
  (name) => {
    expect(PersonName.safeParse(name).success).toBe(false)
    expect(name).not.toMatch(publishedName)
  },
)

test('the pattern of an emoji takes all that the server takes', () => {
  const { pattern } = patterns.find(({ at }) => at.includes('{emoji}')) as Shown
  const published = new RegExp(pattern, 'u')
  const shapes = [
    '',
    '\uFE0F',
    '\u{1F3FD}',
    '\uFE0F\u20E3',
    '\u200D\u2642\uFE0F',
    '\u{1F3FD}\u200D\u2640\uFE0F',
  ]
  const families = ['👩‍👩‍👧‍👦', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇺🇸', '🏳️‍🌈', '🧑🏽‍🤝‍🧑🏿', '❤️‍🔥', '🐈‍⬛', '👨🏻‍❤️‍💋‍👨🏿', '🏴‍☠️']
  const candidates = [...families]
  for (let point = 0x23; point < 0x1ffff; point++)
    for (const shape of shapes) candidates.push(`${String.fromCodePoint(point)}${shape}`)
  const taken = candidates.filter((text) => Emoji.safeParse(text).success)
  expect(taken).toEqual(expect.arrayContaining(families))
  expect(taken.length).toBeGreaterThan(1_500)
  expect(taken.filter((text) => !published.test(text))).toEqual([])
  for (const none of ['1', 'a', '#', 'é', '👍 ', 'x👍', '']) expect(none).not.toMatch(published)
})
