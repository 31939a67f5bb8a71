import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

/** Null when the program is there; otherwise why it cannot be run. */
function whyNotFound(): string | null {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return null
  } catch (error) {
    return `redis-server cannot be run (${(error as NodeJS.ErrnoException).code ?? 'it fails'}): apt-get install redis-server`
  }
}

/**
 * Why tests on a real Redis cannot run here, or null. npm cannot bring the server, so a developer's machine may lack it;
 * where REDIS_SERVER_REQUIRED is set, its absence is an error.
 */
export const redisServerMissing = whyNotFound()
if (redisServerMissing && process.env['REDIS_SERVER_REQUIRED']) throw new Error(redisServerMissing)

export interface RunningRedisServer {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** SIGKILL is an outage without a farewell. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Kills or freezes the server, and brings it back on the same port. */
export async function startBreakableRedisServer() {
  let server = await startRedisServer()
  let isFrozen = false
  const thaw = () => {
    server.process.kill('SIGCONT')
    isFrozen = false
  }
  return {
    url: server.url,
    async breakDown(how: 'killed' | 'frozen') {
      if (how === 'killed') return server.stop('SIGKILL')
      isFrozen = server.process.kill('SIGSTOP')
    },
    async repair() {
      if (isFrozen) thaw()
      else server = await startRedisServer({ port: server.port })
    },
    async stop() {
      if (isFrozen) thaw()
      await server.stop()
    },
  }
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * A `redis-server` on a free port of this machine, that keeps nothing on disk. With `port` it comes back where another
 * was; `arguments` are passed on, as in `--user …`.
 */
export async function startRedisServer({
  port: wanted,
  isTls = false,
  arguments: more = [],
}: {
  readonly port?: number
  /** Speaks nothing else; the files come with the arguments. */
  readonly isTls?: boolean
  readonly arguments?: readonly string[]
} = {}): Promise<RunningRedisServer> {
  if (redisServerMissing) throw new Error(redisServerMissing)
  const port = wanted ?? (await freePort())
  const directory = mkdtempSync(join(tmpdir(), 'redis-'))
  const child = spawn(
    'redis-server',
    [
      ...(isTls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)]),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
      ...more,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  running.add(child)
  const closed = once(child, 'close').then(() => {
    running.delete(child)
    rmSync(directory, { recursive: true, force: true })
  })
  const printed: string[] = []
  child.stderr.on('data', (chunk) => printed.push(String(chunk)))
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed.push(String(chunk))
      if (String(chunk).includes('Ready to accept connections')) resolve()
    })
    child.once('exit', () => reject(new Error(`redis-server did not start:\n${printed.join('')}`)))
  })
  return {
    url: `${isTls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    port,
    process: child,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await closed
    },
  }
}
