import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkAdvisories } from '../../scripts/check-advisories.ts'

/** npm itself, asking a registry that says what a test wants. */
let registry: string
let asked: Record<string, string[]>
let answer: (versions: Record<string, string[]>) => { status: number; body: unknown }

const server = createServer(async (request, response) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (request.url !== '/-/npm/v1/security/advisories/bulk') return send(404, { error: 'not found' })
  const bytes = Buffer.concat(chunks)
  const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  asked = JSON.parse(text.toString())
  const { status, body } = answer(asked)
  return send(status, body)
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  registry = `--registry=http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

let advisories = 0
/** Known of whichever of these packages was asked about. */
const knownOf = (...entries: readonly (readonly [name: string, severity: string])[]) => {
  const all = entries.map(([name, severity]) => ({
    name,
    advisory: {
      id: ++advisories,
      url: `https://github.com/advisories/${name}`,
      title: `Something about ${name}`,
      severity,
      vulnerable_versions: '*',
    },
  }))
  answer = (versions) => ({
    status: 200,
    body: Object.fromEntries(
      all.filter(({ name }) => versions[name]).map(({ name, advisory }) => [name, [advisory]]),
    ),
  })
}
beforeEach(() => knownOf())

const today = '2026-11-28'
const check = (taken = {}) => checkAdvisories(today, [registry], [taken].flat() as never)

test('nothing is known', async () => {
  const { isFailure, lines } = await check()
  expect(isFailure).toBe(false)
  expect(lines).toEqual([
    'Advisories: 0 about what is deployed, 0 of them to be dealt with now; 0 about tools.',
  ])
  expect(asked).toMatchObject({ hono: [expect.any(String)], vitest: [expect.any(String)] })
})

test('something serious about what is deployed is a failure, with its name', async () => {
  knownOf(['hono', 'high'])
  const { isFailure, lines } = await check()
  expect(isFailure).toBe(true)
  expect(lines).toContain('high: hono: Something about hono (https://github.com/advisories/hono)')
})

test('something slight, or about a tool, is said', async () => {
  knownOf(['hono', 'moderate'], ['vitest', 'critical'])
  const { isFailure, lines } = await check()
  expect(isFailure).toBe(false)
  expect(lines[0]).toBe(
    'Advisories: 1 about what is deployed, 0 of them to be dealt with now; 1 about tools.',
  )
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^moderate: hono: /),
    expect.stringMatching(/^tools: critical: vitest: /),
  ])
})

test('what is taken is taken until its day', async () => {
  knownOf(['hono', 'critical'])
  const taken = { url: 'https://github.com/advisories/hono', why: 'A limit keeps it away.' }
  expect((await check({ ...taken, until: today })).isFailure).toBe(false)
  expect((await check({ ...taken, until: '2026-11-27' })).isFailure).toBe(true)
})

test.each([
  ['refuses the question', () => [registry], /405/],
  [
    'is not there',
    () => ['--registry=http://127.0.0.1:9', '--fetch-retries=0'],
    /ECONNREFUSED|audit endpoint/,
  ],
])('a registry that %s fails nothing, and that nothing was checked is said', async (_, options, reason) => {
  answer = () => ({ status: 405, body: {} })
  const { isFailure, lines } = await checkAdvisories(today, options())
  expect(isFailure).toBe(false)
  expect(lines).toEqual([
    expect.stringMatching(/^Advisories were NOT checked, the registry did not answer: /),
  ])
  expect(lines[0]).toMatch(reason)
})
