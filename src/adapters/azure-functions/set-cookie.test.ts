import { expect, test } from 'vitest'
import { parseSetCookie } from './set-cookie.ts'

const nowMs = Date.parse('2026-01-01T00:00:00.000Z')
const parse = (line: string) => parseSetCookie(line, nowMs)

test('every attribute that Functions knows', () => {
  expect(
    parse('sid=abc-_9; Max-Age=900; Domain=example.org; Path=/; HttpOnly; Secure; SameSite=Strict'),
  ).toEqual({
    name: 'sid',
    value: 'abc-_9',
    maxAge: 900,
    domain: 'example.org',
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'Strict',
  })
})

test('names keep their case, values their equals signs, attributes any case', () => {
  expect(parse('accessToken=a=b==; PATH=/; samesite=lax')).toEqual({
    name: 'accessToken',
    value: 'a=b==',
    path: '/',
    sameSite: 'Lax',
  })
})

test('a value is decoded once, for the host to encode; one that cannot be stays', () => {
  expect(parse('a=x%20y').value).toBe('x y')
  expect(parse('a=50%').value).toBe('50%')
})

test('a deletion by date becomes one by age, which gRPC does not lose', () => {
  expect(parse('a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT')).toMatchObject({ value: '', maxAge: 0 })
  expect(parse('a=b; Expires=Fri, 01 Jan 2027 00:00:00 GMT').maxAge).toBeUndefined()
})

test('what the host would fall over is left out', () => {
  expect(parse('a=b; Expires=whenever; Max-Age=soon; SameSite=sometimes')).toEqual({ name: 'a', value: 'b' })
})
