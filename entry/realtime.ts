import { createConsoleLog } from '../src/adapters/console/log.ts'
import { createLineWriter, listen, stopInGoodOrder } from '../src/adapters/node/server.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { createWebPubSubServer } from '../src/adapters/web-pubsub-local/server.ts'
import { InvalidConfiguration, readConfig } from '../src/config.ts'

/** The published key of the emulator by Microsoft, so that either can take the place of the other. */
const emulatorKey = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'
const drainMs = 10_000

try {
  const { config, secrets } = readConfig(process.env)
  const { port: wantedPort, url, eventsUrl } = config.realtimeServer
  if (config.isProduction && secrets.realtimeKey === undefined)
    throw new InvalidConfiguration(['REALTIME_KEY: is needed in production'])
  const log = createConsoleLog({
    format: config.log.format ?? 'json',
    level: config.log.level,
    write: createLineWriter(process.stdout),
    now: () => new Date(),
  })
  let origin = url ?? `http://localhost:${wantedPort}`
  const server = createWebPubSubServer({
    keys: [secrets.realtimeKey ?? emulatorKey],
    origin: () => origin,
    clock: systemClock,
    log,
  })
  server.tellEvents(
    { url: eventsUrl, systemEvents: ['connect', 'connected', 'disconnected'], userEvents: '*' },
    fetch,
  )
  const { port, drain } = await listen({
    fetch: server.fetch,
    port: wantedPort,
    hostname: config.host,
    upgrade: server.upgrade,
  })
  origin = url ?? `http://localhost:${port}`
  log.info('server_started', { url: origin, port, events: eventsUrl })
  stopInGoodOrder(log, [server.close, () => drain(drainMs)])
} catch (error) {
  console.error(error instanceof InvalidConfiguration ? error.message : error)
  process.exitCode = 1
}
