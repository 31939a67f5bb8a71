import { loosely } from '../../../base/state/loosely.ts'
import { closeDialog, confirm, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import { Menu, MenuItem } from '../../../base/view/menu.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { block, blockedIds, unblock } from '../../state/blocks.ts'
import { isUnread, otherIn, titleOf } from '../../state/conversations.ts'
import { leaveGroup } from '../../state/members.ts'
import { changeMine, quietTimes } from '../../state/mine.ts'
import { closeConversation, openPanel } from '../../state/place.ts'
import { GroupSettings } from '../dialogs/group-settings.tsx'

export function askToBlock(userId: string, name: string): void {
  confirm(
    `Block ${name}?`,
    'Neither of you can write to the other then. They are not told. You can take it back in your settings.',
    'Block',
    () => loosely(() => block(userId, name)),
  )
}

function askForHowLong(conversation: Conversation): void {
  openDialog(() => (
    <Dialog title="Mute" isNarrow>
      <p class="quiet">
        Its messages still come. They make no noise and do not bring it back from the archive.
      </p>
      {quietTimes.map(([words, until]) => (
        <button
          key={words}
          type="button"
          onClick={() => {
            closeDialog()
            loosely(() => changeMine(conversation, { mutedUntil: until() }, 'Muted.'))
          }}
        >
          {words}
        </button>
      ))}
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
      </div>
    </Dialog>
  ))
}

/** How I keep it in my list. Nobody else sees any of that. */
function MineItems({ conversation }: { conversation: Conversation }) {
  const { isPinned, isArchived, mutedUntil } = conversation.mine
  return (
    <>
      <MenuItem icon="pin" onPick={() => loosely(() => changeMine(conversation, { isPinned: !isPinned }))}>
        {isPinned ? 'Unpin from my list' : 'Pin in my list'}
      </MenuItem>
      {mutedUntil ? (
        <MenuItem
          icon="bell"
          onPick={() => loosely(() => changeMine(conversation, { mutedUntil: null }, 'No longer muted.'))}
        >
          No longer mute it
        </MenuItem>
      ) : (
        <MenuItem icon="bell" onPick={() => askForHowLong(conversation)}>
          Mute
        </MenuItem>
      )}
      {!isUnread(conversation) && (
        <MenuItem
          icon="unread"
          onPick={() => {
            closeConversation()
            loosely(() => changeMine(conversation, { isMarkedUnread: true }))
          }}
        >
          Mark as unread
        </MenuItem>
      )}
      <MenuItem
        icon="archive"
        onPick={() =>
          loosely(() =>
            changeMine(conversation, { isArchived: !isArchived }, isArchived ? 'It is back.' : 'Archived.'),
          )
        }
      >
        {isArchived ? 'Take out of the archive' : 'Archive'}
      </MenuItem>
      <MenuItem
        icon="hide"
        onPick={() => {
          closeConversation()
          loosely(() => changeMine(conversation, { isHidden: true }, 'Hidden until there is a new message.'))
        }}
      >
        Hide from my list
      </MenuItem>
    </>
  )
}

export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const { id, can, type, pinnedCount } = conversation
  const other = otherIn(conversation)
  const title = titleOf(conversation)
  return (
    <Menu name="More about this conversation">
      {(pinnedCount > 0 || can.includes('pin')) && (
        <MenuItem icon="pin" onPick={() => openPanel('pins')}>
          {`Pinned messages (${pinnedCount})`}
        </MenuItem>
      )}
      <MenuItem icon="thread" onPick={() => openPanel('threads')}>
        Threads
      </MenuItem>
      {can.includes('invite') && (
        <MenuItem icon="link" onPick={() => openPanel('invitations')}>
          Invite by a link
        </MenuItem>
      )}
      {can.includes('manageSettings') && (
        <MenuItem
          icon="settings"
          onPick={() => openDialog(() => <GroupSettings conversation={conversation} />)}
        >
          Settings of the group
        </MenuItem>
      )}
      <MineItems conversation={conversation} />
      <MenuItem
        icon="down"
        onPick={() => location.assign(`/api/v1/conversations/${encodeURIComponent(id)}/export?format=text`)}
      >
        Save it as a text
      </MenuItem>
      {other &&
        (blockedIds.value.has(other.userId) ? (
          <MenuItem icon="block" onPick={() => loosely(() => unblock(other.userId, other.name))}>
            Unblock this person
          </MenuItem>
        ) : (
          <MenuItem icon="block" isDangerous onPick={() => askToBlock(other.userId, other.name)}>
            Block this person
          </MenuItem>
        ))}
      {type === 'group' && (
        <MenuItem
          icon="leave"
          isDangerous
          onPick={() =>
            confirm(
              `Leave ${title}?`,
              'You hear nothing more of it, and cannot read it any more.',
              'Leave',
              () => loosely(() => leaveGroup(id)),
            )
          }
        >
          Leave this group
        </MenuItem>
      )}
    </Menu>
  )
}
