import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import autocannon from 'autocannon'

/*
 * Ratios of two servers measured in turn, in one run, on one machine: A B A B …, medians. What is compared runs in
 * processes of its own; the load comes from this one.
 */

const rounds = 9
/** Many, because attempts on one account at the same time are held back as guessing. */
const accounts = Array.from({ length: 64 }, (_, i) => ({
  email: `bench${i}@example.com`,
  password: 'SecurePass123!',
  name: 'Bench',
}))

interface Target {
  readonly process: ChildProcess
  readonly url: string
}

function start(file: string, environment: Record<string, string> = {}): Promise<Target> {
  const child = spawn(process.execPath, ['--import', './entry/compile-cache.mjs', file], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /"port":(\d+)/.exec(line)?.[1]
      if (port) resolve({ process: child, url: `http://127.0.0.1:${port}` })
    })
  })
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

async function requestsPerSecond(options: autocannon.Options): Promise<number> {
  const result = await autocannon({ duration: 2, ...options })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${options.url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result['2xx'] / result.duration
}

async function compare(
  a: autocannon.Options,
  b: autocannon.Options,
): Promise<{ a: number; b: number; ratio: number }> {
  await requestsPerSecond({ ...a, duration: 1 })
  await requestsPerSecond({ ...b, duration: 1 })
  const pairs: { a: number; b: number }[] = []
  for (let round = 0; round < rounds; round++)
    pairs.push({ a: await requestsPerSecond(a), b: await requestsPerSecond(b) })
  return {
    a: median(pairs.map((pair) => pair.a)),
    b: median(pairs.map((pair) => pair.b)),
    ratio: median(pairs.map((pair) => pair.a / pair.b)),
  }
}

const directory = mkdtempSync(join(tmpdir(), 'bench-'))
const environment = { DATA_DIR: directory, PORT: '0', HOST: '127.0.0.1', RATE_LIMIT_SCALE: '1e9' }
await start('entry/node.ts', environment).then(({ process: warm }) => warm.kill('SIGKILL'))

const startedAt = performance.now()
const api = await start('entry/node.ts', environment)
await fetch(`${api.url}/api/healthz`)
const startUpMs = performance.now() - startedAt
await new Promise((resolve) => setTimeout(resolve, 2_000))
const residentKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${api.process.pid}/status`, 'utf8'))?.[1])

const headers = { 'content-type': 'application/json' }
const signUps = await Promise.all(
  accounts.map((account) =>
    fetch(`${api.url}/api/v1/auth/signup`, { method: 'POST', headers, body: JSON.stringify(account) }),
  ),
)
const [bearer = ''] = await Promise.all(
  signUps.map(async (answer) => ((await answer.json()) as { accessToken: string }).accessToken),
)
let logins = 0
const [hello, verify] = await Promise.all([start('bench/hello.ts'), start('bench/verify.ts')])

const profile = await compare(
  { url: `${api.url}/api/v1/users/me`, connections: 32, headers: { authorization: `Bearer ${bearer}` } },
  { url: hello.url, connections: 32 },
)
const byEightPeople = (url: string): autocannon.Options => ({
  url,
  connections: 8,
  requests: [
    {
      method: 'POST',
      headers,
      setupRequest: (request) => ({ ...request, body: JSON.stringify(accounts[logins++ % accounts.length]) }),
    },
  ],
})
const login = await compare(byEightPeople(`${api.url}/api/v1/auth/login`), byEightPeople(verify.url))
for (const { process: child } of [api, hello, verify]) child.kill('SIGKILL')
rmSync(directory, { recursive: true })

const row = (name: string, value: string, wanted: string) => console.log(`| ${name} | ${value} | ${wanted} |`)
const perSecond = ({ a, b, ratio }: typeof login) =>
  `${ratio.toFixed(2)} (${Math.round(a)} ÷ ${Math.round(b)} req/s)`
row('what', 'measured', 'wanted')
row('---', '---', '---')
row('logins ÷ a bare route that only verifies a hash', perSecond(login), '≥ 0.90')
row('`GET /users/me` ÷ a raw `node:http` hello', perSecond(profile), '≥ 0.25')
row('start to first 200', `${Math.round(startUpMs)} ms`, '< 1,000 ms')
row('memory when idle', `${Math.round(residentKb / 1024)} MB`, '< 120 MB')
process.exit(0)
