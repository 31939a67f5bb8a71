import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import {
  migrateCommand,
  missingMigrations,
  type OldSchema,
  SchemaTooOld,
} from '../../../ports/record-schema.ts'
import { answerInTime } from '../../kernel/answer-in-time.ts'
import { emptyFace, type Job } from '../../kernel/domain.ts'
import { nothingPersonal } from '../../kernel/personal-data.ts'
import type { Keys } from '../keys/keys.ts'
import { createQuestions } from './dependencies.ts'
import { beat, heartbeats, readHeartbeat } from './heartbeats.model.ts'
import { createJobWatch } from './watch-jobs.ts'
import { createSchemaWatch } from './watch-schema.ts'

export interface DependencyState {
  readonly state: 'up' | 'down'
  readonly latencyMs: number
}

export interface FormFigures {
  /** With those that were put aside. */
  readonly waiting: number
  readonly overdue: number
  /** Put aside as spam by a program. */
  readonly quarantined: number
  readonly oldestQuarantinedMs: number
}

export interface Readiness {
  /** `degraded`: it serves, and somebody has to look at its `concerns`. */
  readonly status: 'ready' | 'degraded' | 'not_ready' | 'stopping'
  readonly dependencies: Readonly<Record<string, DependencyState>>
  /** Names of what is wrong and keeps nobody from being served. */
  readonly concerns: readonly string[]
  /** Jobs that hang, fail each time, or do not run; null while that cannot be told. */
  readonly jobs: { readonly standingStill: readonly string[] } | null
  /** Mail on its way out, and dead letters that somebody has to look at; null while that cannot be told. */
  readonly mail: { readonly waiting: number; readonly dead: number; readonly oldestWaitingMs: number } | null
  /** Where the database of the records has to be migrated first: null where it has not, or while that cannot be told. */
  readonly schema: (OldSchema & { readonly missing: readonly number[]; readonly run: string }) | null
  /** Forms that nobody has looked at; null while that cannot be told. A figure of 1,000 stands for that many or more. */
  readonly forms: FormFigures | null
}

const minuteMs = 60_000
/** An answer is given for so long to whoever else asks. */
const keptMs = 1_000
const patienceMs = 2_000
/** What was not asked for so long may have let its connection go, and is given the time to make a new one. */
const coldAfterMs = 50_000
const coldPatienceMs = 8_000
/** Of each state, so that the answer costs no more when many wait. */
const mostForms = 1_000
/** Mail that could have been sent so long ago stands still. */
const mailWaitsMs = 15 * minuteMs
/** Ticks that did not come for so long are missed. */
const missedTicksMs = 5 * minuteMs

/**
 * Asks each dependency a question that costs next to nothing; one that does not answer in time is down. However many ask, each is
 * asked once a second at most. One that was not asked for most of a minute has eight seconds, any other two.
 */
