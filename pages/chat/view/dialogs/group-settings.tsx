import { useState } from 'preact/hooks'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { changeGroup } from '../../state/members.ts'
import { GroupPicture } from './group-picture.tsx'

const waits = [
  [0, 'Not at all'],
  [10, '10 seconds'],
  [60, 'A minute'],
  [600, '10 minutes'],
  [3_600, 'An hour'],
  [86_400, 'A day'],
] as const

/** Its picture and name, who may write in it, and how often. */
export function GroupSettings({
  conversation: { id, name: before, avatar, settings },
}: {
  conversation: Conversation
}) {
  const [name, setName] = useState(before ?? '')
  const [posting, setPosting] = useState(settings.posting)
  const [slowModeSeconds, setSlow] = useState(settings.slowModeSeconds)
  const [picture, setPicture] = useState<string | null | undefined>()
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    const isNamed = name.trim() !== '' && name.trim() !== before
    if (
      await changeGroup(id, {
        settings: { posting, slowModeSeconds },
        ...(isNamed ? { name: name.trim() } : {}),
        ...(picture === undefined ? {} : { avatar: picture }),
      })
    )
      closeDialog()
  }
  const isListed = waits.some(([seconds]) => seconds === slowModeSeconds)
  return (
    <Dialog title="Settings of the group" isNarrow>
      <form onSubmit={save}>
        <GroupPicture name={name} picture={avatar} onChange={setPicture} />
        <label>
          Name
          <input
            dir="auto"
            maxLength={100}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend>Who may write</legend>
          {(['everyone', 'moderators'] as const).map((value) => (
            <label key={value} class="check">
              <input
                type="radio"
                name="posting"
                checked={posting === value}
                onChange={() => setPosting(value)}
              />
              <span>{value === 'everyone' ? 'Everybody' : 'Admins and moderators: announcements'}</span>
            </label>
          ))}
        </fieldset>
        <label>
          How long members wait before they write again
          <select onChange={({ currentTarget }) => setSlow(Number(currentTarget.value))}>
            {!isListed && <option selected>{`${slowModeSeconds} seconds`}</option>}
            {waits.map(([seconds, words]) => (
              <option key={seconds} value={seconds} selected={seconds === slowModeSeconds}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <div class="row end">
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
