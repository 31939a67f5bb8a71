import { signal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { onLeaving } from '../../../base/state/session.ts'
import { dayOf } from '../../../base/text/times.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { note, type Person } from '../../state/staff-directory.ts'
import { Choice, SearchField, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import { type Role, roleWords, type Status, statusWords } from './words.ts'

interface Filters {
  readonly q: string
  readonly role: Role | ''
  readonly status: Status | ''
}
const none: Filters = { q: '', role: '', status: '' }
/** Kept while one looks at somebody and comes back. */
const filters = signal<Filters>(none)
onLeaving(() => {
  filters.value = none
})
const change = (to: Partial<Filters>): void => {
  filters.value = { ...filters.peek(), ...to }
}
const roles = Object.entries(roleWords) as [Role, string][]
const statuses = Object.entries(statusWords) as [Status, string][]

export function PeopleList() {
  const { q, role, status } = filters.value
  const query = {
    ...(q === '' ? {} : { q }),
    ...(role === '' ? {} : { role }),
    ...(status === '' ? {} : { status }),
  }
  const list = usePaged<Person>(JSON.stringify(query), async (cursor) => {
    const answer = await ask(
      v1.admin.users.$get({ query: { ...query, ...(cursor === null ? {} : { cursor }) } }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    note(items)
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead title="People">
        <a class="button" href={addressOf('people', 'invite')}>
          Invite people
        </a>
      </ScreenHead>
      <div class="filters">
        <SearchField label="Name or address" value={q} onSearch={(text) => change({ q: text })} />
        <Choice
          label="Role"
          value={role}
          choices={[['', 'All'], ...roles]}
          onChange={(chosen) => change({ role: chosen })}
        />
        <Choice
          label="State"
          value={status}
          choices={[['', 'All'], ...statuses]}
          onChange={(chosen) => change({ status: chosen })}
        />
      </div>
      <PagedTable
        list={list}
        caption="People"
        nothing="Nobody is like that."
        keyOf={({ id }) => id}
        columns={[
          { title: 'Name', cell: ({ id, name }) => <a href={addressOf('people', id)}>{name}</a> },
          { title: 'Address', cell: ({ email }) => email },
          { title: 'Role', cell: (person) => roleWords[person.role] },
          {
            title: 'State',
            cell: (person) => (
              <Tag look={person.status === 'suspended' ? 'bad' : 'plain'}>{statusWords[person.status]}</Tag>
            ),
          },
          {
            title: 'Last sign-in',
            cell: ({ lastLogin }) => (lastLogin === null ? 'Never' : dayOf(lastLogin)),
          },
        ]}
      />
    </>
  )
}
