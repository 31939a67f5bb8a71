import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Conversation } from '../../api/shapes.ts'
import { blockedIds, blockedLoad, loadBlocked, unblock } from '../../state/blocks.ts'
import { otherIn } from '../../state/conversations.ts'

/** Why nothing can be written here, where that is known beforehand. */
export function useRefusal(conversation: Conversation): ComponentChildren {
  useEffect(() => {
    if (blockedLoad.peek() === null) void loadBlocked()
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
        <button type="button" onClick={() => void unblock(other.userId, other.name)}>
          Unblock
        </button>
      </>
    )
  return null
}
