import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

test('npm that is told to end leaves nothing running', { timeout: 60_000 }, async () => {
  const npm = spawn('npm', ['run', '--silent', 'realtime'], {
    env: { ...process.env, REALTIME_PORT: '0', HOST: '127.0.0.1', LOG_FORMAT: 'json', NODE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const output = createInterface({ input: npm.stdout })
  const started = new Promise((resolve) =>
    output.on('line', (line) => {
      lines.push(line)
      if (line.includes('"server_started"')) resolve(undefined)
    }),
  )
  await started
  const ended = once(output, 'close')
  npm.kill('SIGTERM')
  // The last one that holds the output has gone.
  await ended
  expect(lines.at(-1)).toContain('"event":"server_stopping"')
})
