import { useSignal } from '@preact/signals'
import { ask } from '../../../base/api/ask.ts'
import { v1 } from '../../../base/api/client.ts'
import { dayOf } from '../../../base/text/times.ts'
import { usePaged } from '../../state/paged.ts'
import { addressOf } from '../../state/place.ts'
import { Choice, SearchField, Tag } from '../../view/parts/fields.tsx'
import { ScreenHead } from '../../view/parts/screen-head.tsx'
import { PagedTable } from '../../view/parts/table.tsx'
import type { ScreenProps } from '../../view/screens.ts'
import { type FormPage, type FormStatus, nameOf, statuses, typeWords } from './words.ts'

/** What came in, newest first, and one of them. */
export function Forms(_: ScreenProps) {
  const status = useSignal<FormStatus | ''>('')
  const name = useSignal('')
  const list = usePaged(`${status.value} ${name.value}`, async (cursor) => {
    const answer = await ask(
      v1.forms.$get({
        query: {
          ...(status.value === '' ? {} : { status: status.value }),
          ...(name.value === '' ? {} : { name: name.value }),
          ...(cursor === null ? {} : { cursor }),
          limit: '50',
        },
      }),
    )
    if (!answer.ok) return answer
    const { items, pagination } = answer.value as FormPage
    return { ...answer, value: { items, next: pagination.nextCursor } }
  })
  return (
    <>
      <ScreenHead title="Forms" />
      <div class="filters">
        <SearchField
          label="Name of somebody in the form"
          onSearch={(text) => {
            name.value = text
          }}
        />
        <Choice
          label="State"
          value={status.value}
          choices={[['', 'All'], ...statuses]}
          onChange={(chosen) => {
            status.value = chosen
          }}
        />
      </div>
      <PagedTable
        list={list}
        caption="Forms"
        nothing="No form is like that."
        keyOf={({ id }) => id}
        columns={[
          { title: 'Who', cell: (form) => <a href={addressOf('forms', form.id)}>{nameOf(form)}</a> },
          { title: 'What', cell: ({ type }) => typeWords[type] },
          { title: 'State', cell: ({ status: now }) => now },
          {
            title: 'Due',
            cell: ({ dueAt, isOverdue }) => (isOverdue ? <Tag look="bad">Overdue</Tag> : dayOf(dueAt)),
          },
          { title: 'Came', cell: ({ submittedAt }) => dayOf(submittedAt) },
        ]}
      />
    </>
  )
}
