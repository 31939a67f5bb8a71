import { useState } from 'preact/hooks'
import { tell } from '../../../base/state/notices.ts'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import type { Message } from '../../api/shapes.ts'
import { type Reason, reasons, reportMessage } from '../../state/reports.ts'

export function Report({ message }: { message: Message }) {
  const [reason, setReason] = useState<Reason | null>(null)
  const [note, setNote] = useState('')
  const [problem, setProblem] = useState('')
  const [isSending, setSending] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (isSending) return
    if (!reason) return setProblem('Choose what it is.')
    setSending(true)
    const answer = await reportMessage(message, reason, note.trim())
    setSending(false)
    if (!answer.ok) return setProblem(answer.problem.message)
    closeDialog()
    tell('Thank you. Staff will look at it.')
  }
  return (
    <Dialog title="Report this message" isNarrow>
      <form onSubmit={submit}>
        <p class="quiet">
          Staff see the message as it is now, and that it was you. Whoever wrote it is not told.
        </p>
        <fieldset>
          <legend>What is it?</legend>
          {reasons.map(([value, words]) => (
            <label key={value} class="check">
              <input
                type="radio"
                name="reason"
                checked={reason === value}
                onChange={() => setReason(value)}
              />
              <span>{words}</span>
            </label>
          ))}
        </fieldset>
        <label>
          What should staff know?
          <textarea
            rows={3}
            maxLength={2_000}
            dir="auto"
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="row end">
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="danger" aria-disabled={isSending}>
            Report
          </button>
        </div>
      </form>
    </Dialog>
  )
}
