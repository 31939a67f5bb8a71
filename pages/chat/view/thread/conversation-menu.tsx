import type { Conversation } from '../../api/shapes.ts'
import { block, blockedIds, unblock } from '../../state/blocks.ts'
import { otherIn, titleOf } from '../../state/conversations.ts'
import { leaveGroup } from '../../state/members.ts'
import { openPanel } from '../../state/place.ts'
import { confirm } from '../parts/dialog.tsx'
import { Menu, MenuItem } from '../parts/menu.tsx'

export function askToBlock(userId: string, name: string): void {
  confirm(
    `Block ${name}?`,
    'Neither of you can write to the other then. They are not told. You can take it back in your settings.',
    'Block',
    () => void block(userId, name),
  )
}

export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const other = otherIn(conversation)
  const title = titleOf(conversation)
  return (
    <Menu name="More about this conversation">
      {conversation.type === 'group' && (
        <MenuItem icon="members" onPick={() => openPanel('members')}>
          Members
        </MenuItem>
      )}
      {other &&
        (blockedIds.value.has(other.userId) ? (
          <MenuItem icon="block" onPick={() => void unblock(other.userId, other.name)}>
            Unblock this person
          </MenuItem>
        ) : (
          <MenuItem icon="block" isDangerous onPick={() => askToBlock(other.userId, other.name)}>
            Block this person
          </MenuItem>
        ))}
      {conversation.type === 'group' && (
        <MenuItem
          icon="leave"
          isDangerous
          onPick={() =>
            confirm(
              `Leave ${title}?`,
              'You hear nothing more of it, and cannot read it any more.',
              'Leave',
              () => void leaveGroup(conversation.id),
            )
          }
        >
          Leave this group
        </MenuItem>
      )}
    </Menu>
  )
}
