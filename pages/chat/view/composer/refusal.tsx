import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'
import type { Conversation } from '../../api/shapes.ts'
import { blockedIds, blockedLoad, loadBlocked, unblock } from '../../state/blocks.ts'
import { otherIn } from '../../state/conversations.ts'

/** Why nothing can be written here, where that is known beforehand. */
export function useRefusal(conversation: Conversation): ComponentChildren {
  useEffect(() => {
    if (blockedLoad.peek() === null) loosely(loadBlocked)
  }, [])
  const other = otherIn(conversation)
  if (conversation.type === 'direct' && !other)
    return <p>The other person has left. Nothing more can be said here.</p>
  if (other && blockedIds.value.has(other.userId))
    return (
      <>
        <p>
          You have blocked <bdi>{other.name}</bdi>. Neither of you can write to the other.
        </p>
        <button type="button" onClick={() => loosely(() => unblock(other.userId, other.name))}>
          Unblock
        </button>
      </>
    )
  if (conversation.can.includes('send')) return null
  if (conversation.settings.posting === 'moderators')
    return <p>This group is for announcements: only its admins and moderators write here.</p>
  return <p>You cannot write here.</p>
}

/** Seconds until slow mode lets me write again; 0 when it does. */
export function useWait({ nextSendAt }: Conversation): number {
  const left = () => (nextSendAt ? Math.max(0, Math.ceil((Date.parse(nextSendAt) - Date.now()) / 1000)) : 0)
  const [seconds, setSeconds] = useState(left)
  useEffect(() => {
    setSeconds(left())
    if (left() === 0) return
    const timer = setInterval(() => loosely(() => setSeconds(left())), 1_000)
    return () => clearInterval(timer)
  }, [nextSendAt])
  return seconds
}
