import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { dayOf } from '../../../base/text/times.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { staffRole } from '../../state/staff.ts'
import { Choice, SearchField, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import { type State, stateLook, states, stateWords } from './words.ts'

/** Drafts, published and archived courses: one's own, and for administrators everybody's. */
export function CourseList() {
  const isAdmin = staffRole.value === 'admin'
  const state = useSignal<State | ''>('')
  const words = useSignal('')
  const whose = useSignal<'mine' | 'all'>(isAdmin ? 'all' : 'mine')
  const list = usePaged(`${state.value} ${whose.value} ${words.value}`, async (cursor) => {
    const answer = await ask(
      v1.courses.mine.$get({
        query: {
          whose: whose.value,
          ...(state.value === '' ? {} : { state: state.value }),
          ...(words.value === '' ? {} : { q: words.value }),
          ...(cursor === null ? {} : { cursor }),
          limit: '25',
        },
      }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead title="Courses">
        {isAdmin && (
          <a class="button" href={addressOf('courses', 'import')}>
            Import
          </a>
        )}
        <a class="button primary" href={addressOf('courses', 'new')}>
          New course
        </a>
      </ScreenHead>
      <div class="filters">
        <SearchField
          label="Words of the title"
          onSearch={(text) => {
            words.value = text
          }}
        />
        <Choice
          label="State"
          value={state.value}
          choices={[['', 'All'], ...states]}
          onChange={(chosen) => {
            state.value = chosen
          }}
        />
        {isAdmin && (
          <Choice
            label="Whose"
            value={whose.value}
            choices={[
              ['all', 'Everybody’s'],
              ['mine', 'My own'],
            ]}
            onChange={(chosen) => {
              whose.value = chosen
            }}
          />
        )}
      </div>
      <PagedTable
        list={list}
        caption="Courses"
        nothing="No course is like that."
        keyOf={({ id }) => id}
        columns={[
          { title: 'Title', cell: ({ id, title }) => <a href={addressOf('courses', id)}>{title}</a> },
          {
            title: 'State',
            cell: ({ state: now, hasUnpublishedChanges }) => (
              <>
                <Tag look={stateLook[now]}>{stateWords[now]}</Tag>{' '}
                {now === 'published' && hasUnpublishedChanges && <Tag look="warn">Changed</Tag>}
              </>
            ),
          },
          { title: 'Lessons', cell: ({ lessons }) => lessons, isNumber: true },
          { title: 'People', cell: ({ enrolledCount }) => enrolledCount, isNumber: true },
          { title: 'Changed', cell: ({ updatedAt }) => dayOf(updatedAt) },
        ]}
      />
    </>
  )
}
