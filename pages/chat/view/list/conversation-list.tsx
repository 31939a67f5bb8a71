import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { isGuest, me } from '../../../base/state/session.ts'
import { openDialog } from '../../../base/view/dialog.tsx'
import { Icon } from '../../../base/view/icon.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { Portrait } from '../../../base/view/portrait.tsx'
import { listing, loadList, shelf, sorted, titleOf } from '../../state/conversations.ts'
import { NewConversation } from '../dialogs/new-conversation.tsx'
import { useNear } from '../parts/use-near.ts'
import { ConversationRow } from './conversation-row.tsx'
import { MyMenu } from './my-menu.tsx'
import { Shelves } from './shelves.tsx'
import { Unconfirmed } from './unconfirmed.tsx'

const newConversation = () => openDialog(() => <NewConversation />)

function Empty() {
  return (
    <div class="hint">
      <p>
        <strong>No conversations yet.</strong>
      </p>
      <p class="quiet">
        {isGuest()
          ? 'Write to a member of staff: they answer here.'
          : 'Begin one with somebody you know here, or open an invitation link that you were sent.'}
      </p>
      <button type="button" class="primary" onClick={newConversation}>
        Start a conversation
      </button>
    </div>
  )
}

export function ConversationList() {
  const filter = useSignal('')
  const list = useRef<HTMLUListElement>(null)
  const { load, next } = listing.value
  const wanted = filter.value.trim().toLowerCase()
  const shown = sorted.value.filter(
    (conversation) => wanted === '' || titleOf(conversation).toLowerCase().includes(wanted),
  )
  const end = useNear(list, () => {
    if (listing.peek().load === 'ready') loosely(() => loadList('next'))
  })
  useEffect(() => {
    // A search by name looks at what is loaded: it asks for the rest.
    if (wanted !== '' && shown.length === 0 && load === 'ready' && next) loosely(() => loadList('next'))
  }, [wanted, load])
  return (
    <nav class="sidebar" aria-label="My conversations">
      <header class="bar">
        <Portrait name={me.value?.name ?? ''} picture={me.value?.avatar ?? null} />
        <p class="grow title">
          <bdi>{me.value?.name}</bdi>
        </p>
        <button
          type="button"
          class="round primary"
          aria-label="New conversation"
          title="New conversation"
          onClick={newConversation}
        >
          <Icon name="add" />
        </button>
        <MyMenu />
      </header>
      <Unconfirmed />
      <div class="filter">
        <input
          type="search"
          placeholder="Find a conversation"
          aria-label="Find a conversation"
          dir="auto"
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value
          }}
        />
      </div>
      <Shelves />
      <ul ref={list} class="conversations" aria-label="Conversations">
        {shown.map((conversation) => (
          <ConversationRow key={conversation.id} conversation={conversation} />
        ))}
        <li ref={end} class="end">
          {load === 'loading' && <Loading of="conversations" />}
          {isProblem(load) && (
            <Failed
              problem={load}
              retry={() => loosely(() => loadList(next === undefined ? 'first' : 'next'))}
            />
          )}
          {load === 'ready' &&
            sorted.value.length === 0 &&
            !next &&
            (shelf.value === 'all' ? (
              <Empty />
            ) : (
              <p class="hint quiet">
                {shelf.value === 'unread' ? 'You have read everything.' : 'Nothing is archived.'}
              </p>
            ))}
          {load === 'ready' && sorted.value.length > 0 && shown.length === 0 && !next && (
            <p class="hint quiet">No conversation has this name.</p>
          )}
        </li>
      </ul>
    </nav>
  )
}
