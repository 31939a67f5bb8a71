import { expect, test } from 'vitest'
import type { Telemetry } from './telemetry.ts'
import {
  closedSet,
  type Facts,
  failureOf,
  failureOfStatus,
  httpMethod,
  httpStatus,
} from './telemetry-facts.ts'
import { ownTraceParent, readTraceParent, type TraceParent } from './traceparent.ts'

test('an id, an address or a text does not compile', () => {
  const typed: string = 'ann@example.com'
  const named = { id: 'x', name: typed }
  const facts: Facts[] = [
    // @ts-expect-error: a text is no route
    { 'http.route': typed },
    // @ts-expect-error: nor is a literal one
    { 'http.route': '/api/v1/users/0199-ann' },
    // @ts-expect-error: a text is no collection
    { 'db.collection.name': named.name },
    // @ts-expect-error: a text is no name of a job
    { 'app.job.name': `job ${typed}` },
    // @ts-expect-error: a text is no kind of failure
    { 'error.type': typed },
    // @ts-expect-error: a number may be an id as well
    { 'http.response.status_code': 619_555_0100 },
    // @ts-expect-error: there is no such fact
    { 'user.id': typed },
    // @ts-expect-error: nor this one, which the conventions have
    { 'url.query': typed },
    // @ts-expect-error: nor that
    { 'client.address': typed },
    // @ts-expect-error: a method that somebody sent may be any word
    { 'http.request.method': typed },
  ]
  expect(facts).toHaveLength(10)
  const names = (telemetry: Telemetry) => [
    // @ts-expect-error: a text is no name of a step
    () => telemetry.step(typed, {}, async () => {}),
    // @ts-expect-error: what answers at once is no step
    () => telemetry.step('hasher.needsRehash', {}, async () => {}),
    // @ts-expect-error: a header is no trace of ours
    () => telemetry.trace('request', {}, { from: typed }, async () => {}),
  ]
  expect(names).toBeTypeOf('function')
  // @ts-expect-error: nor is what was read from one
  const from: TraceParent = readTraceParent(typed)
  expect(from).toBeNull()
})

test('what was not declared is one word, whatever it is', () => {
  let asked = 0
  const route = closedSet(() => {
    asked++
    return ['/api/v1/users/:id']
  })
  expect(asked).toBe(0)
  const given = ['/api/v1/users/:id', '/api/v1/users/ann', '', '__proto__', 'constructor', undefined]
  expect(given.map(route)).toEqual(['/api/v1/users/:id', ...Array(5).fill('_OTHER')])
  expect(asked).toBe(1)
  expect(['GET', 'get', 'BREW', ''].map(httpMethod)).toEqual(['GET', '_OTHER', '_OTHER', '_OTHER'])
  expect([200, 99, 600, Number.NaN, 1.5, 6_195_550_100].map(httpStatus)).toEqual([
    200, 500, 500, 500, 500, 500,
  ])
  expect([200, 404, 500, 503, 599].map((code) => failureOfStatus(httpStatus(code)))).toEqual([
    null,
    null,
    '500',
    '503',
    '_OTHER',
  ])
  const named = (name: string) => Object.assign(new Error('text'), { name })
  expect(
    ['PortUnavailable', 'ann@example.com', 'DocumentExists', ''].map((name) => failureOf(named(name))),
  ).toEqual(['PortUnavailable', '_OTHER', null, '_OTHER'])
  expect([undefined, null, 'PortUnavailable', Object.create(null)].map(failureOf)).toEqual(
    Array(4).fill('_OTHER'),
  )
})

test('what was kept is gone on with as it was written, and nothing else', () => {
  const written = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  expect(ownTraceParent(written)).toBe(written)
  expect(ownTraceParent(`cc-${'a'.repeat(32)}-${'b'.repeat(16)}-ff-more`)).toBe(written)
  for (const bad of ['', null, undefined, `${written}-more`, written.toUpperCase(), `ff${written.slice(2)}`])
    expect(ownTraceParent(bad)).toBeNull()
})
