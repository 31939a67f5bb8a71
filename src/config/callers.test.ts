import { describe, expect, test } from 'vitest'
import { configOf, problemsOf, production, type Variables } from '../../test/config/reading.ts'
import type { Runtime } from './area.ts'
import { readConfig } from './config.ts'

const id = '11111111-2222-3333-4444-555555555555'
const next = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'

const sourceOf = (environment: Variables, runtime: Runtime = 'node') =>
  configOf(environment, runtime).app.clientAddress

test('unset, the connection counts, and what App Service writes where there is none', () => {
  expect(sourceOf({})).toEqual({ from: 'socket' })
  expect(sourceOf({}, 'workerd')).toEqual({ from: 'socket' })
  expect(sourceOf({}, 'functions')).toEqual({ from: 'hops', hops: 1 })
  expect(sourceOf({ TRUSTED_PROXY_HOPS: '2' })).toEqual({ from: 'hops', hops: 2 })
  expect(sourceOf({ TRUSTED_PROXY_HOPS: '2' }, 'functions')).toEqual({ from: 'hops', hops: 2 })
  expect(sourceOf({ CLIENT_ADDRESS: 'hops' }, 'functions')).toEqual({ from: 'hops', hops: 1 })
  for (const runtime of ['node', 'functions', 'workerd'] as const)
    expect(sourceOf({ CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: id }, runtime).from).toBe('front-door')
})

/** What does not work together, and what the message asks for. */
const contradictions: readonly (readonly [Variables, Variables, Runtime])[] = [
  [{ CLIENT_ADDRESS: 'hops' }, { TRUSTED_PROXY_HOPS: '1' }, 'node'],
  [{ CLIENT_ADDRESS: 'hops', TRUSTED_PROXY_HOPS: '0' }, { TRUSTED_PROXY_HOPS: '2' }, 'functions'],
  [{ CLIENT_ADDRESS: 'socket', TRUSTED_PROXY_HOPS: '1' }, { TRUSTED_PROXY_HOPS: '' }, 'node'],
  [{ CLIENT_ADDRESS: 'socket', TRUSTED_PROXY_HOPS: '1' }, { CLIENT_ADDRESS: 'hops' }, 'workerd'],
  [{ CLIENT_ADDRESS: 'socket' }, { CLIENT_ADDRESS: 'hops' }, 'functions'],
  [{ TRUSTED_PROXY_HOPS: '0' }, { TRUSTED_PROXY_HOPS: '1' }, 'functions'],
  [{ CLIENT_ADDRESS: 'socket' }, { CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: id }, 'functions'],
  [{ CLIENT_ADDRESS: 'front-door' }, { FRONT_DOOR_ID: id }, 'node'],
  [{ CLIENT_ADDRESS: 'front-door' }, { FRONT_DOOR_ID: `${id},${next}` }, 'functions'],
  [{ ORIGIN_LOCK: 'front-door' }, { FRONT_DOOR_ID: id }, 'node'],
  [{ FRONT_DOOR_ID: id }, { ORIGIN_LOCK: 'front-door' }, 'node'],
  [{ FRONT_DOOR_ID: id }, { CLIENT_ADDRESS: 'front-door' }, 'node'],
]

test.each(contradictions)('%j stops the start, and %j is enough (%s)', (environment, asked, runtime) => {
  const problems = problemsOf(environment, runtime)
  expect(problems).toHaveLength(1)
  for (const name of Object.keys(asked)) expect(problems[0]).toContain(name)
  expect(problems[0]).not.toContain(id)
  expect(problemsOf({ ...environment, ...asked }, runtime)).toEqual([])
})

test.each(['', id.slice(1), `${id},${next},${id}`, `${id} ${next}`, 'marker', ','])(
  'an id of a Front Door is not %j',
  (text) => {
    const problems = problemsOf({ CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: text })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/FRONT_DOOR_ID/)
    if (text) expect(problems[0]).not.toContain(text.length > 1 ? text : 'never')
  },
)

describe('what can be, and somebody should know', () => {
  const frontDoor = { CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: id }
  test.each<[Variables, Runtime, RegExp[]]>([
    [{ TRUSTED_PROXY_HOPS: '2' }, 'functions', [/leaves one entry/]],
    [{ TRUSTED_PROXY_HOPS: '2', FUNCTIONS_STREAMING: 'off' }, 'functions', []],
    [{ TRUSTED_PROXY_HOPS: '2' }, 'node', []],
    [{}, 'functions', []],
    [frontDoor, 'functions', []],
    [{ ...frontDoor, TRUSTED_PROXY_HOPS: '2' }, 'functions', [/not looked at/]],
    [{ ...production, ...frontDoor }, 'node', [/ORIGIN_LOCK: is off/]],
    [{ ...production, ...frontDoor, ORIGIN_LOCK: 'front-door' }, 'node', []],
  ])('%j on %s', (environment, runtime, expected) => {
    const { warnings } = readConfig(environment, { runtime })
    expect(warnings).toEqual(expected.map((text) => expect.stringMatching(text)))
  })
})

test('the id of a Front Door is not printed with the settings', () => {
  const { config } = readConfig({
    CLIENT_ADDRESS: 'front-door',
    ORIGIN_LOCK: 'front-door',
    FRONT_DOOR_ID: id,
  })
  expect(JSON.stringify(config)).not.toContain(id)
  expect(config.app.originLock?.isOurFrontDoor(id)).toBe(true)
})

test('what proxies open is not counted by address', () => {
  const most = (environment: Variables, runtime: Runtime = 'node') =>
    configOf(environment, runtime).connectionsPerAddress
  expect(most({})).toBe(500)
  expect(most({ TRUSTED_PROXY_HOPS: '1' })).toBe(Number.POSITIVE_INFINITY)
  expect(most({ CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: id })).toBe(Number.POSITIVE_INFINITY)
  expect(most({}, 'functions')).toBe(Number.POSITIVE_INFINITY)
})
