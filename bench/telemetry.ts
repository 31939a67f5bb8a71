import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'

/*
 * What telemetry costs of reading one's profile: the processor time of a request, without sockets, on SQLite. Each way
 * takes its turn in each round, and the least of all rounds counts, so that what else the machine does matters little.
 */

const rounds = 12
const requests = 1_500
const origin = 'http://localhost:7071'

const sink = createServer((incoming, outgoing) => {
  incoming.resume()
  incoming.on('end', () => outgoing.writeHead(200).end('{}'))
})
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`
const directory = mkdtempSync(join(tmpdir(), 'bench-telemetry-'))

async function open(name: string, environment: Record<string, string>) {
  const { config, secrets } = readConfig({
    NODE_ENV: 'test',
    DATA_DIR: join(directory, name),
    LOG_LEVEL: 'error',
    RATE_LIMIT_SCALE: '1000000',
    ...environment,
  })
  const { ports, close } = await wire(config, secrets, createNodeNative(config))
  const { app } = createApp(ports, config.app)
  const call = (path: string, init?: RequestInit) =>
    app.request(origin + path, init, { remoteAddress: '127.0.0.1' })
  const signedUp = await call('/api/v1/auth/signup', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: 'ann@example.com', password: 'SecurePass123!', name: 'Ann' }),
  })
  const { accessToken } = (await signedUp.json()) as { accessToken: string }
  const headers = { authorization: `Bearer ${accessToken}` }
  return {
    name,
    close,
    least: Number.POSITIVE_INFINITY,
    async read() {
      const answer = await call('/api/v1/users/me', { headers })
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
      await answer.arrayBuffer()
    },
  }
}

const on = { TELEMETRY: 'on', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }
const ways = [
  await open('off', { TELEMETRY: 'off' }),
  await open('ids and metrics', { TELEMETRY: 'on' }),
  await open('5 % sent', { ...on, TELEMETRY_SAMPLE_RATE: '0.05' }),
  await open('all sent', { ...on, TELEMETRY_SAMPLE_RATE: '1' }),
]
for (const way of ways) for (let n = 0; n < requests; n++) await way.read()
for (let round = 0; round < rounds; round++)
  for (const way of ways) {
    const before = process.cpuUsage()
    for (let n = 0; n < requests; n++) await way.read()
    const { user, system } = process.cpuUsage(before)
    way.least = Math.min(way.least, (user + system) / requests)
  }
const [{ least: off } = { least: Number.NaN }] = ways
for (const { name, least } of ways)
  console.log(
    `${name.padEnd(16)} ${least.toFixed(1).padStart(7)} µs of processor a request, ${((least / off - 1) * 100).toFixed(1).padStart(5)} % more than off`,
  )
for (const { close } of ways) await close()
sink.close()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
