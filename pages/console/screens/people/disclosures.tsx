import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { usePaged } from '../../state/paged.ts'
import { Moment, Section } from '../../view/parts/fields.tsx'
import { PagedTable } from '../../view/parts/table.tsx'

const disclosures = v1.admin.users[':id'].disclosures
type Disclosure = Of<(typeof disclosures)['$get']>['items'][number]

const roles: Readonly<Record<Disclosure['who']['role'], string>> = {
  mentor: 'A mentor',
  admin: 'An administrator',
  staff: 'Somebody on the staff',
  service: 'A program',
  recipient: 'Whoever has a link',
}

function List({ id }: { id: string }) {
  const list = usePaged<Disclosure>(id, async (cursor) => {
    const answer = await ask(
      disclosures.$get({ param: { id }, query: { limit: '20', ...(cursor === null ? {} : { cursor }) } }),
    )
    if (!answer.ok) return answer
    return { ...answer, value: { items: answer.value.items, next: answer.value.pagination.nextCursor } }
  })
  return (
    <PagedTable
      list={list}
      caption="Disclosures"
      nothing="Nobody has seen anything."
      keyOf={(each) => each.id}
      columns={[
        { title: 'What', cell: ({ what }) => what },
        { title: 'Who', cell: ({ who }) => who.name ?? roles[who.role] },
        { title: 'Why', cell: ({ why }) => why },
        { title: 'When', cell: ({ at }) => <Moment at={at} /> },
      ]}
    />
  )
}

/** Who has seen the data of somebody, in the words that the person reads. On demand: the look is one of them. */
export function Disclosures({ id }: { id: string }) {
  const isShown = useSignal(false)
  return (
    <Section title="Who has seen their data">
      <p class="quiet">As they see it themselves. That you looked is one line of it.</p>
      <div class="row">
        <button
          type="button"
          aria-expanded={isShown.value}
          onClick={() => {
            isShown.value = !isShown.value
          }}
        >
          {isShown.value ? 'Hide the disclosures' : 'Show the disclosures'}
        </button>
      </div>
      {isShown.value && <List id={id} />}
    </Section>
  )
}
