import { useRef } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { confirm } from '../../../base/view/dialog.tsx'
import { staffName } from '../../state/staff-directory.ts'
import { Facts, Moment, Section, Tag } from '../../view/parts/fields.tsx'
import { NoteForm, NoteList } from '../../view/parts/notes.tsx'
import type { Change, Review } from './review.ts'
import {
  type Action,
  actionWords,
  type ReportDetail,
  type Resolution,
  resolutionWords,
  statusWords,
} from './words.ts'

const asks: Readonly<
  Record<Action, { readonly words: string; readonly title: string; readonly text: string }>
> = {
  remove_message: {
    words: 'Remove the message',
    title: 'Remove the message?',
    text: 'It disappears from its conversation for everybody, and cannot be brought back. The report keeps it until it is forgotten.',
  },
  warn_sender: {
    words: 'Warn whoever wrote it',
    title: 'Send a warning?',
    text: 'Whoever wrote the message gets a mail that says which rules it broke. It is sent once.',
  },
}
const resolutions = Object.entries(resolutionWords) as [Resolution, string][]

/** How it stands, and what is done about it. */
export function Decision({ report, review }: { report: ReportDetail; review: Review }) {
  const head = useRef<HTMLHeadingElement>(null)
  const { status, resolution, actions, resolvedAt, resolvedBy, retainUntil, staffNotes } = report
  const save = (change: Change, done: string) =>
    loosely(async () => {
      if (await review.save(change)) tell(done)
      head.current?.focus()
    })
  const act = (action: Action) =>
    confirm(asks[action].title, asks[action].text, asks[action].words, () =>
      save({ action }, `${actionWords[action]}.`),
    )
  const done = new Set(actions.map(({ action }) => action))
  const possible = (Object.keys(asks) as Action[]).filter(
    (action) => !done.has(action) && report.message !== null,
  )
  return (
    <>
      <Section title="Decision" head={head}>
        <Facts
          facts={[
            ['State', <Tag look={status === 'resolved' ? 'good' : 'plain'}>{statusWords[status]}</Tag>],
            ...(resolution === null ? [] : ([['Decided', resolutionWords[resolution]]] as const)),
            ...(resolvedAt === null ? [] : ([['Resolved', <Moment at={resolvedAt} />]] as const)),
            ...(resolvedBy === null ? [] : ([['By', staffName(resolvedBy)]] as const)),
            ['Kept until', <Moment at={retainUntil} />],
          ]}
        />
        {actions.length > 0 && (
          <ul class="notes">
            {actions.map(({ action, by, at }) => (
              <li key={`${action} ${at}`}>
                {actionWords[action]}.{' '}
                <span class="quiet small">
                  {staffName(by)}, <Moment at={at} />
                </span>
              </li>
            ))}
          </ul>
        )}
        <div class="row wrap" aria-busy={review.isSaving}>
          {possible.map((action) => (
            <button key={action} type="button" aria-disabled={review.isSaving} onClick={() => act(action)}>
              {asks[action].words}
            </button>
          ))}
        </div>
        <div class="row wrap">
          {status === 'open' && (
            <button
              type="button"
              aria-disabled={review.isSaving}
              onClick={() => save({ status: 'reviewing' }, 'Others see that somebody looks at it.')}
            >
              I look at it
            </button>
          )}
          {status === 'resolved' ? (
            <button
              type="button"
              aria-disabled={review.isSaving}
              onClick={() => save({ status: 'open' }, 'It is open again.')}
            >
              Open it again
            </button>
          ) : (
            resolutions.map(([to, words]) => (
              <button
                key={to}
                type="button"
                aria-disabled={review.isSaving}
                onClick={() => save({ status: 'resolved', resolution: to }, 'The report is resolved.')}
              >
                Resolve: {words.toLowerCase()}
              </button>
            ))
          )}
        </div>
      </Section>
      <Section title="Notes of staff">
        <NoteList notes={staffNotes} />
        <NoteForm
          of={`report ${report.id}`}
          longest={2_000}
          isSaving={review.isSaving}
          save={(note) => review.save({ note })}
        />
      </Section>
    </>
  )
}
