import { useEffect } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { closeDialog, Dialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { blocked, blockedLoad, loadBlocked, unblock } from '../../state/blocks.ts'

export function Blocked() {
  useEffect(() => loosely(loadBlocked), [])
  const load = blockedLoad.value
  return (
    <Dialog title="Blocked people">
      <p class="quiet">Neither of you can write to the other. They are not told.</p>
      {load === 'loading' && <Loading of="blocked people" />}
      {load && isProblem(load) && <Failed problem={load} retry={() => loosely(loadBlocked)} />}
      {load === 'ready' && blocked.value.length === 0 && <p>You have blocked nobody.</p>}
      <ul class="people">
        {blocked.value.map(({ userId, name }) => (
          <li key={userId} class="row">
            <bdi class="grow">{name ?? 'Somebody who has left'}</bdi>
            <button type="button" onClick={() => loosely(() => unblock(userId, name ?? 'This person'))}>
              Unblock
            </button>
          </li>
        ))}
      </ul>
      <div class="row end">
        <button type="button" class="primary" onClick={closeDialog}>
          Done
        </button>
      </div>
    </Dialog>
  )
}
