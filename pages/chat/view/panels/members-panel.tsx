import { useState } from 'preact/hooks'
import { loosely } from '../../../base/state/loosely.ts'
import { myId } from '../../../base/state/session.ts'
import { closeDialog, confirm, Dialog, openDialog } from '../../../base/view/dialog.tsx'
import { Menu, MenuItem } from '../../../base/view/menu.tsx'
import { Portrait } from '../../../base/view/portrait.tsx'
import type { Conversation, Participant } from '../../api/shapes.ts'
import { blockedIds } from '../../state/blocks.ts'
import { addMembers, removeMember, roleIn } from '../../state/members.ts'
import { openPanel } from '../../state/place.ts'
import { thread } from '../../state/thread.ts'
import { GroupSettings } from '../dialogs/group-settings.tsx'
import { PeoplePicker } from '../dialogs/people-picker.tsx'
import { askToBlock } from '../thread/conversation-menu.tsx'
import { Panel } from './panel.tsx'

const roleWords: Readonly<Record<string, string>> = { admin: 'Admin', moderator: 'Moderator' }

function AddMembers({ conversation }: { conversation: Conversation }) {
  const [chosen, choose] = useState<ReadonlyMap<string, string>>(new Map())
  const [isSending, setSending] = useState(false)
  const add = async () => {
    if (chosen.size === 0 || isSending) return
    setSending(true)
    const isDone = await addMembers(conversation.id, [...chosen.keys()], 'member')
    setSending(false)
    if (isDone) closeDialog()
  }
  return (
    <Dialog title="Add people">
      <PeoplePicker
        chosen={chosen}
        onChange={choose}
        leftOut={conversation.participants.map(({ userId }) => userId)}
      />
      <p class="quiet">They see what is written from then on.</p>
      <div class="row end">
        <button type="button" onClick={closeDialog}>
          Cancel
        </button>
        <button
          type="button"
          class="primary"
          aria-disabled={chosen.size === 0 || isSending}
          onClick={() => loosely(add)}
        >
          Add
        </button>
      </div>
    </Dialog>
  )
}

function Member({ conversation, person }: { conversation: Conversation; person: Participant }) {
  const { userId, name, avatar, role } = person
  const isMe = userId === myId()
  const mine = roleIn(conversation)
  const isBelow = !isMe && (mine === 'admin' || (mine === 'moderator' && role === 'member'))
  const hasRoles = !isMe && conversation.can.includes('manageRoles')
  const isManaged = isBelow && conversation.can.includes('manageMembers')
  const isThere = thread.value?.online.has(userId) ?? false
  return (
    <li class="row person">
      <Portrait name={name} picture={avatar} isOnline={isThere} />
      <span class="grow">
        <bdi>{name || 'Somebody'}</bdi>
        {isMe && ' (you)'}
        <span class="quiet small">
          {roleWords[role] ?? ''}
          {!person.isActive && ' not active'}
          {isThere && <span class="visually-hidden"> online</span>}
        </span>
      </span>
      {!isMe && (
        <Menu name={`What to do with ${name}`}>
          {hasRoles && role !== 'moderator' && (
            <MenuItem
              icon="check"
              onPick={() => loosely(() => addMembers(conversation.id, [userId], 'moderator'))}
            >
              Make a moderator
            </MenuItem>
          )}
          {hasRoles && role !== 'admin' && (
            <MenuItem
              icon="check"
              onPick={() => loosely(() => addMembers(conversation.id, [userId], 'admin'))}
            >
              Make an admin
            </MenuItem>
          )}
          {hasRoles && role !== 'member' && (
            <MenuItem
              icon="members"
              onPick={() => loosely(() => addMembers(conversation.id, [userId], 'member'))}
            >
              Make an ordinary member
            </MenuItem>
          )}
          {!blockedIds.value.has(userId) && (
            <MenuItem icon="block" isDangerous onPick={() => askToBlock(userId, name)}>
              Block
            </MenuItem>
          )}
          {isManaged && (
            <MenuItem
              icon="leave"
              isDangerous
              onPick={() =>
                confirm(`Remove ${name}?`, 'They hear nothing more of this group.', 'Remove', () => {
                  loosely(() => removeMember(conversation.id, userId))
                })
              }
            >
              Remove from the group
            </MenuItem>
          )}
        </Menu>
      )}
    </li>
  )
}

export function MembersPanel({ conversation }: { conversation: Conversation }) {
  const { can, participants } = conversation
  return (
    <Panel title="Members">
      <div class="row stack">
        {can.includes('manageMembers') && (
          <button type="button" onClick={() => openDialog(() => <AddMembers conversation={conversation} />)}>
            Add people
          </button>
        )}
        {can.includes('invite') && (
          <button type="button" onClick={() => openPanel('invitations')}>
            Invite by a link
          </button>
        )}
        {can.includes('manageSettings') && (
          <button
            type="button"
            onClick={() => openDialog(() => <GroupSettings conversation={conversation} />)}
          >
            Settings
          </button>
        )}
      </div>
      <ul class="people" aria-label="Members">
        {participants.map((person) => (
          <Member key={person.userId} conversation={conversation} person={person} />
        ))}
      </ul>
    </Panel>
  )
}
