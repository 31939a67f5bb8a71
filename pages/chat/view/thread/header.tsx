import { myId } from '../../../base/state/session.ts'
import { Icon, type IconName } from '../../../base/view/icon.tsx'
import { Portrait } from '../../../base/view/portrait.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { otherIn, titleOf } from '../../state/conversations.ts'
import { closeConversation, closePanel, openPanel, type Panel, place } from '../../state/place.ts'
import { thread } from '../../state/thread.ts'
import { ConversationMenu } from './conversation-menu.tsx'

function PanelButton({ panel, icon, name }: { panel: Panel; icon: IconName; name: string }) {
  const isOpen = place.value.panel === panel
  return (
    <button
      type="button"
      class="round plain"
      aria-label={name}
      title={name}
      aria-expanded={isOpen}
      onClick={() => (isOpen ? closePanel() : openPanel(panel))}
    >
      <Icon name={icon} />
    </button>
  )
}

function Detail({ conversation }: { conversation: Conversation }) {
  const online = thread.value?.online ?? new Set<string>()
  const others = conversation.participants.filter(({ userId }) => userId !== myId())
  const there = others.filter(({ userId }) => online.has(userId)).length
  if (conversation.type === 'direct')
    return <p class={there > 0 ? 'presence online' : 'presence'}>{there > 0 ? 'online' : 'offline'}</p>
  const members = `${conversation.memberCount} members`
  return <p class="presence">{there > 0 ? `${members}, ${there} of the others online` : members}</p>
}

export function Header({ id, conversation }: { id: string; conversation: Conversation | undefined }) {
  const title = conversation ? titleOf(conversation) : ''
  return (
    <header class="bar thread-header" key={id}>
      <button
        type="button"
        class="round plain back"
        aria-label="Back to the list"
        onClick={closeConversation}
      >
        <Icon name="back" />
      </button>
      <Portrait
        name={title}
        picture={conversation ? (conversation.avatar ?? otherIn(conversation)?.avatar ?? null) : null}
      />
      <div class="grow">
        <h2 class="title">
          <bdi>{title}</bdi>
        </h2>
        {conversation && <Detail conversation={conversation} />}
      </div>
      <PanelButton panel="search" icon="search" name="Search this conversation" />
      {conversation?.type === 'group' && <PanelButton panel="members" icon="members" name="Members" />}
      {conversation && <ConversationMenu conversation={conversation} />}
    </header>
  )
}
