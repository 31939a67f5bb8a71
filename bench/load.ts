import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { freePort } from '../test/free-port.ts'

/*
 * load/locustfile.py on a server of its own, or with `--url` on one that is there: people for so long, and then the comparison of what is
 * stored with what was acknowledged. Ends with 1 where anything failed, was lost or doubled. Prints the memory of its own server.
 */

const usage = `npm run load -- [--people 50] [--seconds 60] [--pace 1]
  --people     how many; of ten, four chat, three learn and two send forms, and one is on the staff
  --seconds    from when everybody has signed in
  --pace       2: they act twice as fast
  --url        a server that is there; --accounts says how many \`npm run seed -- --people\` has made on it
  --report     a file for the outcome, as JSON`

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    pace: { type: 'string', default: '1' },
    url: { type: 'string' },
    accounts: { type: 'string' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

function stop(why: string): never {
  console.error(why)
  process.exit(1)
}

function positive(name: 'people' | 'seconds' | 'pace' | 'accounts', text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) stop(`--${name} takes a number above 0`)
  return value
}

if (values.help) {
  console.log(usage)
  process.exit(0)
}
const people = Math.ceil(positive('people', values.people))
const seconds = positive('seconds', values.seconds)
const pace = positive('pace', values.pace)
// Staff come first among those of the seed, one in fifty of all.
const accounts = Math.ceil(
  values.accounts === undefined ? Math.max(60, people * 1.2) : positive('accounts', values.accounts),
)
if (values.url !== undefined && values.accounts === undefined)
  stop('--url needs --accounts: how many people `npm run seed -- --people` has made there')

const locust = process.env['LOCUST'] ?? 'locust'
if (spawnSync(locust, ['--version']).status !== 0)
  stop(
    `${locust} does not run. It is a program in Python:\n` +
      '  python3 -m venv .venv && .venv/bin/pip install -r load/requirements-here.txt\n' +
      '  LOCUST=.venv/bin/locust npm run load',
  )

const directory = mkdtempSync(join(tmpdir(), 'load-'))
const settings = { DATA_DIR: join(directory, 'data'), RATE_LIMIT_SCALE: '1e6' }

function seed(): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/seed.ts', '--people', String(accounts)], {
    env: { PATH: process.env['PATH'] ?? '', ...settings },
    encoding: 'utf8',
  })
  if (status !== 0) stop(`the accounts were not made:\n${stderr}`)
}

interface OwnServer {
  readonly process: ChildProcess
  readonly url: string
  /** What it said that is no news of an ordinary day. */
  readonly complaints: readonly string[]
}

async function startOwn(): Promise<OwnServer> {
  // It tells devices where it is.
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=4', '--import', './entry/compile-cache.mjs', 'entry/node.ts'],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: String(port),
        PUBLIC_URL: url,
        HOST: '127.0.0.1',
        LOG_FORMAT: 'json',
        STOP_GRACE_MS: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const complaints: string[] = []
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"event":"server_started"')) resolve({ process: child, url, complaints })
      if (/"level":"(?:warn|error)"/.test(line) && complaints.length < 100) complaints.push(line)
    })
  })
}

async function stopOwn({ process: child }: OwnServer): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'close')
}

/** Memory of a process, in MB, without files that it has mapped: a database grows. Null where the system does not say. */
function memoryMb({ process: { pid } }: OwnServer): number | null {
  try {
    return Math.round(
      Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    )
  } catch {
    return null
  }
}

async function run(url: string): Promise<number> {
  const child = spawn(
    locust,
    [
      ...['-f', 'load/locustfile.py', '--headless', '--only-summary', '--host', url],
      ...['-u', String(people), '-r', String(Math.max(1, Math.ceil(people / 10))), '--stop-timeout', '60'],
    ],
    {
      env: {
        ...process.env,
        LOAD_ACCOUNTS: String(accounts),
        LOAD_SECONDS: String(seconds),
        LOAD_PACE: String(pace),
        ...(values.report === undefined ? {} : { LOAD_REPORT: values.report }),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal))
  const [code] = await once(child, 'close')
  return code ?? 1
}

let server: OwnServer | undefined
let code = 1
try {
  if (values.url === undefined) {
    seed()
    const own = await startOwn()
    server = own
    const memory: (number | null)[] = [memoryMb(own)]
    const everySeconds = Math.max(1, seconds / 20)
    const watching = setInterval(() => memory.push(memoryMb(own)), everySeconds * 1_000)
    code = await run(own.url)
    clearInterval(watching)
    console.log(
      `Memory of the server without mapped files, in MB, every ${everySeconds} s: ${memory.join(' ')}`,
    )
    if (own.complaints.length > 0) console.log(`The server said:\n${own.complaints.join('\n')}`)
    if (own.process.exitCode !== null || own.process.signalCode !== null) {
      console.error('The server ended by itself.')
      code = 1
    }
  } else {
    code = await run(values.url)
  }
} finally {
  if (server) await stopOwn(server)
  rmSync(directory, { recursive: true, force: true })
}
process.exit(code)
