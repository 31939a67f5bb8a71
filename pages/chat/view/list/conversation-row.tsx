import { myId } from '../../../base/state/session.ts'
import { timeOf } from '../../../base/text/times.ts'
import { Icon, type IconName } from '../../../base/view/icon.tsx'
import { Portrait } from '../../../base/view/portrait.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { nameIn, otherIn, titleOf } from '../../state/conversations.ts'
import { draftKey, drafts } from '../../state/drafts.ts'
import { outgoing } from '../../state/outgoing.ts'
import { openConversation, place } from '../../state/place.ts'
import { typing } from '../../state/typing.ts'

function Excerpt({ conversation: { id, type, lastMessage } }: { conversation: Conversation }) {
  const isOpen = place.value.conversationId === id
  const draft = drafts.value.get(draftKey(id))
  const failed = (outgoing.value.get(id) ?? []).some(({ status }) => status === 'not_sent')
  const who = [...(typing.value.get(id)?.keys() ?? [])]
  if (failed) return <span class="excerpt problem">Not sent</span>
  if (who.length > 0) return <span class="excerpt accent">typing…</span>
  if (!isOpen && draft && !draft.editing && draft.text.trim() !== '')
    return (
      <span class="excerpt">
        <em>Draft:</em> <bdi>{draft.text.slice(0, 100)}</bdi>
      </span>
    )
  if (!lastMessage) return <span class="excerpt">Nothing said yet</span>
  const isMine = lastMessage.senderId === myId()
  const sender = isMine ? 'You' : type === 'group' ? nameIn(id, lastMessage.senderId) : ''
  return (
    <span class="excerpt">
      {sender && <bdi>{`${sender}: `}</bdi>}
      {lastMessage.text ? <bdi>{lastMessage.text}</bdi> : <em>a file, or a deleted message</em>}
    </span>
  )
}

function Sign({ icon, words }: { icon: IconName; words: string }) {
  return (
    <span class="sign" title={words}>
      <Icon name={icon} />
      <span class="visually-hidden">{words}</span>
    </span>
  )
}

export function ConversationRow({ conversation }: { conversation: Conversation }) {
  const { id, unreadCount, unreadMentions, createdAt, avatar, lastMessage, mine } = conversation
  const title = titleOf(conversation)
  const at = lastMessage?.timestamp ?? createdAt
  return (
    <li>
      <button
        type="button"
        class="conversation"
        aria-current={place.value.conversationId === id ? 'true' : undefined}
        onClick={() => openConversation(id)}
      >
        <Portrait name={title} picture={avatar ?? otherIn(conversation)?.avatar ?? null} />
        <span class="grow">
          <span class="line">
            <strong class="title">
              <bdi>{title}</bdi>
            </strong>
            <time dateTime={at}>{timeOf(at)}</time>
          </span>
          <span class="line">
            <Excerpt conversation={conversation} />
            {mine.mutedUntil && <Sign icon="hide" words="muted" />}
            {mine.isPinned && <Sign icon="pin" words="pinned" />}
            {unreadMentions > 0 && (
              <span class="badge">
                @<span class="visually-hidden"> mentions you</span>
              </span>
            )}
            {unreadCount === 0 && mine.isMarkedUnread && (
              <span class="badge">
                •<span class="visually-hidden"> marked as unread</span>
              </span>
            )}
            {unreadCount > 0 && (
              <span class="badge">
                {unreadCount > 99 ? '99+' : unreadCount}
                <span class="visually-hidden"> unread</span>
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  )
}
