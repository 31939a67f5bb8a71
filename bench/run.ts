import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type autocannon from 'autocannon'
import { inRequests, measureInTurn, median, row, start } from './measure.ts'

/** How fast a process is depends on where in memory it happens to lie, by a quarter on some machines. */
const starts = 5
const roundsEach = 3
/** Many, because attempts on one account at the same time are held back as guessing. */
const accounts = Array.from({ length: 64 }, (_, i) => ({
  email: `bench${i}@example.com`,
  password: 'SecurePass123!',
  name: 'Bench',
}))
const headers = { 'content-type': 'application/json' }

const byEightPeople = (url: string): autocannon.Options => {
  let logins = 0
  return {
    url,
    connections: 8,
    requests: [
      {
        method: 'POST',
        headers,
        setupRequest: (request) => ({
          ...request,
          body: JSON.stringify(accounts[logins++ % accounts.length]),
        }),
      },
    ],
  }
}

async function measureOneStart() {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'))
  const environment = { DATA_DIR: directory, PORT: '0', HOST: '127.0.0.1', RATE_LIMIT_SCALE: '1e9' }
  await start('entry/node.ts', environment).then(({ process: warm }) => warm.kill('SIGKILL'))

  const startedAt = performance.now()
  const api = await start('entry/node.ts', environment)
  await fetch(`${api.url}/api/healthz`)
  const startUpMs = performance.now() - startedAt
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const residentKb = Number(
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${api.process.pid}/status`, 'utf8'))?.[1],
  )

  const signUps = await Promise.all(
    accounts.map((account) =>
      fetch(`${api.url}/api/v1/auth/signup`, { method: 'POST', headers, body: JSON.stringify(account) }),
    ),
  )
  const [bearer = ''] = await Promise.all(
    signUps.map(async (answer) => ((await answer.json()) as { accessToken: string }).accessToken),
  )
  const [hello, verify] = await Promise.all([start('bench/hello.ts'), start('bench/verify.ts')])
  const profile = await measureInTurn(
    { url: `${api.url}/api/v1/users/me`, connections: 32, headers: { authorization: `Bearer ${bearer}` } },
    { url: hello.url, connections: 32 },
    roundsEach,
  )
  const login = await measureInTurn(
    byEightPeople(`${api.url}/api/v1/auth/login`),
    byEightPeople(verify.url),
    roundsEach,
  )
  for (const { process: child } of [api, hello, verify]) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
  return { startUpMs, residentKb, profile, login }
}

const measured: Awaited<ReturnType<typeof measureOneStart>>[] = []
for (let i = 0; i < starts; i++) measured.push(await measureOneStart())

row('what', 'measured', 'wanted')
row('---', '---', '---')
row(
  'logins ÷ a bare route that only verifies a hash',
  inRequests(measured.flatMap(({ login }) => login)),
  '≥ 0.90',
)
row(
  '`GET /users/me` ÷ a raw `node:http` hello',
  inRequests(measured.flatMap(({ profile }) => profile)),
  '≥ 0.25',
)
row('start to first 200', `${Math.round(median(measured.map((one) => one.startUpMs)))} ms`, '< 1,000 ms')
row('memory when idle', `${Math.round(median(measured.map((one) => one.residentKb)) / 1024)} MB`, '< 120 MB')
process.exit(0)
