import { loosely } from '../../../base/state/loosely.ts'
import { tell } from '../../../base/state/notices.ts'
import { myId } from '../../../base/state/session.ts'
import { confirm, openDialog } from '../../../base/view/dialog.tsx'
import { Menu, MenuItem } from '../../../base/view/menu.tsx'
import type { Conversation, Message } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import { changeDraft, draftKey } from '../../state/drafts.ts'
import { copyText, deleteMessage, toggleReaction } from '../../state/messages.ts'
import { isPinned, pin } from '../../state/pins.ts'
import { openPanel } from '../../state/place.ts'
import { Report } from '../dialogs/report.tsx'
import { pickEmoji } from '../parts/pick-emoji.tsx'
import { askToBlock } from './conversation-menu.tsx'

const quick = ['👍', '❤️', '😂', '😮', '😢', '🙏']

const focusComposer = (isInThread: boolean) =>
  // The menu gives the focus back to its button first.
  setTimeout(() =>
    loosely(() =>
      document
        .querySelector<HTMLTextAreaElement>(`${isInThread ? '.panel' : '.thread'} .composer textarea`)
        ?.focus(),
    ),
  )

function QuickReactions({ message, close }: { message: Message; close: () => void }) {
  return (
    <div class="quick">
      {quick.map((emoji) => (
        <button
          key={emoji}
          type="button"
          role="menuitem"
          tabIndex={-1}
          aria-label={`React with ${emoji}`}
          onClick={() => {
            close()
            loosely(() => toggleReaction(message, emoji))
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  )
}

export function MessageMenu({
  message,
  conversation,
  isInThread,
}: {
  message: Message
  conversation: Conversation | undefined
  isInThread: boolean
}) {
  const { id, conversationId, senderId, text } = message
  const isMine = senderId === myId()
  const name = nameIn(conversationId, senderId)
  const can = new Set(conversation?.can)
  const mayDelete = isMine ? can.has('retract') : can.has('deleteOthers')
  const key = draftKey(conversationId, isInThread ? (message.threadId ?? id) : null)
  const copy = async () => tell((await copyText(text)) ? 'Copied.' : 'The browser did not allow to copy.')
  return (
    <Menu
      name={isMine ? 'What to do with my message' : `What to do with the message of ${name}`}
      class="round plain message-menu"
      top={(close) => <QuickReactions message={message} close={close} />}
    >
      <MenuItem
        icon="emoji"
        onPick={() => pickEmoji((emoji) => loosely(() => toggleReaction(message, emoji)))}
      >
        Another reaction
      </MenuItem>
      <MenuItem
        icon="reply"
        onPick={() => {
          changeDraft(key, { replyTo: message, editing: null })
          focusComposer(isInThread)
        }}
      >
        Reply
      </MenuItem>
      {!isInThread && can.has('startThread') && (
        <MenuItem icon="thread" onPick={() => openPanel('thread', id)}>
          Answer in a thread
        </MenuItem>
      )}
      {isMine && can.has('edit') && (
        <MenuItem
          icon="edit"
          onPick={() => {
            changeDraft(key, { editing: message, replyTo: null, text })
            focusComposer(isInThread)
          }}
        >
          Edit
        </MenuItem>
      )}
      {text && (
        <MenuItem icon="copy" onPick={() => loosely(copy)}>
          Copy the text
        </MenuItem>
      )}
      {can.has('pin') && (
        <MenuItem icon="pin" onPick={() => loosely(() => pin(message, !isPinned(message)))}>
          {isPinned(message) ? 'Unpin' : 'Pin for everybody'}
        </MenuItem>
      )}
      {!isMine && can.has('report') && (
        <MenuItem icon="flag" isDangerous onPick={() => openDialog(() => <Report message={message} />)}>
          Report
        </MenuItem>
      )}
      {!isMine && (
        <MenuItem icon="block" isDangerous onPick={() => askToBlock(senderId, name)}>
          Block {name}
        </MenuItem>
      )}
      {mayDelete && (
        <MenuItem
          icon="trash"
          isDangerous
          onPick={() =>
            confirm('Delete this message?', 'What is in it is gone for everybody.', 'Delete', () => {
              loosely(() => deleteMessage({ ...message, id }))
            })
          }
        >
          Delete
        </MenuItem>
      )}
    </Menu>
  )
}
