import { flushCompileCache } from 'node:module'
import { listen, stopInGoodOrder } from '../src/adapters/node/server.ts'
import { createApp } from '../src/app.ts'
import { InvalidConfiguration, readConfig } from '../src/config.ts'
import { createNodeNative } from './native-node.ts'
import { wire } from './wire.ts'

const hourMs = 60 * 60_000
const drainMs = 10_000

try {
  const { config, secrets } = readConfig(process.env)
  const { ports, defer, tidy, close } = wire(config, secrets, createNodeNative(config))
  const { app, health, users } = createApp(ports, config.app)
  await ports.accessTokens.publicKeys()
  const { port, drain } = await listen({ fetch: app.fetch, port: config.port, hostname: config.host })
  ports.log.info('server_started', {
    url: config.app.http.publicOrigin,
    port,
    documents: config.documents.kind,
  })

  const housekeep = () =>
    defer.run('housekeeping', async () => {
      const swept = await users.sweepUnclaimedUsers()
      if (swept > 0) ports.log.info('unclaimed_users_removed', { count: swept })
      await tidy()
    })
  housekeep()
  flushCompileCache()
  const housekeeping = setInterval(housekeep, hourMs)
  stopInGoodOrder(ports.log, [
    health.beginStopping,
    () => clearInterval(housekeeping),
    () => drain(drainMs),
    defer.settled,
    close,
  ])
} catch (error) {
  console.error(error instanceof InvalidConfiguration ? error.message : error)
  process.exitCode = 1
}
