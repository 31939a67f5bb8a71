import { signOut } from '../../state/session.ts'
import { endsIn, stay } from '../../state/session-end.ts'
import { Dialog } from '../parts/dialog.tsx'

const inWords = (seconds: number): string =>
  seconds > 90 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`

/** Nobody has done anything for a long time: a word before the session ends, over whatever is open. */
export function SessionEnding() {
  const seconds = endsIn.value
  if (seconds === null) return null
  return (
    <Dialog title="Are you still there?" isNarrow onClose={() => void stay()}>
      <p>
        Nothing has happened here for a while. In {inWords(seconds)} you are signed out, so that nobody else
        reads your messages.
      </p>
      <div class="row end">
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
        <button type="button" class="primary" onClick={() => void stay()}>
          Stay signed in
        </button>
      </div>
    </Dialog>
  )
}
