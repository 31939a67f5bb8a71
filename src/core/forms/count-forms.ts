import type { Needs } from '../../ports/ports.ts'
import { dateIn, dayAfter, startOfDay } from './business-hours.ts'
import type { FormSettings, FormStatus } from './forms.model.ts'

/** Of each state and urgency, so that the answer costs no more when many wait. */
const mostCounted = 100

export interface FormCounts {
  readonly waiting: number
  readonly overdue: number
  readonly dueToday: number
  readonly urgent: number
  readonly quarantined: number
  readonly oldestQuarantinedAt: string | null
}

/** What waits now: 100 stands for that many or more. What was put aside as spam waits as well. */
export const createCountForms =
  (
    { submissions, clock }: Needs<'submissions' | 'clock'>,
    { businessHours: { timeZone } }: Pick<FormSettings, 'businessHours'>,
  ) =>
  async (): Promise<FormCounts> => {
    const nowMs = clock.now()
    const endMs = startOfDay(dayAfter(dateIn(nowMs, timeZone), 1), timeZone)
    const [now = '', endOfDay = ''] = [nowMs, endMs - 1].map((ms) => new Date(ms).toISOString())
    const [counts, untilTonight, urgent] = await Promise.all([
      submissions.countWaiting({ now, most: mostCounted }),
      submissions.countWaiting({ now: endOfDay, most: mostCounted }),
      submissions.countWaiting({ now, most: mostCounted, urgency: 'high' }),
    ])
    const few = (count: number) => Math.min(count, mostCounted)
    const sum = (some: typeof counts, of: 'submissions' | 'overdue') =>
      some.reduce((total, each) => total + each[of], 0)
    const overdue = sum(counts, 'overdue')
    const putAside = counts.find(({ status }) => (status as FormStatus) === 'spam')
    return {
      waiting: few(sum(counts, 'submissions')),
      overdue: few(overdue),
      dueToday: few(sum(untilTonight, 'overdue') - overdue),
      urgent: few(sum(urgent, 'submissions')),
      quarantined: putAside?.submissions ?? 0,
      oldestQuarantinedAt: putAside?.oldestAt ?? null,
    }
  }
