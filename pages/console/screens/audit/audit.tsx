import { useSignal } from '@preact/signals'
import { useState } from 'preact/hooks'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { saveTable } from '../../state/save-table.ts'
import { Choice, Tag } from '../../view/parts/fields.tsx'
import { TextField } from '../../view/parts/form-fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { Chain } from './chain.tsx'

type Entry = Of<(typeof v1)['admin']['audit']['$get']>['items'][number]
type Outcome = Entry['outcome']

interface Filters {
  readonly actorId: string
  readonly event: string
  readonly resourceType: string
  readonly resourceId: string
  readonly outcome: Outcome | ''
  /** Days where this person is. */
  readonly from: string
  readonly until: string
}
const none: Filters = {
  actorId: '',
  event: '',
  resourceType: '',
  resourceId: '',
  outcome: '',
  from: '',
  until: '',
}
const outcomeLook = { success: 'plain', failure: 'warn', denied: 'bad' } as const
const outcomes = [
  ['success', 'Done'],
  ['failure', 'Failed'],
  ['denied', 'Denied'],
] as const
const outcomeWords = Object.fromEntries(outcomes) as Readonly<Record<Outcome, string>>

/** The beginning of a day here, some days later, as a moment. */
const startOf = (day: string, later = 0): string => {
  const date = new Date(`${day}T00:00:00`)
  date.setDate(date.getDate() + later)
  return date.toISOString()
}

function queryOf({ outcome, from, until, ...texts }: Filters) {
  const named = Object.entries(texts).flatMap(([name, text]) =>
    text.trim() === '' ? [] : [[name, text.trim()] as const],
  )
  return {
    ...Object.fromEntries(named),
    ...(outcome === '' ? {} : { outcome }),
    ...(from === '' ? {} : { from: startOf(from) }),
    ...(until === '' ? {} : { until: startOf(until, 1) }),
  }
}

/** Taken when somebody says so, never at each letter: each look is itself on record. */
function FilterForm({ onChange }: { onChange: (filters: Filters) => void }) {
  const [typed, setTyped] = useState(none)
  const put = (change: Partial<Filters>) => setTyped({ ...typed, ...change })
  return (
    <form
      class="save-form"
      onSubmit={(event) => {
        event.preventDefault()
        onChange(typed)
      }}
    >
      <div class="fields">
        <TextField
          label="Who did it"
          help="The id of an account, anonymous, or system."
          value={typed.actorId}
          maxLength={200}
          onInput={(actorId) => put({ actorId })}
        />
        <TextField
          label="What was done"
          help="Such as user.login."
          value={typed.event}
          maxLength={200}
          onInput={(event) => put({ event })}
        />
        <TextField
          label="To what kind of thing"
          help="Such as user, form or course."
          value={typed.resourceType}
          maxLength={200}
          onInput={(resourceType) => put({ resourceType })}
        />
        <TextField
          label="To which one"
          help="Its id."
          value={typed.resourceId}
          maxLength={200}
          onInput={(resourceId) => put({ resourceId })}
        />
        <Choice
          label="Outcome"
          value={typed.outcome}
          choices={[['', 'Any'], ...outcomes]}
          onChange={(outcome) => put({ outcome })}
        />
        <TextField label="First day" type="date" value={typed.from} onInput={(from) => put({ from })} />
        <TextField label="Last day" type="date" value={typed.until} onInput={(until) => put({ until })} />
      </div>
      <div class="row end">
        <button
          type="button"
          onClick={() => {
            setTyped(none)
            onChange(none)
          }}
        >
          Show all
        </button>
        <button type="submit" class="primary">
          Filter
        </button>
      </div>
    </form>
  )
}

const momentOf = (at: string): string =>
  new Date(at).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })
const thingOf = ({ resource: { type, id } }: Entry): string => (id === null ? type : `${type} ${id}`)
const detailOf = ({ reason, changedFields, onBehalfOf }: Entry): string =>
  [
    ...(reason === null ? [] : [reason]),
    ...(changedFields.length === 0 ? [] : [changedFields.join(', ')]),
    ...(onBehalfOf === null ? [] : [`on behalf of ${onBehalfOf}`]),
  ].join('; ')

/** An account leads to what is known of it. */
function Who({ id }: { id: string }) {
  const name = <code>{id}</code>
  return /^[\da-f-]{36}$/.test(id) ? <a href={addressOf('people', id)}>{name}</a> : name
}

/** What anybody did, newest first. */
export function Audit(_: ScreenProps) {
  const filters = useSignal(none)
  const list = usePaged(JSON.stringify(filters.value), async (cursor) => {
    const answer = await ask(
      v1.admin.audit.$get({
        query: { ...queryOf(filters.value), limit: '50', ...(cursor === null ? {} : { cursor }) },
      }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  const save = () =>
    saveTable(
      'audit-log',
      ['When', 'Who', 'What', 'To what', 'Outcome', 'Details', 'Request', 'Session', 'Month', 'Place in it'],
      list.items.map((entry) => [
        entry.createdAt,
        entry.actorId,
        entry.event,
        thingOf(entry),
        entry.outcome,
        detailOf(entry),
        entry.requestId ?? '',
        entry.sessionId ?? '',
        entry.month,
        entry.sequence,
      ]),
    )
  return (
    <>
      <ScreenHead title="Audit log">
        {list.items.length > 0 && (
          <button type="button" onClick={save}>
            Save what is shown as CSV
          </button>
        )}
      </ScreenHead>
      <p class="quiet">Each look is itself on record.</p>
      <Chain />
      <details class="section">
        <summary>Filter</summary>
        <FilterForm
          onChange={(chosen) => {
            filters.value = chosen
          }}
        />
      </details>
      <PagedTable
        list={list}
        caption="Audit log"
        nothing="Nothing is like that."
        keyOf={({ id }) => id}
        columns={[
          { title: 'What', cell: ({ event }) => <span class="whole">{event}</span> },
          { title: 'When', cell: ({ createdAt }) => momentOf(createdAt) },
          { title: 'Who', cell: ({ actorId }) => <Who id={actorId} /> },
          { title: 'To what', cell: thingOf },
          {
            title: 'Outcome',
            cell: ({ outcome }) => <Tag look={outcomeLook[outcome]}>{outcomeWords[outcome]}</Tag>,
          },
          { title: 'Details', cell: detailOf },
        ]}
      />
    </>
  )
}
