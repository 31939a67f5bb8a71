import { expect, test } from 'vitest'
import { isLoopback, isOtherSite } from './sites.ts'

test.each([
  ['localhost', true],
  ['api.localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['[::1]', true],
  ['192.0.2.2', false],
  ['localhost.example.org', false],
  ['notlocalhost', false],
  ['127.0.0.1.example.org', false],
  ['0.0.0.0', false],
])('%s is of this machine alone: %s', (hostname, expected) => expect(isLoopback(hostname)).toBe(expected))

test.each([
  ['https://api.example.org', 'https://portal.example.org', false],
  ['https://api.example.org', 'https://api.example.org:8443', false],
  ['https://example.org', 'https://a.b.example.org', false],
  ['https://api.example.org', 'https://example.com', true],
  ['https://api.example.org', 'http://portal.example.org', true],
  ['http://localhost:7071', 'http://localhost:3000', false],
  ['http://localhost:7071', 'http://127.0.0.1:3000', true],
  ['http://192.0.2.1', 'http://192.0.2.2', true],
  ['http://[::1]:1', 'http://[::1]:2', false],
])('%s and %s are certainly of two sites: %s', (one, other, expected) => {
  expect(isOtherSite(one, other)).toBe(expected)
  expect(isOtherSite(other, one)).toBe(expected)
})
