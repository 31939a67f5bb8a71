import { dayOf } from '../../../base/text/times.ts'
import { addressOf } from '../../state/place.ts'
import { Section } from '../../view/parts/fields.tsx'
import { Table } from '../../view/parts/table.tsx'
import { type FormDetail, statusWords, typeWords } from './words.ts'

/** With one of the same addresses or numbers. */
export function OtherForms({ form: { others } }: { form: FormDetail }) {
  return (
    <Section title="Other forms of the same people">
      {others.length === 0 ? (
        <p class="quiet">None.</p>
      ) : (
        <Table
          caption="Other forms of the same people"
          items={others}
          keyOf={({ id }) => id}
          columns={[
            { title: 'What', cell: ({ id, type }) => <a href={addressOf('forms', id)}>{typeWords[type]}</a> },
            { title: 'State', cell: ({ status }) => statusWords[status] },
            { title: 'Came', cell: ({ submittedAt }) => dayOf(submittedAt) },
          ]}
        />
      )}
    </Section>
  )
}
