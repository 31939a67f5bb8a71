import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createReadClientAddress } from '../../src/http/client-address.ts'
import { browserOf, createTestApp, origin, person, signedInBrowser } from '../app.ts'

const ours = '11111111-2222-3333-4444-555555555555'
const next = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
const theirs = '99999999-2222-3333-4444-555555555555'

type Headers = Readonly<Record<string, string>>

/** The settings, what comes along, and who it is. */
const read = (environment: Headers, headers: Headers, remoteAddress: string | undefined = '10.0.0.1') =>
  createTestApp({ environment }).then(({ config }) =>
    createReadClientAddress(config.clientAddress, [])({ remoteAddress, header: (name) => headers[name] }),
  )

describe('a client address', () => {
  const hops = (count: number) => ({ TRUSTED_PROXY_HOPS: String(count) })
  test.each<[Headers, Headers, string | null]>([
    [{}, { 'x-forwarded-for': '203.0.113.1' }, '10.0.0.1'],
    [{ CLIENT_ADDRESS: 'socket' }, {}, '10.0.0.1'],
    [hops(1), { 'x-forwarded-for': '1.1.1.1, 203.0.113.1' }, '203.0.113.1'],
    [{ ...hops(1), CLIENT_ADDRESS: 'hops' }, { 'x-forwarded-for': '203.0.113.1:4711' }, '203.0.113.1'],
    [hops(2), { 'x-forwarded-for': '1.1.1.1, 203.0.113.1, 10.0.0.2' }, '203.0.113.1'],
    [hops(2), { 'x-forwarded-for': '203.0.113.9' }, null],
    [hops(3), { 'x-forwarded-for': '203.0.113.9, 10.0.0.2' }, null],
    [hops(1), {}, null],
    [hops(1), { 'x-forwarded-for': '' }, null],
    [hops(1), { 'x-forwarded-for': 'unknown' }, null],
    [hops(1), { 'x-forwarded-for': '203.0.113.9, _hidden' }, null],
    [hops(1), { 'x-azure-socketip': '203.0.113.9', 'x-azure-fdid': ours }, null],
  ])('%j with %j is %s', async (environment, headers, expected) => {
    expect((await read(environment, headers)).address).toBe(expected)
  })

  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ])('of the connection %s is %s', async (peer, expected) => {
    expect((await read({}, {}, peer)).address).toBe(expected)
  })

  const frontDoor = { CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: `${ours},${next.toUpperCase()}` }
  const from = { 'x-azure-socketip': '203.0.113.7', 'x-forwarded-for': '198.51.100.1, 203.0.113.7, 10.9.9.9' }
  test.each<[string, Headers, string | null]>([
    ['our id', { ...from, 'x-azure-fdid': ours }, '203.0.113.7'],
    ['the one that replaces it', { ...from, 'x-azure-fdid': next }, '203.0.113.7'],
    ['our id in capitals', { ...from, 'x-azure-fdid': ours.toUpperCase() }, '203.0.113.7'],
    ['IPv6', { 'x-azure-socketip': '2001:db8:1:2:3::4', 'x-azure-fdid': ours }, '2001:db8:1:2::/64'],
    ['what a caller claims', { ...from, 'x-azure-clientip': '1.1.1.1', 'x-azure-fdid': ours }, '203.0.113.7'],
    ['the id of another', { ...from, 'x-azure-fdid': theirs }, null],
    ['both ids in one', { ...from, 'x-azure-fdid': `${ours},${next}` }, null],
    ['the beginning of our id', { ...from, 'x-azure-fdid': ours.slice(0, 35) }, null],
    ['more than our id', { ...from, 'x-azure-fdid': `${ours}0` }, null],
    ['no id', from, null],
    ['an empty id', { ...from, 'x-azure-fdid': '' }, null],
    ['no address', { 'x-azure-fdid': ours, 'x-forwarded-for': '203.0.113.7' }, null],
    ['two addresses', { 'x-azure-fdid': ours, 'x-azure-socketip': '203.0.113.7, 1.1.1.1' }, null],
  ])('by Front Door with %s', async (_, headers, expected) => {
    expect((await read(frontDoor, headers)).address).toBe(expected)
  })
})

/** Each way in which nobody is known. */
const unknown: readonly (readonly [string, Headers, (n: number) => Headers])[] = [
  ['one entry of two', { TRUSTED_PROXY_HOPS: '2' }, (n) => ({ 'x-forwarded-for': `203.0.113.${n}` })],
  ['the same entry each time', { TRUSTED_PROXY_HOPS: '2' }, () => ({ 'x-forwarded-for': '10.1.2.3' })],
  ['no entry', { TRUSTED_PROXY_HOPS: '1' }, () => ({})],
  ['no address', { TRUSTED_PROXY_HOPS: '1' }, () => ({ 'x-forwarded-for': 'unknown' })],
  [
    'the id of another Front Door',
    { CLIENT_ADDRESS: 'front-door', FRONT_DOOR_ID: ours },
    () => ({ 'x-azure-fdid': theirs, 'x-azure-socketip': '203.0.113.7' }),
  ],
]

