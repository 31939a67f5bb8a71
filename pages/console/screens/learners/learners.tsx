import { ask, isProblem } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { dayOf, wholeTime } from '../../../base/text/times.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { useAsked } from '../../state/asked.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { Facts, Section } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable, Table } from '../../view/parts/table.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { minutesOf, percentOf } from '../courses/words.ts'

function LearnerList() {
  const list = usePaged('learners', async (cursor) => {
    const answer = await ask(
      v1.mentor.learners.$get({ query: { limit: '25', ...(cursor === null ? {} : { cursor }) } }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead title="My learners" />
      <p class="quiet">
        Those who are assigned to you. Each look is recorded, and they read of it among their disclosures.
      </p>
      <PagedTable
        list={list}
        caption="My learners"
        nothing="Nobody is assigned to you."
        keyOf={({ userId }) => userId}
        columns={[
          { title: 'Name', cell: ({ userId, name }) => <a href={addressOf('learners', userId)}>{name}</a> },
          {
            title: 'Courses',
            cell: ({ coursesCompleted, coursesEnrolled }) =>
              `${coursesCompleted} of ${coursesEnrolled} completed`,
            isNumber: true,
          },
          { title: 'Lessons', cell: ({ lessonsCompleted }) => lessonsCompleted, isNumber: true },
          { title: 'Time', cell: ({ totalTimeSpent }) => minutesOf(totalTimeSpent), isNumber: true },
          { title: 'Since', cell: ({ assignedAt }) => dayOf(assignedAt) },
        ]}
      />
    </>
  )
}

function Learner({ id }: { id: string }) {
  const { load, value, again } = useAsked(`learner ${id}`, () =>
    ask(v1.users[':id'].progress.$get({ param: { id } })),
  )
  return (
    <>
      <ScreenHead title="Progress" back={{ href: addressOf('learners'), words: 'My learners' }} />
      {value ? (
        <>
          <Section title="Altogether">
            <Facts
              facts={[
                ['Courses completed', String(value.stats.totalCoursesCompleted)],
                ['Lessons completed', String(value.stats.totalLessonsCompleted)],
                ['Time spent', minutesOf(value.stats.totalTimeSpent)],
                [
                  'Signed in last',
                  value.stats.lastLoginAt === null ? 'Never' : wholeTime(value.stats.lastLoginAt),
                ],
              ]}
            />
          </Section>
          <Section title="Courses">
            {Object.keys(value.courses).length === 0 ? (
              <p class="quiet">They take part in none.</p>
            ) : (
              <Table
                caption="Courses"
                items={Object.entries(value.courses)}
                keyOf={([courseId]) => courseId}
                columns={[
                  { title: 'Title', cell: ([, { title }]) => title },
                  { title: 'Progress', cell: ([, { progress }]) => percentOf(progress), isNumber: true },
                  {
                    title: 'Lessons',
                    cell: ([, { completedLessonCount, totalLessons }]) =>
                      `${completedLessonCount} of ${totalLessons}`,
                    isNumber: true,
                  },
                  { title: 'Time', cell: ([, { timeSpent }]) => minutesOf(timeSpent), isNumber: true },
                  { title: 'Last here', cell: ([, { lastAccessedAt }]) => dayOf(lastAccessedAt) },
                  {
                    title: 'Completed',
                    cell: ([, { completedAt }]) => (completedAt === null ? 'Not yet' : dayOf(completedAt)),
                  },
                ]}
              />
            )}
          </Section>
        </>
      ) : isProblem(load) ? (
        <Failed problem={load} retry={again} />
      ) : (
        <Loading of="the progress" />
      )}
    </>
  )
}

/** Whom somebody looks after, and how far one of them is. */
export function Learners({ id }: ScreenProps) {
  return id === null ? <LearnerList /> : <Learner key={id} id={id} />
}
