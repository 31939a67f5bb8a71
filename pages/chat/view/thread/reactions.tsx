import { loosely } from '../../../base/state/loosely.ts'
import { myId } from '../../../base/state/session.ts'
import type { Message } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import { toggleReaction } from '../../state/messages.ts'

export function Reactions({ message, isReached }: { message: Message; isReached: boolean }) {
  const found = Object.entries(message.reactions)
  if (found.length === 0) return null
  return (
    <div class="reactions">
      {found.map(([emoji, userIds]) => {
        const names = userIds.map((userId) =>
          userId === myId() ? 'you' : nameIn(message.conversationId, userId),
        )
        const by = `by ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`
        return (
          <button
            key={emoji}
            type="button"
            class="reaction"
            tabIndex={isReached ? 0 : -1}
            aria-pressed={userIds.includes(myId())}
            title={by}
            onClick={() => loosely(() => toggleReaction(message, emoji))}
          >
            {`${emoji} ${userIds.length}`}
            <span class="visually-hidden">{` ${by}`}</span>
          </button>
        )
      })}
    </div>
  )
}
