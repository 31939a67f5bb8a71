import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface RunningServer {
  readonly url: string
  readonly process: ChildProcess
  /** Every line it has printed. */
  readonly lines: readonly string[]
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** A program that listens, as a process of its own on a free port; the Node entry unless said. `through`: what starts it, which is given its command. */
export async function startServer(
  environment: Record<string, string>,
  program: readonly string[] = ['entry/node.ts'],
  through: readonly string[] = [],
): Promise<RunningServer> {
  const [command = '', ...rest] = [...through, process.execPath, ...program]
  const child = spawn(command, rest, {
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_FORMAT: 'json',
      STOP_GRACE_MS: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const failure: string[] = []
  child.stderr.on('data', (chunk) => failure.push(String(chunk)))
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const started = /"event":"(?:server|host)_started".*"port":(\d+)/.exec(line)
      if (started) resolve(Number(started[1]))
    })
    child.once('exit', () => reject(new Error(`the server did not start:\n${failure.join('')}`)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    lines,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal)
        await once(child, 'close')
      }
      return child.exitCode
    },
  }
}
