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
import type { Reads } from './read-load.ts'

/*
 * One process that answers reads in several ways, each by a server of its own, and sends its parent for each way the
 * processor time of a request in each round, in microseconds. `alone`: by the app without sockets.
 */

export type Ways = Readonly<Record<string, Readonly<Record<string, string>>>>
export interface Costs {
  readonly way: string
  readonly alone: readonly number[]
  readonly served: readonly number[]
}

const rounds = 200
const requests = 160
const warmUpRounds = 40
/** Then what waits is sent, and counted to them all. A server does so every two seconds, in which it answers several times as many. */
const roundsOfASending = 50
const path = '/api/v1/users/me'
const publicUrl = 'https://api.example.org'
const signingKey = await createSigningKey('2000-01-01T00:00:00.000Z')
const [ways] = (await once(process, 'message')) as [Ways]

// What is done by a timer would be counted to whoever is asked at the time.
const { setInterval: everyNowAndThen } = globalThis
globalThis.setInterval = (() => everyNowAndThen(() => {}, 2 ** 30)) as unknown as typeof setInterval

const directory = mkdtempSync(join(tmpdir(), 'bench-telemetry-'))
const nowhere = createLineWriter(createWriteStream('/dev/null'))
const load = fork(join(import.meta.dirname, 'read-load.ts'))
load.once('exit', () => process.exit(1))
const [sinkPort] = (await once(load, 'message')) as [number]

async function open(way: string, environment: Readonly<Record<string, string>>) {
  const { config, secrets } = readConfig({
    // As it is served: while one develops the last traces are kept for a page besides.
    NODE_ENV: 'production',
    PUBLIC_URL: publicUrl,
    MAIL_FROM: 'no-reply@example.org',
    SMTP_HOST: '127.0.0.1',
    AUTH_MASTER_KEY: 'A'.repeat(43),
    AUTH_SIGNING_KEYS: JSON.stringify([signingKey]),
    DATA_DIR: join(directory, way),
    RATE_LIMIT_SCALE: '1000000',
    ...environment,
    ...(environment['TELEMETRY_SAMPLE_RATE'] && {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
    }),
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
  const call = (to: string, init?: RequestInit) =>
    app.request(publicUrl + to, init, { remoteAddress: '127.0.0.1' })
  const signedUp = await call('/api/v1/auth/signup', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: publicUrl },
    body: JSON.stringify({ email: 'ann@example.com', password: 'SecurePass123!', name: 'Ann' }),
  })
  const { accessToken } = (await signedUp.json()) as { accessToken: string }
  await defer.settled()
  const headers = { authorization: `Bearer ${accessToken}` }
  return {
    way,
    costs: { alone: [] as number[], served: [] as number[] },
    async alone(amount: number) {
      for (let n = 0; n < amount; n++) {
        const answer = await call(path, { headers })
        if (answer.status !== 200) throw new Error(`answered ${answer.status}`)
        await answer.arrayBuffer()
      }
    },
    async served(amount: number) {
      load.send({ port: server.port, path, headers, amount } satisfies Reads)
      await once(load, 'message')
    },
    flush: ports.telemetry.flush,
    async close() {
      await server.close(0)
      await close()
    },
  }
}

async function processorTimeOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const opened: Awaited<ReturnType<typeof open>>[] = []
for (const [way, environment] of Object.entries(ways)) opened.push(await open(way, environment))
for (const kind of ['alone', 'served'] as const) {
  for (let round = 0; round < warmUpRounds; round++) for (const each of opened) await each[kind](requests)
  for (const { flush } of opened) await flush()
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < opened.length; turn++) {
      const each = opened[(round + turn) % opened.length]
      each?.costs[kind].push((await processorTimeOf(() => each[kind](requests))) / requests)
    }
    if ((round + 1) % roundsOfASending > 0) continue
    for (const { costs, flush } of opened) {
      const ofEach = (await processorTimeOf(flush)) / (roundsOfASending * requests)
      const from = costs[kind].length - roundsOfASending
      for (let at = from; at < costs[kind].length; at++) costs[kind][at] = (costs[kind][at] ?? 0) + ofEach
    }
  }
}
process.send?.(opened.map(({ way, costs }): Costs => ({ way, ...costs })))
load.removeAllListeners('exit').kill()
for (const { close } of opened) await close()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
