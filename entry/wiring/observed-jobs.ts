import type { Job } from '../../src/core/kernel/domain.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import { closedSet } from '../../src/ports/telemetry-facts.ts'

/** The same jobs; each run is a trace. */
export function observedJobs(jobs: readonly Job[], telemetry: Telemetry): readonly Job[] {
  if (!telemetry.isOn) return jobs
  const jobName = closedSet(() => jobs.map(({ name }) => name))
  return jobs.map((job) => ({
    ...job,
    run: () => telemetry.trace('job', { 'app.job.name': jobName(job.name) }, {}, job.run),
  }))
}
