import { expect, test } from 'vitest'
import { type ContentCoding, chooseCoding } from './content-coding.ts'

const offered: readonly ContentCoding[] = ['br', 'zstd', 'gzip']

test.each([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['zstd, gzip', 'zstd'],
  ['deflate', null],
  ['*', 'br'],
  ['br;q=0, *', 'zstd'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br; Q=0.5 , gzip ; q=0.8', 'gzip'],
  ['gzip;q=0', null],
  ['gzip;q=0.000', null],
  ['br;q=0, gzip;q=0', null],
  ['*;q=0', null],
  ['gzip;q=0.5, identity', null],
  ['gzip, identity', 'gzip'],
  ['identity;q=0', null],
  ['identity;q=0, gzip', 'gzip'],
  ['identity;q=0.5, *;q=0', null],
  ['gzip;q=loud', null],
  ['gzip;q=2', null],
  ['brotli, gzipped', null],
] as const)('Accept-Encoding: %s → %s', (accepted, coding) => {
  expect(chooseCoding(accepted, offered)).toBe(coding)
})

test('what is not offered is not chosen', () => {
  expect(chooseCoding('br, gzip;q=0.1', ['gzip'])).toBe('gzip')
  expect(chooseCoding('br', ['gzip'])).toBeNull()
  expect(chooseCoding('gzip', [])).toBeNull()
})
