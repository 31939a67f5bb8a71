import { useState } from 'preact/hooks'
import type { Conversation, Participant } from '../../api/shapes.ts'
import { blockedIds } from '../../state/blocks.ts'
import { addMembers, removeMember, renameGroup, roleIn } from '../../state/members.ts'
import { myId } from '../../state/session.ts'
import { thread } from '../../state/thread.ts'
import { PeoplePicker } from '../dialogs/people-picker.tsx'
import { closeDialog, confirm, Dialog, openDialog } from '../parts/dialog.tsx'
import { Menu, MenuItem } from '../parts/menu.tsx'
import { Portrait } from '../parts/portrait.tsx'
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
          onClick={() => void add()}
        >
          Add
        </button>
      </div>
    </Dialog>
  )
}

function Rename({ conversation }: { conversation: Conversation }) {
  const [name, setName] = useState(conversation.name ?? '')
  return (
    <Dialog title="Name of the group" isNarrow>
      <form
        onSubmit={async (event) => {
          event.preventDefault()
          if (name.trim() !== '' && (await renameGroup(conversation.id, name.trim()))) closeDialog()
        }}
      >
        <label>
          Name
          <input
            dir="auto"
            maxLength={100}
            required
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <div class="row end">
          <button type="button" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function Member({ conversation, person }: { conversation: Conversation; person: Participant }) {
  const { userId, name, avatar, role } = person
  const isMe = userId === myId()
  const isManaged = roleIn(conversation) === 'admin' && !isMe
  const isThere = thread.value?.online.has(userId) ?? false
  return (
    <li class="row person">
      <Portrait name={name} picture={avatar} isOnline={isThere} />
      <span class="grow">
        <bdi>{name || 'Somebody'}</bdi>
        {isMe && ' (you)'}
        <span class="quiet small">
          {roleWords[role] ?? ''}
          {isThere && <span class="visually-hidden"> online</span>}
        </span>
      </span>
      {!isMe && (
        <Menu name={`What to do with ${name}`}>
          {isManaged && role !== 'admin' && (
            <MenuItem icon="check" onPick={() => void addMembers(conversation.id, [userId], 'admin')}>
              Make an admin
            </MenuItem>
          )}
          {isManaged && role !== 'member' && (
            <MenuItem icon="members" onPick={() => void addMembers(conversation.id, [userId], 'member')}>
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
                  void removeMember(conversation.id, userId)
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
  const isAdmin = roleIn(conversation) === 'admin'
  return (
    <Panel title="Members">
      {isAdmin && (
        <div class="row stack">
          <button type="button" onClick={() => openDialog(() => <AddMembers conversation={conversation} />)}>
            Add people
          </button>
          <button type="button" onClick={() => openDialog(() => <Rename conversation={conversation} />)}>
            Rename
          </button>
        </div>
      )}
      <ul class="people" aria-label="Members">
        {conversation.participants.map((person) => (
          <Member key={person.userId} conversation={conversation} person={person} />
        ))}
      </ul>
    </Panel>
  )
}
