import type { Needs } from '../../../ports/ports.ts'
import { emptyFace } from '../../kernel/domain.ts'

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
  /** Mail on its way out, and dead letters that somebody has to look at; null while that cannot be told. */
  readonly mail: { readonly waiting: number; readonly dead: number; readonly oldestWaitingMs: number } | null
  /** Forms that nobody has looked at; null while that cannot be told. A figure of 1,000 stands for that many or more. */
  readonly forms: FormFigures | null
}

const patienceMs = 2_000
/** Of each state, so that the answer costs no more when many wait. */
const mostForms = 1_000

/** Asks each dependency a question that costs next to nothing; one that does not answer in time is down. */
export function createHealth(
  needs: Needs<
    'blobs' | 'cache' | 'realtime' | 'audit' | 'mailQueue' | 'submissions' | 'accessTokens' | 'clock' | 'log'
  >,
  { users }: { readonly users: { readonly read: (id: string) => Promise<unknown> } },
) {
  const { blobs, cache, realtime, audit, mailQueue, submissions, accessTokens, clock, log } = needs
  const concerns = new Map<string, () => boolean>()
  let isStopping = false

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

  const questions: Record<string, () => Promise<unknown>> = {
    documents: () => users.read('readiness'),
    blobs: () => blobs.head({ container: 'documents', path: 'readiness' }),
    cache: () => cache.get('readiness'),
    realtime: () => realtime.isConnected('readiness'),
    audit: () => audit.listByActor('readiness', { limit: 1 }),
    keys: () => accessTokens.publicKeys(),
  }
  const ask = async (name: string, question: () => Promise<unknown>): Promise<[string, DependencyState]> => {
    const startedAt = clock.now()
    try {
      const silence = AbortSignal.timeout(patienceMs)
      await Promise.race([
        question(),
        new Promise((_, reject) =>
          silence.addEventListener('abort', () => reject(new Error(`no answer in ${patienceMs} ms`))),
        ),
      ])
      return [name, { state: 'up', latencyMs: clock.now() - startedAt }]
    } catch (error) {
      log.error('dependency_down', error, { dependency: name })
      return [name, { state: 'down', latencyMs: clock.now() - startedAt }]
    }
  }

  return {
    ...emptyFace,
    async readiness(): Promise<Readiness> {
      let mail: Readiness['mail'] = null
      let forms: Readiness['forms'] = null
      const asked = await Promise.all([
        ...Object.entries(questions).map(([name, question]) => ask(name, question)),
        ask('mail', async () => {
          mail = await countMail()
        }),
        ask('forms', async () => {
          forms = await countForms()
        }),
      ])
      const isUp = asked.every(([, { state }]) => state === 'up')
      const present = [...concerns].filter(([, isPresent]) => isPresent()).map(([name]) => name)
      const statusOfUp = present.length > 0 ? 'degraded' : 'ready'
      return {
        status: isStopping ? 'stopping' : isUp ? statusOfUp : 'not_ready',
        dependencies: Object.fromEntries(asked),
        concerns: present,
        mail,
        forms,
      }
    },
    /** From now on `name` is among the concerns whenever `isPresent`, which asks nobody. */
    watch(name: string, isPresent: () => boolean): void {
      concerns.set(name, isPresent)
    },
    /** From now on not ready, so that no new requests are sent here. */
    beginStopping(): void {
      isStopping = true
    },
  }
}

export type Health = ReturnType<typeof createHealth>

export const healthDomain = { collections: [], create: createHealth }
