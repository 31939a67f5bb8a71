import { createInvocationLines } from '../src/adapters/azure-functions/invocation-lines.ts'
import { registerFunctions } from '../src/adapters/azure-functions/server.ts'
import { createLineWriter } from '../src/adapters/node/server.ts'
import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { createRunDueJobs } from '../src/core/platform/jobs/jobs.ts'
import { seedDemo } from './demo.ts'
import { createNodeNative } from './native-node.ts'
import { wire } from './wire.ts'
import { observedJobs } from './wiring/observed-jobs.ts'

/** The host does not wait long for a process that it stops. */
const settleMs = 3_000

const { config, secrets, warnings } = readConfig(process.env, { runtime: 'functions' })
const { within, write } = createInvocationLines(createLineWriter(process.stdout))
const native = createNodeNative(config, write)
const { ports, defer, jobs: adapterJobs, close } = await wire(config, secrets, native)
const api = createApp(ports, config.app)
const { app, health, jobs } = api
for (const warning of warnings) ports.log.warn('configuration_warning', { warning })
if (config.hasDemoData) await seedDemo(ports, api, config.app.http.publicOrigin)
const runDueJobs = createRunDueJobs(ports, observedJobs(health.watchJobs([...adapterJobs, ...jobs]), ports))
const noteTick = health.expectTicks()

registerFunctions({
  fetch: (request, hostTrace) => app.fetch(request, hostTrace === undefined ? {} : { hostTrace }),
  isStreaming: config.functions.isStreaming,
  async onMinute(sinceMs) {
    await noteTick()
    await runDueJobs(sinceMs, ports.clock.now())
    await ports.telemetry.flush()
  },
  onStopping: health.beginStopping,
  async onTerminate() {
    await defer.settled({ withinMs: settleMs })
    await close()
  },
  within,
  now: ports.clock.now,
  log: ports.log,
})
