import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'

/** A turn that comes while the job still runs is left out: a job that takes long would run beside itself, again and again. */
export const oneAtATime = ({ run, ...job }: Job): Job => {
  let isRunning = false
  return {
    ...job,
    async run() {
      if (isRunning) return
      isRunning = true
      try {
        await run()
      } finally {
        isRunning = false
      }
    },
  }
}

/**
 * For a runtime that only ticks: runs the jobs that became due after `sinceMs`, at the latest at `nowMs`. A job is due
 * at the multiples of its `everyMs`, so that no process has to remember when it ran. A failure is logged.
 */
export const createRunDueJobs = ({ log }: Needs<'log'>, given: readonly Job[]) => {
  const jobs = given.map(oneAtATime)
  return async (sinceMs: number, nowMs: number): Promise<void> => {
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
}
