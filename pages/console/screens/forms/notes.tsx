import { Section } from '../../view/parts/fields.tsx'
import { NoteForm, NoteList } from '../../view/parts/notes.tsx'
import type { Review } from './review.ts'
import type { FormDetail } from './words.ts'

export function Notes({ form, review }: { form: FormDetail; review: Review }) {
  return (
    <Section title="Notes of staff">
      <NoteList notes={form.notes} />
      {form.erasedAt === null && (
        <NoteForm
          of={`form ${form.id}`}
          longest={5_000}
          isSaving={review.isSaving}
          save={(notes) => review.save({ notes })}
        />
      )}
    </Section>
  )
}
