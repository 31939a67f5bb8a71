import { useEffect, useRef, useState } from 'preact/hooks'
import { randomId } from '../../../../src/client/random-id.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { Portrait } from '../../../base/view/portrait.tsx'
import { upload } from '../../state/uploads.ts'

/** The picture of a group, as it will be: uploaded when it is chosen, and taken over when the rest is saved. */
export function GroupPicture({
  name,
  picture: before,
  onChange,
}: {
  name: string
  picture: string | null
  /** The id of the upload; null: none any more. */
  onChange: (fileId: string | null) => void
}) {
  const picker = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState(before)
  const [isSending, setSending] = useState(false)
  const [problem, setProblem] = useState('')
  useEffect(() => () => URL.revokeObjectURL(shown ?? ''), [shown])
  const choose = async (file: File | undefined) => {
    if (!file || isSending) return
    setProblem('')
    setSending(true)
    const answer = await upload({ key: randomId(), file, name: file.name }, 'avatar')
    setSending(false)
    if (!answer.ok) return setProblem(answer.problem.message)
    setShown(URL.createObjectURL(file))
    onChange(answer.value)
  }
  return (
    <fieldset class="picture-of-group">
      <legend>Picture</legend>
      <div class="row">
        <Portrait name={name} picture={shown} />
        <button type="button" aria-disabled={isSending} onClick={() => picker.current?.click()}>
          {isSending ? 'One moment…' : shown ? 'Choose another one' : 'Choose a picture'}
        </button>
        {shown && !isSending && (
          <button
            type="button"
            onClick={() => {
              setShown(null)
              onChange(null)
            }}
          >
            Take it away
          </button>
        )}
        <input
          ref={picker}
          type="file"
          accept="image/jpeg,image/png,image/webp"
          class="visually-hidden"
          tabIndex={-1}
          aria-hidden="true"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0]
            loosely(() => choose(file))
            currentTarget.value = ''
          }}
        />
      </div>
      <p class="problem" role="alert">
        {problem}
      </p>
    </fieldset>
  )
}
