import { isProblem } from '../../../base/api/ask.ts'
import { sizeOf } from '../../../base/text/sizes.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { addressOf } from '../../state/place.ts'
import { Facts, Moment, Section } from '../../view/parts/fields.tsx'
import { Meanwhile } from '../../view/parts/meanwhile.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { Table } from '../../view/parts/table.tsx'
import { Decision } from './decision.tsx'
import { useReview } from './review.ts'
import { type ReportDetail, reasonWords, statusWords } from './words.ts'

const back = { href: addressOf('reports'), words: 'All reported messages' }

const personLink = (id: string | null) =>
  id === null ? 'Somebody who is erased' : <a href={addressOf('people', id)}>Show the account</a>

/** The message as it was when it was reported: text of strangers, shown as it is. */
function Message({ report: { message, note, reporterId, reportedId, createdAt } }: { report: ReportDetail }) {
  return (
    <Section title="What was reported">
      {message === null ? (
        <p>The message had to be forgotten.</p>
      ) : (
        <>
          <blockquote class="quote text">{message.text}</blockquote>
          {message.attachments.length > 0 && (
            <ul class="notes">
              {message.attachments.map(({ name, size }) => (
                <li key={name}>
                  <bdi>{name}</bdi> <span class="quiet small">{sizeOf(size)}</span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <Facts
        facts={[
          ...(message === null
            ? []
            : ([
                ['Written', <Moment at={message.timestamp} />],
                ['Changed', message.editedAt === null ? 'Never' : <Moment at={message.editedAt} />],
              ] as const)),
          ['Who wrote it', personLink(reportedId)],
          ['Who reported it', personLink(reporterId)],
          ['Reported', <Moment at={createdAt} />],
          ['What they said about it', note ?? 'Nothing'],
        ]}
      />
    </Section>
  )
}

function Others({ report: { others } }: { report: ReportDetail }) {
  if (others.length === 0) return null
  return (
    <Section title="Other reports about the same person">
      <Table
        caption="Other reports about the same person"
        items={others}
        keyOf={({ id }) => id}
        columns={[
          {
            title: 'Why',
            cell: ({ id, reason }) => <a href={addressOf('reports', id)}>{reasonWords[reason]}</a>,
          },
          { title: 'State', cell: ({ status }) => statusWords[status] },
          { title: 'Reported', cell: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
      />
    </Section>
  )
}

export function ReportView({ id }: { id: string }) {
  const review = useReview(id)
  const { load, value: report } = review
  if (!report)
    return (
      <>
        <ScreenHead title="Reported message" back={back} />
        {isProblem(load) ? <Failed problem={load} retry={review.again} /> : <Loading of="the report" />}
      </>
    )
  return (
    <>
      <ScreenHead title={`Reported message: ${reasonWords[report.reason].toLowerCase()}`} back={back} />
      {isProblem(load) && <Failed problem={load} retry={review.again} />}
      <Meanwhile changes={review.meanwhile} />
      <Message report={report} />
      <Decision report={report} review={review} />
      <Others report={report} />
    </>
  )
}
