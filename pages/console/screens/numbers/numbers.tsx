import { useSignal } from '@preact/signals'
import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { saveTable } from '../../state/save-table.ts'
import { Chart } from '../../view/parts/chart.tsx'
import { DayRange, type Days } from '../../view/parts/day-range.tsx'
import { Facts, Section } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { statusWords, typeWords } from '../forms/words.ts'

type Report = Of<(typeof v1)['reports']['forms']['$get']>
type Cell = string | number

const wordsOf = (type: string): string => (typeWords as Readonly<Record<string, string>>)[type] ?? type
const stateWordsOf = (status: string): string =>
  (statusWords as Readonly<Record<string, string>>)[status] ?? status
const types = ['contact', 'interest', 'referral'] as const
const colorOf = { contact: 1, interest: 2, referral: 3 } as const

const dayMs = 86_400_000
const mondayMs = Date.parse('1970-01-05')

/** Every week of these days: those without a form count too. */
function weeksOf({ since, until }: Report): readonly string[] {
  const weeks: string[] = []
  const sinceMonday = (Date.parse(since) - mondayMs) % (7 * dayMs)
  for (let day = Date.parse(since) - sinceMonday; day <= Date.parse(until); day += 7 * dayMs)
    weeks.push(new Date(day).toISOString().slice(0, 10))
  return weeks
}

function SaveButton({
  name,
  head,
  rows,
}: {
  name: string
  head: readonly string[]
  rows: readonly Cell[][]
}) {
  return (
    <div>
      <button type="button" onClick={() => saveTable(name, head, rows)}>
        Save as CSV
      </button>
    </div>
  )
}

function Weeks({ report }: { report: Report }) {
  const weeks = weeksOf(report)
  if (report.total === 0) return <p class="quiet">Nothing came in on these days.</p>
  const count = (week: string, type: string) =>
    report.rows
      .filter((row) => row.week === week && row.type === type)
      .reduce((sum, { submissions }) => sum + submissions, 0)
  const rows = weeks.map((week) => ({ week, counts: types.map((type) => count(week, type)) }))
  const head = ['Week from', ...types.map((type) => typeWords[type])]
  return (
    <>
      <Chart
        title="Forms by week"
        days={weeks}
        series={types.map((type) => ({
          title: typeWords[type],
          color: colorOf[type],
          values: weeks.map((week) => count(week, type)),
        }))}
      />
      <Table
        caption="Forms by week"
        items={[...rows].reverse()}
        keyOf={({ week }) => week}
        columns={[
          { title: 'Week from', cell: ({ week }) => week },
          ...types.map((type, at) => ({
            title: typeWords[type],
            isNumber: true,
            cell: ({ counts }: (typeof rows)[number]) => counts[at] ?? 0,
          })),
        ]}
      />
      <SaveButton name="forms-by-week" head={head} rows={rows.map(({ week, counts }) => [week, ...counts])} />
    </>
  )
}

function FirstReview({ report: { firstReview } }: { report: Report }) {
  if (firstReview.length === 0) return <p class="quiet">Nothing was reviewed on these days.</p>
  const hours = (value: number) => value.toFixed(1)
  return (
    <>
      <Table
        caption="Time to first review"
        items={firstReview}
        keyOf={({ type }) => type}
        columns={[
          { title: 'Type', cell: ({ type }) => wordsOf(type) },
          { title: 'Reviewed', cell: ({ reviewed }) => reviewed, isNumber: true },
          { title: 'Too late', cell: ({ late }) => late, isNumber: true },
          { title: 'Hours on average', cell: ({ averageHours }) => hours(averageHours), isNumber: true },
          { title: 'Longest, in hours', cell: ({ longestHours }) => hours(longestHours), isNumber: true },
        ]}
      />
      <SaveButton
        name="time-to-first-review"
        head={['Type', 'Reviewed', 'Too late', 'Hours on average', 'Longest, in hours']}
        rows={firstReview.map(({ type, reviewed, late, averageHours, longestHours }) => [
          wordsOf(type),
          reviewed,
          late,
          averageHours,
          longestHours,
        ])}
      />
    </>
  )
}

/** Counts of what came in; they name nobody. */
export function Numbers(_: ScreenProps) {
  const days = useSignal<Days>({ since: '', until: '' })
  const { since, until } = days.value
  const { load, value, again } = useAsked(`${since} ${until}`, () =>
    ask(
      v1.reports.forms.$get({
        query: { ...(since === '' ? {} : { since }), ...(until === '' ? {} : { until }) },
      }),
    ),
  )
  return (
    <>
      <ScreenHead title="Numbers" />
      <DayRange
        days={since === '' && until === '' && value ? { since: value.since, until: value.until } : days.value}
        onChange={(chosen) => {
          days.value = chosen
        }}
      />
      {value ? (
        <>
          <Section title={`Forms from ${value.since} to ${value.until}`}>
            <Facts
              facts={[
                ['All', String(value.total)],
                ['Overdue, and still waiting', String(value.overdue)],
                ...Object.entries(value.byStatus).map(
                  ([status, count]) => [stateWordsOf(status), String(count)] as const,
                ),
              ]}
            />
            <Weeks report={value} />
          </Section>
          <Section title="Time to first review">
            <FirstReview report={value} />
          </Section>
        </>
      ) : isProblem(load) ? (
        <Failed problem={load} retry={again} />
      ) : (
        <Loading of="the numbers" />
      )}
    </>
  )
}
