import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startFrontDoor } from '../stand-ins/front-door.ts'

/* The stand-in is no kinder than Front Door: it keeps, hands out and takes away what that does, and sees what leaks. */

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

async function setup(answer: (request: IncomingMessage, count: number) => Record<string, string | string[]>) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    response.writeHead(200, answer(request, asked.length))
    response.end(`answer ${asked.length}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  let time = 0
  const edge = await startFrontDoor({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isCached: (path) => path.startsWith('/kept'),
    now: () => time,
  })
  open.push(edge.stop, () => server.close())
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(edge.url + path, { headers })
    return { headers: response.headers, text: await response.text() }
  }
  const isKept = async (path: string) => {
    await ask(path)
    return (await ask(path)).headers.get('x-cache') === 'TCP_HIT'
  }
  return { asked, edge, ask, isKept, advance: (ms: number) => (time += ms) }
}

test.each([
  ['public, max-age=60', true],
  ['max-age=0, s-maxage=60', true],
  ['s-maxage=0, max-age=60', false],
  ['public, no-cache', false],
  ['private, max-age=60', false],
  ['no-store, s-maxage=60', false],
  ['public', false],
  [undefined, true],
] as const)('Cache-Control: %s is kept: %s', async (control, kept) => {
  const { isKept } = await setup(() => (control === undefined ? {} : { 'Cache-Control': control }))
  expect(await isKept('/kept')).toBe(kept)
  expect(await isKept('/passed')).toBe(false)
})

test('without a header it is kept for days, and stale-while-revalidate means nothing', async () => {
  const { ask, advance, isKept } = await setup(
    ({ url }): Record<string, string> =>
      url === '/kept' ? {} : { 'Cache-Control': 's-maxage=60, stale-while-revalidate=600' },
  )
  await isKept('/kept')
  await isKept('/kept/for-a-minute')
  advance(2 * 86_400_000)
  expect((await ask('/kept')).headers.get('x-cache')).toBe('TCP_HIT')
  expect((await ask('/kept/for-a-minute')).headers.get('x-cache')).toBe('TCP_MISS')
})

test('Vary is ignored, and what is handed to the wrong one is seen', async () => {
  const { ask, edge } = await setup(({ headers }) => ({
    'Cache-Control': 'public, max-age=60',
    Vary: 'Origin',
    'Access-Control-Allow-Origin': headers.origin ?? 'null',
    'X-Request-Id': String(headers['x-request-id']),
  }))
  await ask('/kept', { origin: 'https://ann.example', 'x-request-id': 'of-ann' })
  const { headers } = await ask('/kept', { origin: 'https://ben.example' })
  expect([headers.get('access-control-allow-origin'), headers.get('x-request-id')]).toEqual([
    'https://ann.example',
    'of-ann',
  ])
  expect(edge.leaks).toEqual([expect.stringMatching(/^\/kept: .*access-control-allow-origin, x-request-id/)])
})

test('a cached route takes cookies away, also from what is not kept; and what a client says of the way it came', async () => {
  const { ask, asked } = await setup(() => ({
    'Cache-Control': 'private, no-store',
    'Set-Cookie': ['a=1', 'b=2'],
  }))
  expect((await ask('/kept')).headers.getSetCookie()).toEqual([])
  const claims = {
    'x-azure-fdid': 'mine',
    'x-azure-socketip': '192.0.2.1',
    'x-fd-healthprobe': '1',
    'x-forwarded-for': '192.0.2.2',
    authorization: 'Bearer x',
  }
  expect((await ask('/passed', claims)).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  await ask('/kept', claims)
  const [, passed, kept] = asked.map(({ headers }) => headers)
  expect(passed).toMatchObject({
    'x-azure-fdid': '11111111-2222-3333-4444-555555555555',
    'x-azure-socketip': '127.0.0.1',
    'x-azure-clientip': '192.0.2.2',
    'x-forwarded-for': '192.0.2.2, 127.0.0.1',
    authorization: 'Bearer x',
    via: '1.1 Azure',
  })
  expect(passed).not.toHaveProperty('x-fd-healthprobe')
  expect(kept).not.toHaveProperty('authorization')
})

test('whoever asks for the same at the same moment gets the same, however private it is', async () => {
  const { ask } = await setup(() => ({ 'Cache-Control': 'private, no-store' }))
  const [first, second] = await Promise.all([ask('/kept'), ask('/kept')])
  expect(second?.text).toBe(first?.text)
  expect((await ask('/kept')).text).not.toBe(first?.text)
})
