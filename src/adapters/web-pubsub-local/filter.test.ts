import { describe, expect, test } from 'vitest'
import { createConnection, plainProtocol } from './connection.ts'
import { InvalidFilter, parseFilter } from './filter.ts'

const connection = (userId: string | undefined, groups: readonly string[]) => ({
  ...createConnection({
    hub: 'h',
    protocol: plainProtocol,
    userId,
    groups: new Set(groups),
    roles: new Set(),
    allowance: { frames: 0, bytes: 0, atMs: 0 },
  }),
  id: '123',
})
const named = connection('user-ab-DE', ['group1', 'group2'])
const nameless = connection(undefined, [])

/* The examples of the service's reference of its filters, and what each comes to for somebody and for nobody. */
test.each([
  ["userId eq 'user-ab-DE'", true, false],
  ["USERID eq 'user-ab-de'", false, false],
  ["userId ne 'user1'", true, true],
  ['userId eq null', false, true],
  ['userId ne null', true, false],
  ['null eq null', true, true],
  ['length(userId) gt 3 and length(userId) le 10', true, false],
  ['length(userId) lt 3 or length(userId) ge 10', true, false],
  ['length(userId) gt -1', true, false],
  ["not endswith(userId, 'milk')", true, true],
  ["'group1' in groups", true, false],
  ["'group1' in (groups)", true, false],
  ["userId in ('user1', 'user-ab-DE')", true, false],
  ["userId in ('user1', null)", false, true],
  ['length(userId) in (9, 10, 11)', true, false],
  ["'group1' in groups or 'group3' in groups", true, false],
  ["userId eq 'user1' or (not (startswith(userId,'user2')))", true, true],
  ["tolower(userId) eq 'user-ab-de'", true, false],
  ["toupper(userId) eq 'USER-AB-DE'", true, false],
  ["trim(' user-ab-DE ') eq userId", true, false],
  ["substring(userId,5,2) eq 'ab'", true, false],
  ["substring(userId,8) eq 'DE'", true, false],
  ["concat(connectionId, '4') eq '1234'", true, true],
  ["contains(userId, '-ab-')", true, false],
  ["startswith(userId,'user')", true, false],
  ["indexof(userId,'-ab-') ge 0", true, false],
  ["indexof(connectionId,'x') eq -1", true, true],
  ['length(groups) gt 1', true, false],
  ["userId eq 'a''b'", false, false],
  ['true and not false', true, true],
  ["false or 'group2' in groups and connectionId eq '123'", true, false],
])('%s', (text, forNamed, forNameless) => {
  const filter = parseFilter(text)
  expect([filter(named), filter(nameless)]).toEqual([forNamed, forNameless])
})

describe('no filter', () => {
  test.each([
    '',
    'userId',
    "userId gt 'a'",
    'userId eq 5',
    'userId eq',
    "userId eq 'a' x",
    "userId eq 'a",
    '((',
    '()',
    "('a', 'b')",
    "'a' in users",
    'groups eq groups',
    'not length(userId) gt 5',
    "not userId eq 'a'",
    'userId in ()',
    'length(1)',
    'length()',
    "substring('a')",
    "tolower('a','b')",
    'constructor',
    "constructor('a')",
    "toString eq 'a'",
    "userId like 'a'",
    'userId = 1',
    'true or',
    `x${'y'.repeat(3_000)}`,
    `${'('.repeat(1_000)}true${')'.repeat(1_000)}`,
    `${'not '.repeat(400)}true`,
  ])('%s', (text) => {
    expect(() => parseFilter(text)).toThrow(InvalidFilter)
  })
})
