import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { onLeaving } from '../../../base/state/session.ts'
import { staffName } from '../../state/staff-directory.ts'
import { Moment, Section } from '../../view/parts/fields.tsx'
import type { Review } from './review.ts'
import type { FormDetail } from './words.ts'

/** Notes that somebody began, by form: still there when they come back from another screen. */
const drafts = new Map<string, string>()
onLeaving(() => drafts.clear())

/** What staff wrote about it, for staff alone. */
export function Notes({ form, review }: { form: FormDetail; review: Review }) {
  const text = useSignal(drafts.get(form.id) ?? '')
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const write = (words: string) => {
    text.value = words
    drafts.set(form.id, words)
  }
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    if (text.value.trim() === '' || review.isSaving) return
    if (!(await review.save({ notes: text.value }))) return
    write('')
    tell('The note is added.')
    field.current?.focus()
  }
  return (
    <Section title="Notes of staff">
      {form.notes.length === 0 ? (
        <p class="quiet">None yet.</p>
      ) : (
        <ul class="notes">
          {form.notes.map(({ text: words, by, at }) => (
            <li key={`${at} ${by}`}>
              <p class="quiet small">
                {staffName(by)}, <Moment at={at} />
              </p>
              <p class="text">{words}</p>
            </li>
          ))}
        </ul>
      )}
      {form.erasedAt === null && (
        <form class="set-up" onSubmit={(event) => loosely(() => add(event))}>
          <label for={id}>A new note</label>
          <textarea
            id={id}
            ref={field}
            name="note"
            rows={3}
            maxLength={5_000}
            value={text.value}
            onInput={({ currentTarget }) => write(currentTarget.value)}
          />
          <div class="row">
            <button type="submit" aria-disabled={review.isSaving}>
              {review.isSaving ? 'One moment…' : 'Add the note'}
            </button>
          </div>
        </form>
      )}
    </Section>
  )
}
