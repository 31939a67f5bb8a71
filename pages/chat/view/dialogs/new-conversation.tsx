import { useState } from 'preact/hooks'
import { isGuest } from '../../../base/state/session.ts'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import { createConversation } from '../../state/contacts.ts'
import { openConversation } from '../../state/place.ts'
import { PeoplePicker } from './people-picker.tsx'

export function NewConversation() {
  const [chosen, choose] = useState<ReadonlyMap<string, string>>(new Map())
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')
  const [isSending, setSending] = useState(false)
  const [create] = useState(createConversation)
  const begin = async (event: SubmitEvent) => {
    event.preventDefault()
    if (isSending) return
    if (chosen.size === 0) return setProblem('Choose at least one person.')
    setSending(true)
    const answer = await create([...chosen.keys()], name.trim())
    setSending(false)
    if (!answer.ok) return setProblem(answer.problem.message)
    closeDialog()
    openConversation(answer.value.id)
  }
  return (
    <Dialog title="New conversation">
      <form onSubmit={begin}>
        <PeoplePicker chosen={chosen} onChange={choose} />
        {chosen.size > 0 && (
          <p class="chosen" role="status">
            With <bdi>{[...chosen.values()].join(', ')}</bdi>
          </p>
        )}
        {chosen.size > 0 && !isGuest() && (
          <label>
            Name of the group
            <input
              name="name"
              maxLength={100}
              dir="auto"
              value={name}
              placeholder={
                chosen.size > 1 ? 'Without one it goes by its members' : 'Empty: just the two of you'
              }
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </label>
        )}
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="row end">
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="primary" aria-disabled={isSending || chosen.size === 0}>
            Start
          </button>
        </div>
      </form>
    </Dialog>
  )
}
