import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { createSigningKey } from '../src/adapters/jose/access-tokens.ts'
import { createLineWriter, listen } from '../src/adapters/node/server.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { row } from './measure.ts'
import type { HowItWent, Reads } from './read-load.ts'

/*
 * What telemetry costs of reading one's profile: the processor time of a request on SQLite, once by the app alone and
 * once with sockets and a line in the log, as `bench/run.ts` reads it. All ways are in one process, since two processes
 * of the same program differ by more than what is looked for. Each takes its turn in each of many short rounds, and
 * what counts is the tenth of its rounds that took least: other work on the machine only ever adds.
 */

const rounds = 80
const requests = 500
const warmUpRequests = 5_000
const publicUrl = 'https://api.example.org'
const signingKey = await createSigningKey('2000-01-01T00:00:00.000Z')

const directory = mkdtempSync(join(tmpdir(), 'bench-telemetry-'))
const nowhere = createLineWriter(createWriteStream('/dev/null'))
const load = fork(join(import.meta.dirname, 'read-load.ts'))
const [sinkPort] = (await once(load, 'message')) as [number]

async function open(name: string, environment: Record<string, string>) {
  const { config, secrets } = readConfig({
    // As it is served: while one develops the last traces are kept for a page besides.
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    MAIL_FROM: 'no-reply@example.org',
    SMTP_HOST: '127.0.0.1',
    AUTH_MASTER_KEY: 'A'.repeat(43),
    AUTH_SIGNING_KEYS: JSON.stringify([signingKey]),
    DATA_DIR: join(directory, name),
    RATE_LIMIT_SCALE: '1000000',
    ...environment,
  })
  const native = createNodeNative(config, nowhere)
  const { ports, close, defer } = await wire(config, secrets, native)
  const { app } = createApp(ports, config.app)
  const server = await listen({
    fetch: app.fetch,
    port: 0,
    hostname: '127.0.0.1',
    maxBodyBytes: 1_000,
    log: native.log,
  })
  const call = (path: string, init?: RequestInit) =>
    app.request(publicUrl + path, init, { remoteAddress: '127.0.0.1' })
  const signedUp = await call('/api/v1/auth/signup', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: publicUrl },
    body: JSON.stringify({ email: 'ann@example.com', password: 'SecurePass123!', name: 'Ann' }),
  })
  const { accessToken } = (await signedUp.json()) as { accessToken: string }
  await defer.settled()
  const headers = { authorization: `Bearer ${accessToken}` }
  return {
    name,
    /** In microseconds. */
    took: { alone: [] as number[], served: [] as number[] },
    async alone(amount: number) {
      for (let n = 0; n < amount; n++) {
        const answer = await call('/api/v1/users/me', { headers })
        if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
        await answer.arrayBuffer()
      }
    },
    async served(amount: number) {
      load.send({ url: `http://127.0.0.1:${server.port}/api/v1/users/me`, headers, amount } satisfies Reads)
      const [{ refused, failed }] = (await once(load, 'message')) as [HowItWent]
      if (refused + failed > 0) throw new Error(`${refused} refused, ${failed} failed`)
    },
    /** What waits to be sent: it costs whoever made it, and nobody whose turn is next. */
    flush: ports.telemetry.flush,
    async close() {
      await server.close(0)
      await close()
    },
  }
}

const sent = { TELEMETRY: 'on', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}` }
const ways = [
  await open('off', { TELEMETRY: 'off' }),
  await open('ids in the log, and metrics', { TELEMETRY: 'on' }),
  await open('5 % of traces sent', { ...sent, TELEMETRY_SAMPLE_RATE: '0.05' }),
  await open('all traces sent', { ...sent, TELEMETRY_SAMPLE_RATE: '1' }),
]
for (const kind of ['alone', 'served'] as const) {
  for (const way of ways) await way[kind](warmUpRequests)
  for (let round = 0; round < rounds; round++)
    for (const way of ways) {
      const before = process.cpuUsage()
      await way[kind](requests)
      await way.flush()
      const { user, system } = process.cpuUsage(before)
      way.took[kind].push((user + system) / requests)
    }
}
row('telemetry', 'by the app alone', 'with sockets and log')
row('---', '---', '---')
const leastOf = (rounds: readonly number[]): number =>
  rounds.toSorted((a, b) => a - b)[Math.floor(rounds.length / 10)] ?? Number.NaN
for (const { name, took } of ways) {
  const told = (kind: 'alone' | 'served') => {
    const [off, least] = [leastOf(ways[0]?.took[kind] ?? []), leastOf(took[kind])]
    return `${least.toFixed(1)} µs: ${(least - off).toFixed(1)} µs, ${((least / off - 1) * 100).toFixed(1)} % more`
  }
  row(name, told('alone'), told('served'))
}
for (const { close } of ways) await close()
load.kill()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
