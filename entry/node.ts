import module from 'node:module'
import { listen, stopInGoodOrder } from '../src/adapters/node/server.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { oneAtATime } from '../src/core/platform/jobs/jobs.ts'
import { makeSampleCourses, seedDemo } from './demo.ts'
import { reportFailedStart } from './failed-start.ts'
import { createNodeNative } from './native-node.ts'
import { requireNode } from './supported-node.ts'
import { wire } from './wire.ts'
import { countConnections } from './wiring/connections.ts'
import { lockFolder } from './wiring/folder.ts'
import { createFront } from './wiring/front.ts'
import { serveMetrics } from './wiring/metrics-server.ts'
import { observedJobs } from './wiring/observed-jobs.ts'

const drainMs = 10_000

try {
  requireNode()
  const { config, secrets, warnings } = readConfig(process.env)
  const lock = lockFolder(config, process.argv.includes('--take-over'))
  const wired = await wire(config, secrets, createNodeNative(config))
  const { ports, defer, jobs: adapterJobs, embedded, close } = wired
  const api = createApp(ports, config.app)
  const { app, health, jobs } = api
  for (const warning of warnings) ports.log.warn('configuration_warning', { warning })
  if (config.hasDemoData) await seedDemo(ports, api, config.app.http.publicOrigin)
  await ports.accessTokens.publicKeys()
  const server = await listen({
    ...createFront({ fetch: app.fetch, embedded, originLock: config.app.originLock, log: ports.log }),
    port: config.port,
    hostname: config.host,
    maxBodyBytes: config.app.http.maxBodyBytes,
    maySendSlowly: (target) => target.startsWith('/api/blobs/'),
    connectionsOf: countConnections({ ...config, ...config.app }),
    log: ports.log,
  })
  const metrics = await serveMetrics(config.telemetry.metrics, ports.observations.prometheus, ports.log)
  ports.log.info('server_started', {
    url: config.app.http.publicOrigin,
    port: server.port,
    documents: config.documents.kind,
    records: config.records.kind,
    cache: config.cache.kind,
    realtime: config.realtime.kind,
    secrets: config.secrets.kind,
    mail: config.mail.kind,
  })

  if (config.hasSampleCourses)
    defer.run('seed_courses', async () => {
      const count = await makeSampleCourses(api, config.app.http.publicOrigin)
      if (count !== null) ports.log.info('sample_courses_made', { count })
    })
  const timers = observedJobs(health.watchJobs([...adapterJobs, ...jobs]), ports)
    .map(oneAtATime)
    .map(({ name, everyMs, run }) => {
      const start = () => defer.run(name, run)
      start()
      return setInterval(start, everyMs)
    })
  module.flushCompileCache()
  stopInGoodOrder(ports.log, [
    health.beginStopping,
    () => server.windDown(config.stopGraceMs),
    () => timers.forEach(clearInterval),
    () => embedded?.close(),
    () => server.close(drainMs),
    () => metrics?.close(0),
    () => defer.settled({ withinMs: drainMs }),
    close,
    lock.release,
  ])
} catch (error) {
  reportFailedStart(error)
}
