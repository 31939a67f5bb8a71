import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { dayOf } from '../../../base/text/times.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { staffRole } from '../../state/staff.ts'
import { Choice } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import { minutesOf, percentOf } from './words.ts'

/** Who takes part, and how far they are. Mentors see those who are assigned to them. */
export function Members({ id }: { id: string }) {
  const completed = useSignal<'' | 'true' | 'false'>('')
  const list = usePaged(`${id} ${completed.value}`, async (cursor) => {
    const answer = await ask(
      v1.courses[':id'].members.$get({
        param: { id },
        query: {
          ...(completed.value === '' ? {} : { completed: completed.value }),
          ...(cursor === null ? {} : { cursor }),
        },
      }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead
        title="People and their progress"
        back={{ href: addressOf('courses', id), words: 'The course' }}
      />
      <p class="quiet">
        {staffRole.value === 'admin'
          ? 'Each look is recorded, and people read of it among their disclosures.'
          : 'Those who are assigned to you. Each look is recorded, and people read of it among their disclosures.'}
      </p>
      <div class="filters">
        <Choice
          label="Who"
          value={completed.value}
          choices={[
            ['', 'Everybody'],
            ['false', 'Who has not completed it'],
            ['true', 'Who has completed it'],
          ]}
          onChange={(chosen) => {
            completed.value = chosen
          }}
        />
      </div>
      <PagedTable
        list={list}
        caption="People"
        nothing="Nobody is here."
        keyOf={({ userId }) => userId}
        columns={[
          { title: 'Name', cell: ({ userId, name }) => <a href={addressOf('learners', userId)}>{name}</a> },
          { title: 'Progress', cell: ({ progress }) => percentOf(progress), isNumber: true },
          {
            title: 'Lessons',
            cell: ({ completedLessons, totalLessons }) => `${completedLessons} of ${totalLessons}`,
            isNumber: true,
          },
          { title: 'Time', cell: ({ timeSpent }) => minutesOf(timeSpent), isNumber: true },
          { title: 'Last here', cell: ({ lastAccessedAt }) => dayOf(lastAccessedAt) },
          {
            title: 'Completed',
            cell: ({ completedAt }) => (completedAt === null ? 'Not yet' : dayOf(completedAt)),
          },
        ]}
      />
    </>
  )
}
