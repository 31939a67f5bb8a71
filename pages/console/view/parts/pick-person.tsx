import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { closeDialog, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { usePaged } from '../../state/paged.ts'
import { note, type Person } from '../../state/staff-directory.ts'
import { SearchField } from './fields.tsx'

type StaffOf = 'admin' | 'mentor'

/** Those of one role who have this in their name or address. */
function People({ of: role, text, onPick }: { of: StaffOf; text: string; onPick: (person: Person) => void }) {
  const list = usePaged<Person>(`${role} ${text}`, async (cursor) => {
    const query = { role, ...(text === '' ? {} : { q: text }), ...(cursor === null ? {} : { cursor }) }
    const answer = await ask(v1.admin.users.$get({ query }))
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    note(items)
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  const isAdmin = role === 'admin'
  const { load } = list
  return (
    <section class="people" aria-label={isAdmin ? 'Administrators' : 'Mentors'}>
      <h3>{isAdmin ? 'Administrators' : 'Mentors'}</h3>
      <ul>
        {list.items.map((person) => (
          <li key={person.id}>
            <button type="button" class="wide" onClick={() => onPick(person)}>
              {person.name} <span class="quiet small">{person.email}</span>
            </button>
          </li>
        ))}
      </ul>
      {load === 'loading' && <Loading of="people" />}
      {typeof load === 'object' && <Failed problem={load} retry={list.again} />}
      {load === 'ready' && list.items.length === 0 && !list.hasMore && <p class="quiet">Nobody.</p>}
      {load === 'ready' && list.hasMore && (
        <button type="button" class="link" onClick={list.more}>
          Look further
        </button>
      )}
    </section>
  )
}

function PickStaff({ title, onPick }: { title: string; onPick: (person: Person) => void }) {
  const text = useSignal('')
  const pick = (person: Person) => {
    closeDialog()
    onPick(person)
  }
  return (
    <Dialog title={title}>
      <SearchField
        label="Name or address"
        onSearch={(wanted) => {
          text.value = wanted
        }}
      />
      <People of="mentor" text={text.value} onPick={pick} />
      <People of="admin" text={text.value} onPick={pick} />
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
      </div>
    </Dialog>
  )
}

/** Somebody on the staff is chosen, by name. For administrators. */
export const pickStaff = (title: string, onPick: (person: Person) => void): void =>
  openDialog(() => <PickStaff title={title} onPick={onPick} />)
