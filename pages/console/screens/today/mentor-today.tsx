import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import type { Of } from '../../../base/api/shapes.ts'
import { dayOf } from '../../../base/text/times.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { Section, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import { type FormPage, type FormSummary, nameOf, typeWords } from '../forms/words.ts'

type Learner = Of<(typeof v1)['mentor']['learners']['$get']>['items'][number]

function MyForms() {
  const list = usePaged<FormSummary>('mine', async (cursor) => {
    const query = { status: 'pending' as const, limit: '20', ...(cursor === null ? {} : { cursor }) }
    const answer = await ask(v1.forms.$get({ query }))
    if (!answer.ok) return answer
    const { items, pagination } = answer.value as FormPage
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <PagedTable
      list={list}
      caption="Forms that wait"
      nothing="No form that is assigned to you waits."
      keyOf={({ id }) => id}
      columns={[
        { title: 'Who', cell: (form) => <a href={addressOf('forms', form.id)}>{nameOf(form)}</a> },
        { title: 'What', cell: ({ type }) => typeWords[type] },
        {
          title: 'Due',
          cell: ({ isOverdue, dueAt }) => (isOverdue ? <Tag look="bad">Overdue</Tag> : dayOf(dueAt)),
        },
      ]}
    />
  )
}

function MyLearners() {
  const list = usePaged<Learner>('learners', async (cursor) => {
    const query = { limit: '20', ...(cursor === null ? {} : { cursor }) }
    const answer = await ask(v1.mentor.learners.$get({ query }))
    if (!answer.ok) return answer
    return { ...answer, value: { items: answer.value.items, next: answer.value.pagination.nextCursor } }
  })
  return (
    <PagedTable
      list={list}
      caption="Learners"
      nothing="No learner is assigned to you."
      keyOf={({ userId }) => userId}
      columns={[
        { title: 'Who', cell: ({ userId, name }) => <a href={addressOf('learners', userId)}>{name}</a> },
        { title: 'Courses', cell: ({ coursesEnrolled }) => coursesEnrolled, isNumber: true },
        { title: 'Completed', cell: ({ coursesCompleted }) => coursesCompleted, isNumber: true },
        { title: 'Lessons completed', cell: ({ lessonsCompleted }) => lessonsCompleted, isNumber: true },
      ]}
    />
  )
}

/** What a mentor has to do, and whom for. */
export function MentorToday() {
  return (
    <>
      <ScreenHead title="Today" />
      <Section title="My forms">
        <MyForms />
        <p>
          <a href={addressOf('forms')}>All forms that are assigned to me</a>
        </p>
      </Section>
      <Section title="My learners">
        <MyLearners />
      </Section>
    </>
  )
}
