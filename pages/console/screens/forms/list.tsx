import { useSignal } from '@preact/signals'
import { saveFile } from '../../../../src/client/fetch-file.ts'
import { ask, askFile } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { attempt, tell } from '../../../base/state/notices.ts'
import { dayOf } from '../../../base/text/times.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { staffRole } from '../../state/staff.ts'
import { staffName } from '../../state/staff-directory.ts'
import { Choice, SearchField, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import { type Filters, filters, type LookIn, queryOf } from './filters.ts'
import {
  choicesOf,
  type FormPage,
  type FormSummary,
  nameOf,
  statusWords,
  typeWords,
  urgencyWords,
} from './words.ts'

const lookInWords: Readonly<Record<LookIn, string>> = {
  name: 'Name of somebody in the form',
  text: 'Words anywhere in the form',
  participant: 'Address or telephone number',
  trackingNumber: 'Tracking number',
}

const change = (to: Partial<Filters>): void => {
  filters.value = { ...filters.peek(), ...to }
}

const dueOf = ({ status, isOverdue, dueAt }: FormSummary) =>
  isOverdue ? <Tag look="bad">Overdue</Tag> : status === 'pending' || status === 'spam' ? dayOf(dueAt) : '–'

/** All that the filters leave, as one table. */
function Export() {
  const isRunning = useSignal(false)
  const run = async () => {
    if (isRunning.value) return
    isRunning.value = true
    await attempt(
      () =>
        askFile(
          v1.forms.$get({ query: queryOf(filters.value) }, { headers: { Accept: 'text/csv' } }),
          'text/csv',
        ),
      (table) => {
        saveFile(new File([table], 'forms.csv', { type: 'text/csv' }))
        tell('The table is saved as forms.csv. It names people: keep it where only staff find it.')
      },
    )
    isRunning.value = false
  }
  return (
    <button type="button" aria-disabled={isRunning.value} onClick={() => loosely(run)}>
      {isRunning.value ? 'One moment…' : 'Export as CSV'}
    </button>
  )
}

function FilterBar() {
  const now = filters.value
  const count = [now.type, now.status, now.urgency, now.assigned, now.overdue].filter(Boolean).length
  const isAdmin = staffRole.value === 'admin'
  return (
    <div class="filters">
      <Choice
        label="Look for"
        value={now.lookIn}
        choices={Object.entries(lookInWords) as [LookIn, string][]}
        onChange={(lookIn) => change({ lookIn, words: '' })}
      />
      <SearchField
        key={now.lookIn}
        label={lookInWords[now.lookIn]}
        value={now.words}
        onSearch={(words) => change({ words })}
      />
      <details class="more-filters" open={matchMedia('(min-width: 40rem)').matches}>
        <summary>{count === 0 ? 'More filters' : `More filters (${count} in use)`}</summary>
        <div class="filters">
          <Choice
            label="Type"
            value={now.type}
            choices={choicesOf(typeWords, 'All')}
            onChange={(type) => change({ type })}
          />
          <Choice
            label="State"
            value={now.status}
            choices={choicesOf(statusWords, 'All')}
            onChange={(status) => change({ status })}
          />
          <Choice
            label="Urgency"
            value={now.urgency}
            choices={choicesOf(urgencyWords, 'All')}
            onChange={(urgency) => change({ urgency })}
          />
          {isAdmin && (
            <Choice
              label="Assigned to"
              value={now.assigned}
              choices={[
                ['', 'Anybody or nobody'],
                ['me', 'Me'],
              ]}
              onChange={(assigned) => change({ assigned })}
            />
          )}
          <Choice
            label="Due"
            value={now.overdue}
            choices={[
              ['', 'Whenever'],
              ['true', 'Overdue'],
            ]}
            onChange={(overdue) => change({ overdue })}
          />
        </div>
      </details>
    </div>
  )
}

export function FormList() {
  const isAdmin = staffRole.value === 'admin'
  const query = queryOf(filters.value)
  const list = usePaged<FormSummary>(JSON.stringify(query), async (cursor) => {
    const answer = await ask(
      v1.forms.$get({ query: { ...query, limit: '50', ...(cursor === null ? {} : { cursor }) } }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value as FormPage
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead title={isAdmin ? 'Forms' : 'My forms'}>
        <Export />
      </ScreenHead>
      <FilterBar />
      <PagedTable
        list={list}
        caption="Forms"
        nothing={isAdmin ? 'No form is like that.' : 'No form like that is assigned to you.'}
        keyOf={({ id }) => id}
        columns={[
          { title: 'Who', cell: (form) => <a href={addressOf('forms', form.id)}>{nameOf(form)}</a> },
          {
            title: 'What',
            cell: ({ type, urgency }) => (
              <>
                {typeWords[type]} {urgency === 'high' && <Tag look="bad">Urgent</Tag>}
              </>
            ),
          },
          {
            title: 'State',
            cell: ({ status }) => (
              <Tag look={status === 'resolved' ? 'good' : 'plain'}>{statusWords[status]}</Tag>
            ),
          },
          ...(isAdmin
            ? [
                {
                  title: 'Assigned to',
                  cell: ({ assignedTo }: FormSummary) => (assignedTo === null ? '–' : staffName(assignedTo)),
                },
              ]
            : []),
          { title: 'Due', cell: dueOf },
          { title: 'Came', cell: ({ submittedAt }) => dayOf(submittedAt) },
        ]}
      />
    </>
  )
}
