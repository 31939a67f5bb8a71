import type { Job } from '../../src/core/kernel/domain.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Telemetry } from '../../src/ports/telemetry.ts'
import { closedSet } from '../../src/ports/telemetry-facts.ts'

/** The same jobs; each run is a trace, and it is told how long ago each last ended well. */
export function observedJobs(
  jobs: readonly Job[],
  { telemetry, clock }: { readonly telemetry: Telemetry; readonly clock: Clock },
): readonly Job[] {
  if (!telemetry.isOn) return jobs
  const jobName = closedSet(() => jobs.map(({ name }) => name))
  return jobs.map((job) => {
    const facts = { 'app.job.name': jobName(job.name) }
    let succeededAtMs = clock.now()
    telemetry.gauge('jobs.last_success_age', () => Math.max(0, clock.now() - succeededAtMs) / 1_000, facts)
    return {
      ...job,
      run: () =>
        telemetry.trace('job', facts, {}, async () => {
          await job.run()
          succeededAtMs = clock.now()
        }),
    }
  })
}
