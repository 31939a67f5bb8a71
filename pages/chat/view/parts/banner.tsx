import type { LiveState } from '../../../../src/client/live-chat.ts'
import { phase } from '../../../base/state/session.ts'
import { liveState } from '../../state/live.ts'

const words: Readonly<Record<LiveState, string>> = {
  live: '',
  connecting: '',
  slow: 'This network keeps no connection open: messages take a few seconds.',
  foreign: 'This network answers instead of the server. It may want you to sign in to it first.',
  offline: 'No connection. What you write is sent when it is back.',
  signed_out: '',
}

/** Whether what is seen is up to date, and what becomes of what is written meanwhile. */
export function Banner() {
  if (phase.value !== 'signed-in') return null
  // One request that was lost is no news while the connection lives.
  const said = words[liveState.value]
  return (
    <div id="banner" role="status" class={said === '' ? 'banner empty' : 'banner'}>
      {said}
    </div>
  )
}
