import { loosely } from '../state/loosely.ts'
import { signOut } from '../state/session.ts'
import { endsIn, stay } from '../state/session-end.ts'
import { Dialog } from './dialog.tsx'

const inWords = (seconds: number): string =>
  seconds > 90 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`

/** Nobody has done anything for a long time: a word before the session ends, over whatever is open. */
export function SessionEnding() {
  const seconds = endsIn.value
  if (seconds === null) return null
  return (
    <Dialog title="Are you still there?" isNarrow onClose={() => loosely(stay)}>
      <p>
        Nothing has happened here for a while. In {inWords(seconds)} you are signed out, so that nobody else
        reads what you see.
      </p>
      <div class="row end">
        {/* First, so that it has the focus. */}
        <button type="button" class="primary" onClick={() => loosely(stay)}>
          Stay signed in
        </button>
        <button type="button" onClick={() => loosely(signOut)}>
          Sign out
        </button>
      </div>
    </Dialog>
  )
}
