import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type autocannon from 'autocannon'
import { compare, inRequests, row, start } from './measure.ts'

/** Many, because attempts on one account at the same time are held back as guessing. */
const accounts = Array.from({ length: 64 }, (_, i) => ({
  email: `bench${i}@example.com`,
  password: 'SecurePass123!',
  name: 'Bench',
}))

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

row('what', 'measured', 'wanted')
row('---', '---', '---')
row('logins ÷ a bare route that only verifies a hash', inRequests(login), '≥ 0.90')
row('`GET /users/me` ÷ a raw `node:http` hello', inRequests(profile), '≥ 0.25')
row('start to first 200', `${Math.round(startUpMs)} ms`, '< 1,000 ms')
row('memory when idle', `${Math.round(residentKb / 1024)} MB`, '< 120 MB')
process.exit(0)
