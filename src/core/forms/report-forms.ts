import type { Needs } from '../../ports/ports.ts'
import type { FormReport, ReportQuery } from './review.model.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
const defaultDays = 90

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const hours = (ms: number): number => Math.round((ms / hourMs) * 10) / 10

function sumBy<T>(rows: readonly (T & { readonly submissions: number })[], key: (row: T) => string) {
  const sums: Record<string, number> = {}
  for (const row of rows) sums[key(row)] = (sums[key(row)] ?? 0) + row.submissions
  return sums
}

/** Counts, and how soon somebody looked. Names nobody. */
export const createReportForms =
  ({ submissions, clock }: Needs<'submissions' | 'clock'>) =>
  async (query: ReportQuery): Promise<FormReport> => {
    const until = query.until ?? dayOf(clock.now())
    const since = query.since ?? dayOf(Date.parse(until) - (defaultDays - 1) * dayMs)
    const { counts, firstReviews } = await submissions.report({
      since: `${since}T00:00:00.000Z`,
      until: new Date(Date.parse(until) + dayMs).toISOString(),
    })
    return {
      since,
      until,
      total: counts.reduce((sum, row) => sum + row.submissions, 0),
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
