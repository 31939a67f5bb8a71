import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'
import { createJobRuns } from './job-runs.ts'

const minuteMs = 60_000
/** What runs for so long is taken to hang. */
const longestRunMs = 60 * minuteMs
/** Beyond two of its turns. */
const graceMs = 10 * minuteMs
const failuresInARow = 3

/** A job as staff see it: times are ISO in UTC. */
export interface JobState {
  readonly name: string
  readonly everySeconds: number
  readonly succeededAt: string | null
  readonly failedAt: string | null
  /** It hangs, fails each time, or should have ended well by now and did not. */
  readonly isOverdue: boolean
}

interface Watched {
  readonly everyMs: number
  /** When it last ended well; until then, when it was first heard of. */
  endedAtMs: number
  runningSinceMs: number | null
  failures: number
}

/**
 * Follows jobs as they run in this process, so that one that hangs, fails each time or is never begun is seen by somebody other
 * than whoever waits for what it does.
 */
export function createJobWatch(needs: Needs<'clock' | 'documents' | 'log'>) {
  const { clock } = needs
  const runs = createJobRuns(needs)
  const watchedJobs = new Map<string, Watched>()

  /** After the clock was put back nothing began in the future. */
  function sinceMs(job: Watched, at: 'endedAtMs' | 'runningSinceMs'): number {
    const now = clock.now()
    job[at] = Math.min(job[at] ?? now, now)
    return now - job[at]
  }
  const hangsOrFails = (job: Watched): boolean =>
    job.failures >= failuresInARow ||
    (job.runningSinceMs !== null && sinceMs(job, 'runningSinceMs') >= longestRunMs)
  const isLate = (job: Watched): boolean => sinceMs(job, 'endedAtMs') > 2 * job.everyMs + graceMs
  const namesOf = (test: (job: Watched) => boolean): readonly string[] =>
    [...watchedJobs].filter(([, job]) => test(job)).map(([name]) => name)

  function watched({ name, everyMs, run }: Job): Job {
    const job: Watched = { everyMs, endedAtMs: clock.now(), runningSinceMs: null, failures: 0 }
    watchedJobs.set(name, job)
    return {
      name,
      everyMs,
      async run() {
        job.runningSinceMs = clock.now()
        try {
          await run()
          job.failures = 0
          job.endedAtMs = clock.now()
          await runs.note(name, everyMs, true)
        } catch (error) {
          job.failures++
          await runs.note(name, everyMs, false)
          throw error
        } finally {
          job.runningSinceMs = null
        }
      },
    }
  }

  /** Another process may have run it: what it wrote down counts as well as what was seen here. */
  const wasRunLately = ({ everyMs }: Watched, succeededAt: string | null): boolean =>
    succeededAt !== null && isRecent(Date.parse(succeededAt), 2 * everyMs + graceMs, clock.now())

  async function states(): Promise<readonly JobState[]> {
    const lastRuns = await runs.read()
    return [...watchedJobs]
      .map(([name, job]) => {
        const { succeededAt = null, failedAt = null } = lastRuns.get(name) ?? {}
        const isOverdue = hangsOrFails(job) || (isLate(job) && !wasRunLately(job, succeededAt))
        return { name, everySeconds: job.everyMs / 1_000, succeededAt, failedAt, isOverdue }
      })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  return {
    watched,
    /** Of every job that this process knows, by name. */
    states,
    /** Those that run for too long, or failed each of the last times. */
    inTrouble: () => namesOf(hangsOrFails),
    /** With those that should have ended well here by now, and did not. */
    standingStill: () => namesOf((job) => hangsOrFails(job) || isLate(job)),
  }
}

export type JobWatch = ReturnType<typeof createJobWatch>
