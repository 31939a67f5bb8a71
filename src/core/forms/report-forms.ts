import type { Needs } from '../../ports/ports.ts'
import { dateIn, dayAfter, startOfDay, wallClockShifts } from './business-hours.ts'
import type { FormSettings } from './forms.model.ts'
import type { FormReport, ReportQuery } from './review.model.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
const defaultDays = 90

/** Before this there were no forms. */
const firstMs = Date.parse('2000-01-01T00:00:00.000Z')

const hours = (ms: number): number => Math.round((ms / hourMs) * 10) / 10

function sumBy<T>(rows: readonly (T & { readonly submissions: number })[], key: (row: T) => string) {
  const sums: Record<string, number> = {}
  for (const row of rows) sums[key(row)] = (sums[key(row)] ?? 0) + row.submissions
  return sums
}

/** Counts, and how soon somebody looked. Names nobody. */
export const createReportForms =
  (
    { submissions, clock }: Needs<'submissions' | 'clock'>,
    { businessHours: { timeZone } }: Pick<FormSettings, 'businessHours'>,
  ) =>
  async (query: ReportQuery): Promise<FormReport> => {
    const now = clock.now()
    const until = query.until ?? dateIn(now, timeZone)
    const since = query.since ?? dayAfter(until, 1 - defaultDays)
    const inReach = (ms: number) => Math.min(Math.max(ms, firstMs), now + dayMs)
    const sinceMs = inReach(startOfDay(since, timeZone))
    const untilMs = inReach(startOfDay(dayAfter(until, 1), timeZone))
    const { counts, firstReviews } = await submissions.report({
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      now: new Date(now).toISOString(),
      shifts: wallClockShifts(sinceMs, untilMs, timeZone),
    })
    return {
      since,
      until,
      total: counts.reduce((sum, row) => sum + row.submissions, 0),
      overdue: counts.reduce((sum, row) => sum + row.overdue, 0),
      byType: sumBy(counts, ({ type }) => type),
      byStatus: sumBy(counts, ({ status }) => status),
      byWeek: Object.entries(sumBy(counts, ({ week }) => week))
        .map(([week, count]) => ({ week, submissions: count }))
        .toSorted((a, b) => (a.week < b.week ? -1 : 1)),
      rows: counts.map((row) => ({ ...row })),
      firstReview: firstReviews.map(({ type, reviewed, late, averageMs, longestMs }) => ({
        type,
        reviewed,
        late,
        averageHours: hours(averageMs),
        longestHours: hours(longestMs),
      })),
    }
  }
