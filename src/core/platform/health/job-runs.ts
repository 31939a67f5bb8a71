import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { type Heartbeat, heartbeats, type JobRun, readHeartbeat } from './heartbeats.model.ts'

const minuteMs = 60_000
/** What runs more often than this is written down together with others. */
const seldomMs = 5 * minuteMs

const later = (a: string | null = null, b: string | null = null): string | null =>
  a !== null && b !== null ? (a > b ? a : b) : (a ?? b)

const merged = (one: JobRun | undefined, other: JobRun): JobRun => ({
  succeededAt: later(one?.succeededAt, other.succeededAt),
  failedAt: later(one?.failedAt, other.failedAt),
})

/**
 * How jobs ended, in whichever process they ran, so that one process can say it of all. Each writes at most once a minute,
 * and when a job ended that runs seldom. What cannot be written is written later: no job fails because of it.
 */
export function createJobRuns(needs: Needs<'documents' | 'clock' | 'log'>) {
  const { documents, clock, log } = needs
  const put = createPutDocument(needs)
  const own = new Map<string, JobRun>()
  let unwritten = new Map<string, JobRun>()
  let writtenAtMs = Number.NEGATIVE_INFINITY

  async function write(): Promise<void> {
    const runs = unwritten
    unwritten = new Map()
    writtenAtMs = clock.now()
    try {
      await put(heartbeats, { partition: 'runs', id: 'runs' }, (latest): Heartbeat => {
        const known = latest?.runs ?? {}
        const news = [...runs].map(([name, run]) => [name, merged(known[name], run)])
        return {
          id: 'runs',
          at: new Date(clock.now()).toISOString(),
          runs: { ...known, ...Object.fromEntries(news) },
        }
      })
    } catch (error) {
      for (const [name, run] of runs) unwritten.set(name, merged(unwritten.get(name), run))
      log.error('job_runs_not_written', error)
    }
  }

  return {
    async note(name: string, everyMs: number, hasSucceeded: boolean): Promise<void> {
      const at = new Date(clock.now()).toISOString()
      const run = hasSucceeded ? { succeededAt: at, failedAt: null } : { succeededAt: null, failedAt: at }
      own.set(name, merged(own.get(name), run))
      unwritten.set(name, merged(unwritten.get(name), run))
      const isEarly = isRecent(writtenAtMs, minuteMs, clock.now())
      if (!isEarly || everyMs >= seldomMs) await write()
    },
    /** By name: those of all processes, as far as they have said so. */
    async read(): Promise<ReadonlyMap<string, JobRun>> {
      const { runs = {} } = (await readHeartbeat(documents, 'runs')) ?? {}
      const all = new Map(Object.entries(runs))
      for (const [name, run] of own) all.set(name, merged(all.get(name), run))
      return all
    },
  }
}

export type JobRuns = ReturnType<typeof createJobRuns>
