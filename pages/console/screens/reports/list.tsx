import { signal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { onLeaving } from '../../../base/state/session.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { Choice, Moment, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import {
  isPressing,
  type ReportStatus,
  type ReportSummary,
  reasonWords,
  resolutionWords,
  statusWords,
} from './words.ts'

const status = signal<ReportStatus>('open')
onLeaving(() => {
  status.value = 'open'
})

/** The queue: those that wait from the oldest on. */
export function ReportList() {
  const list = usePaged<ReportSummary>(status.value, async (cursor) => {
    const query = { status: status.value, ...(cursor === null ? {} : { cursor }) }
    const answer = await ask(v1.reports.$get({ query }))
    if (!answer.ok) return answer
    return { ...answer, value: { items: answer.value.items, next: answer.value.pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead title="Reported messages" />
      <div class="filters">
        <Choice
          label="State"
          value={status.value}
          choices={Object.entries(statusWords) as [ReportStatus, string][]}
          onChange={(chosen) => {
            status.value = chosen
          }}
        />
      </div>
      <PagedTable
        list={list}
        caption="Reported messages"
        nothing={status.value === 'open' ? 'Nothing waits.' : 'There is none.'}
        keyOf={({ id }) => id}
        columns={[
          {
            title: 'Why',
            cell: ({ id, reason }) => <a href={addressOf('reports', id)}>{reasonWords[reason]}</a>,
          },
          {
            title: 'State',
            cell: (report) => (
              <>
                {report.resolution ? resolutionWords[report.resolution] : statusWords[report.status]}{' '}
                {report.status !== 'resolved' && isPressing(report.reason) && <Tag look="bad">Look now</Tag>}
              </>
            ),
          },
          { title: 'Reported', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
      />
    </>
  )
}
