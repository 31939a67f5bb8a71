import { useEffect } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { dialog } from '../../../base/view/dialog.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import { conversations } from '../../state/conversations.ts'
import { draftKey } from '../../state/drafts.ts'
import { closeConversation, place } from '../../state/place.ts'
import { openThread, retryThread, thread } from '../../state/thread.ts'
import { attach } from '../../state/uploads.ts'
import { Composer } from '../composer/composer.tsx'
import { Header } from './header.tsx'
import { MessageList } from './message-list.tsx'
import { TypingLine } from './typing-line.tsx'

function leaveByEscape({ key, defaultPrevented }: KeyboardEvent): void {
  if (key !== 'Escape' || defaultPrevented || dialog.peek()) return
  if (document.activeElement?.closest('.panel, .composer, .menu')) return
  closeConversation()
}

export function OpenConversation({ id }: { id: string }) {
  useEffect(() => {
    loosely(() => openThread(id))
    const onKeyDown = (event: KeyboardEvent) => loosely(() => leaveByEscape(event))
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
      if (place.peek().conversationId === null) thread.value = null
    }
  }, [id])
  const open = thread.value
  const conversation = conversations.value.get(id)
  const isThere = open?.conversationId === id
  const load = isThere ? open.load : 'loading'
  const isEmpty = !isThere || open.messages.length === 0
  return (
    <section
      class="thread"
      aria-label="Conversation"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        attach(draftKey(id), event.dataTransfer?.files ?? [])
      }}
    >
      <Header id={id} conversation={conversation} />
      {isProblem(load) ? (
        <div class="middle">
          <Failed problem={load} retry={retryThread} />
        </div>
      ) : isEmpty && load === 'loading' ? (
        <div class="middle">
          <Loading of="messages" />
        </div>
      ) : (
        isThere && <MessageList key={id} open={open} conversation={conversation} />
      )}
      <TypingLine id={id} />
      {conversation && <Composer key={id} conversation={conversation} />}
    </section>
  )
}
