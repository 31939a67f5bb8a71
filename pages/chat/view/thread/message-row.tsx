import { signal } from '@preact/signals'
import { hereOf } from '../../../base/api/addresses.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { myId } from '../../../base/state/session.ts'
import { hourOf, wholeTime } from '../../../base/text/times.ts'
import { Portrait } from '../../../base/view/portrait.tsx'
import type { Conversation, MemberRole, Message } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import { roleIn } from '../../state/members.ts'
import { openPanel } from '../../state/place.ts'
import { openAround, thread } from '../../state/thread.ts'
import { Formatted } from '../../text/markdown.tsx'
import { Attachments } from './attachments.tsx'
import { MessageMenu } from './message-menu.tsx'
import { Reactions } from './reactions.tsx'

/** Which message the keyboard is at: Tab comes to one of them, not to each. */
export const activeId = signal<string | null>(null)

function Quote({ message, id }: { message: Message; id: string }) {
  const { conversationId } = message
  const quoted = thread.value?.messages.find((each) => each.id === id)
  const words = !quoted
    ? 'An earlier message'
    : quoted.deletedAt
      ? 'A deleted message'
      : quoted.text.slice(0, 140) || 'A file'
  return (
    <button
      type="button"
      class="quote"
      tabIndex={-1}
      onClick={() => loosely(() => openAround(conversationId, id))}
    >
      <span class="visually-hidden">In answer to </span>
      {quoted && <strong>{nameIn(conversationId, quoted.senderId)}</strong>}
      <bdi>{words}</bdi>
    </button>
  )
}

function Ticks({ message, readTo }: { message: Message; readTo: Readonly<Record<string, number>> }) {
  const readers = Object.keys(readTo).filter(
    (userId) => userId !== message.senderId && (readTo[userId] ?? 0) >= message.seq,
  )
  const names = readers.slice(0, 12).map((userId) => nameIn(message.conversationId, userId))
  const more = readers.length > 12 ? ` and ${readers.length - 12} more` : ''
  const words = readers.length > 0 ? `Read by ${names.join(', ')}${more}` : 'Sent'
  return (
    <span class="state" role="img" aria-label={words} title={words}>
      {readers.length > 0 ? '✓✓' : '✓'}
    </span>
  )
}

function marksIn({ conversationId, mentions, mentionGroups }: Message): readonly string[] {
  return [
    ...mentions.map((userId) => `@${nameIn(conversationId, userId)}`),
    ...mentionGroups.map((group) => `@${group}`),
  ]
}

function isForMe({ senderId, mentions, mentionGroups }: Message, role: MemberRole | undefined): boolean {
  if (mentions.includes(myId())) return true
  if (senderId === myId()) return false
  const isModerator = role === 'admin' || role === 'moderator'
  return mentionGroups.includes('everyone') || (isModerator && mentionGroups.includes('moderators'))
}

export function MessageRow({
  message,
  conversation,
  isFirst,
  isLast,
  readTo,
  isInThread = false,
}: {
  message: Message
  conversation: Conversation | undefined
  isFirst: boolean
  isLast: boolean
  readTo: Readonly<Record<string, number>>
  /** Shown among the answers of its thread, and not in the conversation. */
  isInThread?: boolean
}) {
  const { id, conversationId, senderId, timestamp, deletedAt, text, attachments, replyTo } = message
  const isMine = senderId === myId()
  const isGroup = conversation?.type === 'group'
  const isActive = activeId.value === id || (activeId.value === null && isLast)
  const sender = nameIn(conversationId, senderId)
  const kinds = [
    'message',
    isMine && 'mine',
    isFirst && 'first',
    isForMe(message, conversation && roleIn(conversation)) && 'for-me',
  ]
  const picture = conversation?.participants.find(({ userId }) => userId === senderId)?.avatar ?? null
  return (
    <li
      class={kinds.filter(Boolean).join(' ')}
      data-message={id}
      // A list item takes the focus, so that arrow keys go from message to message.
      tabIndex={isActive ? 0 : -1}
      onFocusIn={() => {
        activeId.value = id
      }}
    >
      {isGroup && isFirst && !isMine && (
        <strong class="sender">
          <Portrait name={sender} picture={picture ? hereOf(picture) : null} />
          <bdi>{sender}</bdi>
        </strong>
      )}
      <div class="line-of-bubble">
        <div class="bubble">
          {!(isGroup && isFirst && !isMine) && (
            <span class="visually-hidden">{isMine ? 'You' : sender}: </span>
          )}
          {deletedAt ? (
            <em class="quiet">This message was deleted.</em>
          ) : (
            <>
              {replyTo && <Quote message={message} id={replyTo} />}
              {text && <Formatted text={text} marked={marksIn(message)} />}
              <Attachments of={attachments} />
            </>
          )}
          <span class="meta">
            {message.editedAt && !deletedAt && 'edited '}
            <time dateTime={timestamp} title={wholeTime(timestamp)}>
              {hourOf(timestamp)}
            </time>
            {isMine && !deletedAt && !isInThread && <Ticks message={message} readTo={readTo} />}
          </span>
        </div>
        {!deletedAt && <MessageMenu message={message} conversation={conversation} isInThread={isInThread} />}
      </div>
      {!deletedAt && <Reactions message={message} isReached={isActive} />}
      {!isInThread && message.thread && message.thread.count > 0 && (
        <button
          type="button"
          class="link small"
          tabIndex={isActive ? 0 : -1}
          onClick={() => openPanel('thread', id)}
        >
          {message.thread.count === 1 ? '1 answer' : `${message.thread.count} answers`}
        </button>
      )}
    </li>
  )
}
