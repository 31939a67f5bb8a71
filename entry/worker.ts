import { createApp } from '../src/app/create-app.ts'
import { readConfig } from '../src/config/config.ts'
import { createRunDueJobs } from '../src/core/platform/jobs/jobs.ts'
import { bodyOfSurprise } from '../src/http/errors.ts'
import { seedDemo } from './demo.ts'
import { createWorkerNative } from './native-worker.ts'
import { wire } from './wire.ts'
import { observedJobs } from './wiring/observed-jobs.ts'

type Environment = Readonly<Record<string, string | undefined>>

const minuteMs = 60_000

async function start(environment: Environment) {
  const { config, secrets, warnings } = readConfig(environment, { runtime: 'workerd' })
  const { ports, jobs: adapterJobs } = await wire(config, secrets, createWorkerNative(config))
  const api = createApp(ports, config.app)
  for (const warning of warnings) ports.log.warn('configuration_warning', { warning })
  if (config.hasDemoData) await seedDemo(ports, api, config.app.http.publicOrigin)
  return {
    app: api.app,
    runDueJobs: createRunDueJobs(
      ports,
      observedJobs(api.health.watchJobs([...adapterJobs, ...api.jobs]), ports),
    ),
    noteTick: api.health.expectTicks(),
  }
}

/** Not before the first request: outside of one workerd allows neither chance nor time. */
let started: ReturnType<typeof start> | undefined
const startOnce = (environment: Environment) => {
  started ??= start(environment)
  return started
}

export default {
  async fetch(request: Request, environment: Environment): Promise<Response> {
    const running = await startOnce(environment).catch((error: unknown) => console.error(String(error)))
    if (!running)
      return Response.json(bodyOfSurprise(crypto.randomUUID(), 'en'), {
        status: 500,
        headers: { 'Cache-Control': 'private, no-store' },
      })
    const remoteAddress = request.headers.get('cf-connecting-ip')
    return running.app.fetch(request, remoteAddress === null ? {} : { remoteAddress })
  },
  /** Once a minute, see `crons` in wrangler.toml. */
  async scheduled({ scheduledTime }: { scheduledTime: number }, environment: Environment): Promise<void> {
    const { runDueJobs, noteTick } = await startOnce(environment)
    await noteTick()
    await runDueJobs(scheduledTime - minuteMs, scheduledTime)
  },
}
