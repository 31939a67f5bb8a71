import { conversations } from '../state/conversations.ts'
import { place } from '../state/place.ts'
import { Invited } from './dialogs/invited.tsx'
import { ConversationList } from './list/conversation-list.tsx'
import { InvitationsPanel } from './panels/invitations-panel.tsx'
import { MembersPanel } from './panels/members-panel.tsx'
import { PinsPanel } from './panels/pins-panel.tsx'
import { SearchPanel } from './panels/search-panel.tsx'
import { ThreadPanel } from './panels/thread-panel.tsx'
import { ThreadsPanel } from './panels/threads-panel.tsx'
import { OpenConversation } from './thread/conversation.tsx'

function OpenPanel() {
  const { panel, conversationId, threadId } = place.value
  if (!panel || !conversationId) return null
  const conversation = conversations.value.get(conversationId)
  if (panel === 'search') return <SearchPanel id={conversationId} />
  if (panel === 'members' && conversation) return <MembersPanel conversation={conversation} />
  if (panel === 'pins' && conversation) return <PinsPanel conversation={conversation} />
  if (panel === 'threads' && conversation) return <ThreadsPanel conversation={conversation} />
  if (panel === 'thread' && conversation && threadId)
    return <ThreadPanel key={threadId} conversation={conversation} rootId={threadId} />
  if (panel === 'invitations' && conversation) return <InvitationsPanel conversation={conversation} />
  return null
}

export function SignedIn() {
  const { conversationId, panel, invitation } = place.value
  return (
    <main class="frame" data-view={conversationId ? 'thread' : 'list'} data-panel={panel ?? undefined}>
      <h1 class="visually-hidden">MackChat</h1>
      <ConversationList />
      {conversationId ? (
        <OpenConversation id={conversationId} />
      ) : (
        <section class="thread nothing" aria-label="Conversation">
          <p class="quiet">Choose a conversation, or start a new one.</p>
        </section>
      )}
      <OpenPanel />
      {invitation && <Invited token={invitation} />}
    </main>
  )
}
