import { createConsoleLog } from '../src/adapters/console/log.ts'
import { createLineWriter, listen, stopInGoodOrder } from '../src/adapters/node/server.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { createWebPubSubServer } from '../src/adapters/web-pubsub-local/server.ts'
import { readRealtimeServerConfig } from '../src/config/config.ts'
import { reportFailedStart } from './failed-start.ts'
import { countConnections } from './wiring/connections.ts'

const drainMs = 10_000

try {
  const config = readRealtimeServerConfig(process.env)
  const { port: wantedPort, url, eventsUrl } = config
  const log = createConsoleLog({
    format: config.log.format ?? 'json',
    level: config.log.level,
    write: createLineWriter(process.stdout),
    now: () => new Date(),
  })
  for (const warning of config.warnings) log.warn('configuration_warning', { warning })
  let origin = url ?? `http://localhost:${wantedPort}`
  const sockets = createWebPubSubServer({
    keys: [config.key],
    origin: () => origin,
    clock: systemClock,
    log,
    limitScale: config.limitScale,
  })
  sockets.tellEvents(
    { url: eventsUrl, systemEvents: ['connect', 'connected', 'disconnected'], userEvents: '*' },
    fetch,
  )
  const server = await listen({
    fetch: sockets.fetch,
    port: wantedPort,
    hostname: config.host,
    upgrade: sockets.upgrade,
    connectionsOf: countConnections(config),
    log,
  })
  origin = url ?? `http://localhost:${server.port}`
  log.info('server_started', { url: origin, port: server.port, events: eventsUrl })
  stopInGoodOrder(log, [
    sockets.beginStopping,
    () => server.windDown(config.stopGraceMs),
    sockets.close,
    () => server.close(drainMs),
  ])
} catch (error) {
  reportFailedStart(error)
}