export function createHealth(
  needs: Needs<
    | 'documents'
    | 'blobs'
    | 'cache'
    | 'realtime'
    | 'audit'
    | 'mailQueue'
    | 'submissions'
    | 'recordSchema'
    | 'accessTokens'
    | 'clock'
    | 'log'
  >,
  { keys }: { readonly keys: Pick<Keys, 'isAheadOfClock'> },
) {
  const { documents, mailQueue, submissions, clock, log } = needs
  const questions = createQuestions(needs)
  const jobWatch = createJobWatch(needs)
  const schemaWatch = createSchemaWatch(needs)
  const concerns = new Map<string, () => boolean>()
  let isStopping = false
  /** Where something outside begins the jobs: since when. */
  let ticksSinceMs: number | null = null

  async function countMail(): Promise<Readiness['mail']> {
    const { waiting, dead, waitingSince } = await mailQueue.counts()
    const oldestWaitingMs = waitingSince === null ? 0 : Math.max(0, clock.now() - Date.parse(waitingSince))
    return { waiting, dead, oldestWaitingMs }
  }

  async function countForms(): Promise<FormFigures> {
    const now = clock.now()
    const counts = await submissions.countWaiting({ now: new Date(now).toISOString(), most: mostForms })
    const putAside = counts.find(({ status }) => status === 'spam')
    return {
      waiting: counts.reduce((sum, { submissions: count }) => sum + count, 0),
      overdue: counts.reduce((sum, { overdue }) => sum + overdue, 0),
      quarantined: putAside?.submissions ?? 0,
      oldestQuarantinedMs: putAside ? Math.max(0, now - Date.parse(putAside.oldestAt)) : 0,
    }
  }

  async function jobsStandingStill(): Promise<readonly string[]> {
    if (ticksSinceMs === null) return jobWatch.standingStill()
    // Whichever process the tick came to.
    const last = await readHeartbeat(documents, 'jobs')
    const isTicking = [ticksSinceMs, Date.parse(last?.at ?? '')].some((at) =>
      isRecent(at, missedTicksMs, clock.now()),
    )
    return [...(isTicking ? [] : ['all']), ...(last?.inTrouble ?? [])]
  }

  const askedAtMs = new Map<string, number>()
  function patienceWith(name: string): number {
    const isCold = !isRecent(askedAtMs.get(name) ?? Number.NaN, coldAfterMs, clock.now())
    askedAtMs.set(name, clock.now())
    return isCold ? coldPatienceMs : patienceMs
  }

  const ask = async (name: string, question: () => Promise<unknown>): Promise<[string, DependencyState]> => {
    const startedAt = clock.now()
    const latency = () => Math.max(0, clock.now() - startedAt)
    try {
      await answerInTime(question, patienceWith(name))
      return [name, { state: 'up', latencyMs: latency() }]
    } catch (error) {
      log.error('dependency_down', error, { dependency: name })
      return [name, { state: 'down', latencyMs: latency() }]
    }
  }

  async function look(): Promise<Readiness> {
    let mail: Readiness['mail'] = null
    let forms: Readiness['forms'] = null
    let jobs: Readiness['jobs'] = null
    let schema: Readiness['schema'] = null
    const asked = await Promise.all([
      ...Object.entries(questions).map(([name, question]) => ask(name, question)),
      ask('schema', async () => {
        const old = await schemaWatch.look()
        schema = old && { ...old, missing: missingMigrations(old), run: migrateCommand }
        if (old) throw new SchemaTooOld(old)
      }),
      ask('mail', async () => {
        mail = await countMail()
      }),
      ask('forms', async () => {
        forms = await countForms()
      }),
      ask('jobs', async () => {
        jobs = { standingStill: await jobsStandingStill() }
      }),
    ])
    const said = { mail, forms, jobs, schema } as Pick<Readiness, 'mail' | 'forms' | 'jobs' | 'schema'>
    const present = [
      ...((said.mail?.oldestWaitingMs ?? 0) >= mailWaitsMs ? ['mail_stands_still'] : []),
      ...((said.jobs?.standingStill.length ?? 0) > 0 ? ['jobs_stand_still'] : []),
      ...(keys.isAheadOfClock() ? ['clock_behind_keys'] : []),
      ...[...concerns].filter(([, isPresent]) => isPresent()).map(([name]) => name),
    ]
    const isUp = asked.every(([, { state }]) => state === 'up')
    return {
      status: isUp ? (present.length > 0 ? 'degraded' : 'ready') : 'not_ready',
      dependencies: Object.fromEntries(asked),
      concerns: present,
      ...said,
    }
  }

  let flight: Promise<Readiness> | undefined
  let seen: { readonly atMs: number; readonly readiness: Readiness } | undefined
  function lookOnce(): Promise<Readiness> {
    flight ??= look()
      .then((readiness) => {
        seen = { atMs: clock.now(), readiness }
        return readiness
      })
      .finally(() => {
        flight = undefined
      })
    return flight
  }

  return {
    ...emptyFace,
    personalData: [
      nothingPersonal(
        'Heartbeats',
        'Shows that the store takes what is written, and that the jobs are run.',
        'Overwritten by the next one.',
      ),
    ],
    async readiness(): Promise<Readiness> {
      const isSeen = seen !== undefined && isRecent(seen.atMs, keptMs, clock.now())
      const readiness = isSeen && seen ? seen.readiness : await lookOnce()
      return isStopping ? { ...readiness, status: 'stopping' } : readiness
    },
    /** From now on `name` is among the concerns whenever `isPresent`, which asks nobody. */
    watch(name: string, isPresent: () => boolean): void {
      concerns.set(name, isPresent)
    },
    /** Throws an `unavailable` while the records have a schema that this program cannot work with. */
    requireSchema: schemaWatch.require,
    jobStates: jobWatch.states,
    /** The same jobs; whether they stand still is seen from now on. */
    watchJobs: (jobs: readonly Job[]): readonly Job[] => jobs.map(jobWatch.watched),
    /**
     * Where a service outside begins the jobs each minute, in whichever process: to be called by each that could be the one, and
     * what it answers at each tick.
     */
    expectTicks(): () => Promise<void> {
      ticksSinceMs = clock.now()
      return () =>
        beat(documents, {
          id: 'jobs',
          at: new Date(clock.now()).toISOString(),
          inTrouble: jobWatch.inTrouble(),
        }).catch((error: unknown) => log.error('tick_not_noted', error))
    },
    /** From now on not ready, so that no new requests are sent here. */
    beginStopping(): void {
      isStopping = true
    },
  }
}

export type Health = ReturnType<typeof createHealth>

export const healthDomain = { collections: [heartbeats], create: createHealth }
