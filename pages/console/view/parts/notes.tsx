import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { onLeaving } from '../../../base/state/session.ts'
import { staffName } from '../../state/staff-directory.ts'
import { Moment } from './fields.tsx'

interface Note {
  readonly text: string
  readonly by: string
  readonly at: string
}

/** Notes that somebody began, by what they are about: still there when they come back from another screen. */
const drafts = new Map<string, string>()
onLeaving(() => drafts.clear())

/** What staff wrote about something, for staff alone. */
export function NoteList({ notes }: { notes: readonly Note[] }) {
  if (notes.length === 0) return <p class="quiet">None yet.</p>
  return (
    <ul class="notes">
      {notes.map(({ text, by, at }) => (
        <li key={`${at} ${by}`}>
          <p class="quiet small">
            {staffName(by)}, <Moment at={at} />
          </p>
          <p class="text">{text}</p>
        </li>
      ))}
    </ul>
  )
}

export function NoteForm({
  of,
  longest,
  isSaving,
  save,
}: {
  /** Names what it is about. */
  of: string
  /** Characters. */
  longest: number
  isSaving: boolean
  /** Answers whether it is saved. */
  save: (text: string) => Promise<boolean>
}) {
  const text = useSignal(drafts.get(of) ?? '')
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const write = (words: string) => {
    text.value = words
    drafts.set(of, words)
  }
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    if (text.value.trim() === '' || isSaving) return
    if (!(await save(text.value))) return
    write('')
    tell('The note is added.')
    field.current?.focus()
  }
  return (
    <form class="set-up" onSubmit={(event) => loosely(() => add(event))}>
      <label for={id}>A new note</label>
      <textarea
        id={id}
        ref={field}
        name="note"
        rows={3}
        maxLength={longest}
        value={text.value}
        onInput={({ currentTarget }) => write(currentTarget.value)}
      />
      <div class="row">
        <button type="submit" aria-disabled={isSaving}>
          {isSaving ? 'One moment…' : 'Add the note'}
        </button>
      </div>
    </form>
  )
}