describe.each(unknown)('callers of whom nobody says who they are: %s', (_, environment, headersOf) => {
  const setup = () => createTestApp({ environment: { ...environment, RATE_LIMIT_SCALE: '1' } })

  test('are never refused for each other, whatever they ask', async () => {
    const testApp = await setup()
    const { paths } = testApp.describe() as { paths: Record<string, Record<string, any>> }
    const limited = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) =>
        methods[method]['x-rate-limit'] ? [[method, path] as const] : [],
      ),
    )
    expect(limited.length).toBeGreaterThan(15)
    const asked = [...limited, ['post', '/api/v1/files/upload-url'], ['get', '/api/v1/avatars/x/y']] as const
    for (const [method, path] of asked)
      for (let n = 0; n < 30; n++) {
        const answer = await testApp.app.request(`${origin}${path.replaceAll(/\{\w+\}/g, 'x')}`, {
          method: method.toUpperCase(),
          headers: { 'content-type': 'application/json', ...headersOf(n) },
          ...(method === 'get' ? {} : { body: '{}' }),
        })
        expect(answer.status, `${method} ${path}`).not.toBe(429)
      }
  })

  test('are counted, said once a minute with the reason, and readiness is degraded until it is over', async () => {
    const testApp = await setup()
    const ask = (path = '/api/v1/courses') =>
      testApp.app.request(`${origin}${path}`, { headers: headersOf(1) })
    const ready = async () => {
      const answer = await ask('/api/readyz')
      const { status, concerns } = (await answer.json()) as { status: string; concerns: string[] }
      return [answer.status, status, concerns]
    }
    const said = () =>
      testApp.log.events
        .filter(({ event }) => event === 'client_address_unknown')
        .map(({ level, fields }) => [level, fields['count'], Object.keys(fields).length])
    // Probes come past the proxies.
    for (let n = 0; n < 3; n++) await ask('/api/healthz')
    expect(await ready()).toEqual([200, 'ready', []])
    expect(said()).toEqual([])
    for (let n = 0; n < 20; n++) await ask()
    expect(said()).toEqual([['warn', 1, 2]])
    testApp.clock.advance(60_000)
    await ask()
    expect(said()).toEqual([
      ['warn', 1, 2],
      ['warn', 20, 2],
    ])
    testApp.clock.advance(10_000)
    expect(await ready()).toEqual([200, 'degraded', ['client_address_unknown']])
    testApp.clock.advance(5 * 60_000)
    expect(await ready()).toEqual([200, 'ready', []])
  })
})

describe('somebody who is signed in', () => {
  test('is counted for themselves where no address is known', async () => {
    const testApp = await createTestApp({ environment: { TRUSTED_PROXY_HOPS: '2', RATE_LIMIT_SCALE: '1' } })
    const ann = await signedInBrowser(testApp)
    const bob = await signedInBrowser(testApp, { ...person, email: 'bob@example.com' })
    for (let n = 0; n < 100; n++) await ann.call('GET', '/api/v1/users/me')
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(429)
    expect((await bob.call('GET', '/api/v1/users/me')).status).toBe(200)
    expect((await browserOf(testApp).call('GET', '/api/v1/courses')).status).toBe(200)
  })

  test('seven logins of seven people, each with one entry of two, are seven logins', async () => {
    const testApp = await createTestApp({ environment: { TRUSTED_PROXY_HOPS: '2', RATE_LIMIT_SCALE: '1' } })
    const statuses: number[] = []
    for (let n = 1; n <= 7; n++) {
      const headers = { 'x-forwarded-for': `203.0.113.${n}` }
      const body = { email: `p${n}@example.com`, password: person.password }
      statuses.push((await browserOf(testApp).call('POST', '/api/v1/auth/login', { headers, body })).status)
    }
    expect(statuses).toEqual(Array(7).fill(401))
  })
})

test('nothing stands in for an address that is not known', () => {
  const src = join(import.meta.dirname, '../../src')
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ts$/.test(path) && !path.endsWith('.test.ts'))
    .flatMap((path) =>
      readFileSync(join(src, path), 'utf8')
        .split('\n')
        .filter((line) => /\baddress \?\? (?!\(await personOf)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
  expect(found).toEqual([
    // A mailbox is counted with the address it was written from, and alone where there is none.
    "core/forms/spam.ts: const address = keys.pseudonym('address', caller.address ?? '')",
    'core/platform/audit/recording.ts: const address = caller?.address ?? null',
  ])
})
