import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'

/**
 * For a runtime that only ticks: runs the jobs that became due after `sinceMs`, at the latest at `nowMs`. A job is due
 * at the multiples of its `everyMs`, so that no process has to remember when it ran. A failure is logged.
 */
export const createRunDueJobs =
  ({ log }: Needs<'log'>, jobs: readonly Job[]) =>
  async (sinceMs: number, nowMs: number): Promise<void> => {
    const due = jobs.filter(({ everyMs }) => Math.floor(nowMs / everyMs) > Math.floor(sinceMs / everyMs))
    await Promise.all(
      due.map(async ({ name, run }) => {
        try {
          await run()
        } catch (error) {
          log.error('job_failed', error, { job: name })
        }
      }),
    )
  }
