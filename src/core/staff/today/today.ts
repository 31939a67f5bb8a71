import type { Needs } from '../../../ports/ports.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { Files } from '../../files/files.ts'
import type { Forms } from '../../forms/forms.ts'
import { answerInTime } from '../../kernel/answer-in-time.ts'
import { emptyFace } from '../../kernel/domain.ts'
import type { Reports } from '../../messaging/reports/reports.ts'
import type { Health } from '../../platform/health/health.ts'
import { viewOfReadiness } from '../../platform/health/readiness.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Today } from './today.model.ts'

const patienceMs = 2_000
const mostCounted = 100
/** Sixteen shards: four times what an even share of the most would be. */
const mostOfShard = 25

export interface TodayBorrows {
  readonly auth: Pick<Auth, 'assistedRecovery'>
  readonly files: Pick<Files, 'countScans'>
  readonly forms: Pick<Forms, 'countWaiting'>
  readonly health: Pick<Health, 'readiness' | 'jobStates'>
  readonly mail: Pick<Mailing, 'countDead'>
  readonly reports: Pick<Reports, 'countOpen'>
}

/** What waits for staff, in one answer. */
export function createToday(
  { clock, log }: Needs<'clock' | 'log'>,
  { auth, files, forms, health, mail, reports }: TodayBorrows,
) {
  /** One that does not answer takes none of the others away. */
  async function part<T>(name: string, question: () => Promise<T>): Promise<T | null> {
    try {
      return await answerInTime(question, patienceMs)
    } catch (error) {
      log.error('today_not_told', error, { part: name })
      return null
    }
  }

  return {
    ...emptyFace,
    async read(): Promise<Today> {
      const [counts, deadMail, recoveries, openReports, scans, jobs, readiness] = await Promise.all([
        part('forms', forms.countWaiting),
        part('mail', () => mail.countDead(mostCounted)),
        part('recoveries', auth.assistedRecovery.waiting),
        part('reports', () => reports.countOpen(mostCounted)),
        part('scans', () => files.countScans(mostOfShard)),
        part('jobs', health.jobStates),
        health.readiness(),
      ])
      return {
        at: new Date(clock.now()).toISOString(),
        forms: counts && { ...counts },
        deadMail: deadMail?.map((each) => ({ ...each })) ?? null,
        recoveries: recoveries && [...recoveries],
        reports: openReports && { ...openReports },
        scans: scans && { ...scans, waiting: Math.min(scans.waiting, mostCounted) },
        jobs: jobs?.map((each) => ({ ...each })) ?? null,
        health: viewOfReadiness(readiness),
      }
    },
  }
}

export type TodayDomain = ReturnType<typeof createToday>

export const todayDomain = { collections: [], create: createToday }
