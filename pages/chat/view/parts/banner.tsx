import { isReachable } from '../../api/client.ts'
import { isOnline, liveState } from '../../state/live.ts'
import { phase } from '../../state/session.ts'

/** Whether what is seen is up to date, and what becomes of what is written meanwhile. */
export function Banner() {
  if (phase.value !== 'signed-in') return null
  const words =
    !isOnline.value || !isReachable.value
      ? 'No connection. What you write is sent when it is back.'
      : liveState.value === 'offline'
        ? 'Not connected. What you write is sent; what others write comes later.'
        : ''
  return (
    <div id="banner" role="status" class={words === '' ? 'banner empty' : 'banner'}>
      {words}
    </div>
  )
}
