import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { codeBlocks, read, root, writtenPages } from './pages.ts'

/*
 * What a page tells its reader to type is typed: every block with requests or `npm run seed`, in order, in one shell, against a
 * server that was just started as `npm start` does, with nothing set.
 */

/** npm cannot bring it. Where it is missing this file is skipped and says so; where CURL_REQUIRED is set, it fails. */
const curlMissing =
  spawnSync('curl', ['--version']).status === 0
    ? null
    : 'there is no curl: install it to try what the pages show'
if (curlMissing && process.env['CURL_REQUIRED']) throw new Error(curlMissing)
if (curlMissing) console.warn(`What the pages show is not tried: ${curlMissing}`)

const documented = 'http://localhost:7071'
const directory = mkdtempSync(join(tmpdir(), 'walkthroughs-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const isTyped = (block: string): boolean => /\b(?:curl|call) |^npm run seed\b/m.test(block)
const typedIn = (page: string): string => codeBlocks(read(page), 'sh').filter(isTyped).join('\n')

const walkthroughs = writtenPages.filter((page) => typedIn(page) !== '')

interface Walk {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Of every answer, in the order of the requests. */
  readonly statuses: readonly number[]
}

let number = 0

/** A server as a newcomer has it, and the folder it keeps its data in. */
async function withFreshServer<T>(work: (server: RunningServer & { readonly data: string }) => Promise<T>) {
  const folder = join(directory, String(number++))
  const data = join(folder, 'data')
  const port = String(await freePort())
  const server = await startServer({ DATA_DIR: data, PORT: port, HOST: 'localhost' })
  try {
    await vi.waitFor(() => expect(server.lines.join()).toContain('sample_courses_made'), 20_000)
    return await work({ ...server, url: `http://localhost:${port}`, data })
  } finally {
    await server.stop('SIGKILL')
  }
}

/** `npm run seed`, with or without sizes, without the `.env` of whoever runs the tests. */
const npm = `npm() {
  case "$*" in
    'run seed' | 'run seed -- '*) ;;
    *) echo "npm $* is not expected here" >&2; return 64 ;;
  esac
  shift 2
  [ "\${1:-}" != -- ] || shift
  (cd '${root}' && node scripts/seed.ts "$@")
}`

async function walk(page: string, url: string, data: string): Promise<Walk> {
  const home = dirname(data)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, '.curlrc'), 'silent\nshow-error\nwrite-out = "%{stderr}%{http_code}\\n"\n')
  const script = `set -eu\n${npm}\n${typedIn(page).replaceAll(documented, url)}`
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  const child = spawn('sh', ['-c', script], {
    cwd: home,
    env: { PATH: path, CURL_HOME: home, DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk) => {
      output[stream] += String(chunk)
    })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const statuses = [...output.stderr.matchAll(/^(\d{3})$/gm)].map(([status]) => Number(status))
  return { code, ...output, statuses }
}

describe.skipIf(curlMissing)('what a page shows works', () => {
  test('there are pages with something to type', () => {
    expect(walkthroughs).toEqual(
      expect.arrayContaining(['README.md', 'docs/quick-start.md', 'docs/guides/chat.md']),
    )
  })

  test.each(walkthroughs.filter((page) => page !== 'README.md'))('%s', async (page) => {
    const { code, stderr, statuses } = await withFreshServer(({ url, data }) => walk(page, url, data))
    expect(code, stderr).toBe(0)
    const announced = [...typedIn(page).matchAll(/# ([45]\d\d)\b/g)].map(([, status]) => Number(status))
    expect(
      statuses.filter((status) => status < 200 || status >= 400),
      stderr,
    ).toEqual(announced)
  })

  test('the README goes from a sign-up to a message that somebody else has read', async () => {
    const { code, stdout, stderr, statuses } = await withFreshServer(({ url, data }) =>
      walk('README.md', url, data),
    )
    expect(code, stderr).toBe(0)
    expect(statuses).toEqual([201, 200, 201, 200, 200, 200, 200, 201, 201, 200, 204])
    expect(stdout.match(/"text":"Hello Ben!"/g)).toHaveLength(2)
  })

  test('the addresses that the README names answer', async () => {
    const addresses = [...read('README.md').matchAll(/<http:\/\/localhost:7071(\/[^>]*)>/g)]
    expect(addresses.length).toBeGreaterThan(3)
    await withFreshServer(async ({ url }) => {
      for (const [, path] of addresses) expect((await fetch(`${url}${path}`)).status, path).toBe(200)
    })
  })
})

test('the README begins with the two commands, and everything after them is typed', () => {
  const [first = '', ...others] = codeBlocks(read('README.md'), 'sh')
  const commands = first
    .trim()
    .split('\n')
    .map((line) => line.split('#')[0]?.trim())
  expect(commands).toEqual(['npm ci && npm start', 'npm test'])
  expect(others.filter((block) => !isTyped(block))).toEqual([])
})
