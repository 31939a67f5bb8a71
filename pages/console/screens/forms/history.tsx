import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { usePaged } from '../../state/paged.ts'
import { staffName } from '../../state/staff-directory.ts'
import { Moment, Section } from '../../view/parts/fields.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import { type FormStatus, statusWords } from './words.ts'

type Entry = Of<(typeof v1)['admin']['audit']['$get']>['items'][number]

const eventWords: Readonly<Record<string, string>> = {
  'form.submit': 'Came in',
  'form.read': 'Read',
  'form.review': 'Changed',
  'form.escalate': 'Passed on because nobody looked',
  'form.add_information': 'Its sender added something',
  'form.claim': 'Its sender took it into their account',
  'form.withdraw': 'Withdrawn by its sender',
  'form.erase': 'Erased by its sender',
  'form.expire': 'Erased after its time',
  'form.renew_key': 'Encrypted anew',
}
const fieldWords: Readonly<Record<string, string>> = { notes: 'a note', assignedTo: 'who takes care of it' }
const stateIn = (word: string | undefined): string => statusWords[word as FormStatus] ?? word ?? ''

function whatOf({ event, reason, changedFields }: Entry): string {
  const [from, to] = reason?.includes('_to_') ? reason.split('_to_') : []
  const changed = changedFields.map((field) => fieldWords[field]).filter(Boolean)
  const details = [...(to === undefined ? [] : [`${stateIn(from)} → ${stateIn(to)}`]), ...changed]
  return `${eventWords[event] ?? event}${details.length > 0 ? `: ${details.join(', ')}` : ''}`
}
/** They need not be on the staff. */
const sendersEvents: readonly string[] = [
  'form.submit',
  'form.add_information',
  'form.claim',
  'form.withdraw',
  'form.erase',
]
const whoOf = ({ event, actorId }: Entry): string =>
  sendersEvents.includes(event)
    ? 'Its sender'
    : actorId === 'system'
      ? 'The system'
      : actorId.startsWith('service:')
        ? 'A program'
        : staffName(actorId)

function Entries({ id, version }: { id: string; version: string }) {
  const list = usePaged<Entry>(`${id} ${version}`, async (cursor) => {
    const query = {
      resourceType: 'form',
      resourceId: id,
      limit: '20',
      ...(cursor === null ? {} : { cursor }),
    }
    const answer = await ask(v1.admin.audit.$get({ query }))
    if (!answer.ok) return answer
    return { ...answer, value: { items: answer.value.items, next: answer.value.pagination.nextCursor } }
  })
  return (
    <PagedTable
      list={list}
      caption="History"
      nothing="Nothing."
      keyOf={(entry) => entry.id}
      columns={[
        { title: 'What', cell: whatOf },
        { title: 'Who', cell: whoOf },
        { title: 'When', cell: ({ createdAt }) => <Moment at={createdAt} /> },
      ]}
    />
  )
}

/** What the audit log has of it, on demand: each look is a record of its own. */
export function History({ id, version }: { id: string; version: string }) {
  const isShown = useSignal(false)
  return (
    <Section title="History">
      <div class="row">
        <button
          type="button"
          aria-expanded={isShown.value}
          onClick={() => {
            isShown.value = !isShown.value
          }}
        >
          {isShown.value ? 'Hide the history' : 'Show the history'}
        </button>
      </div>
      {isShown.value && <Entries id={id} version={version} />}
    </Section>
  )
}
