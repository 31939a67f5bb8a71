import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { timeOf } from '../../../base/text/times.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Message } from '../../api/shapes.ts'
import { conversations, nameIn, titleOf } from '../../state/conversations.ts'
import { closePanel, openConversation, openPanel, place } from '../../state/place.ts'
import { findMessages, search } from '../../state/search.ts'
import { openAround } from '../../state/thread.ts'
import { Panel } from './panel.tsx'

const waitMs = 350

function goTo({ conversationId, id, threadId }: Message): void {
  if (threadId) {
    if (place.peek().conversationId !== conversationId) openConversation(conversationId)
    openPanel('thread', threadId)
    return
  }
  if (place.peek().conversationId !== conversationId) openConversation(conversationId)
  else if (!matchMedia('(min-width: 64rem)').matches) closePanel()
  // Opening a conversation loads its newest messages first; this comes after.
  setTimeout(() => loosely(() => openAround(conversationId, id)))
}

function Result({ message, isEverywhere }: { message: Message; isEverywhere: boolean }) {
  const { conversationId, senderId, timestamp, text } = message
  const conversation = conversations.value.get(conversationId)
  return (
    <li>
      <button type="button" class="result" onClick={() => goTo(message)}>
        <span class="line">
          <strong class="title">
            <bdi>{nameIn(conversationId, senderId)}</bdi>
          </strong>
          <time dateTime={timestamp}>{timeOf(timestamp)}</time>
        </span>
        {isEverywhere && conversation && <span class="quiet small">in {titleOf(conversation)}</span>}
        <bdi class="found-text">{text.slice(0, 300)}</bdi>
      </button>
    </li>
  )
}

export function SearchPanel({ id }: { id: string }) {
  const [isEverywhere, setEverywhere] = useState(false)
  const [text, setText] = useState(search.peek().q)
  const box = useRef<HTMLInputElement>(null)
  const where = isEverywhere ? null : id
  useEffect(() => {
    const timer = setTimeout(() => loosely(() => findMessages(text.trim(), where)), waitMs)
    return () => clearTimeout(timer)
  }, [text, where])
  useLayoutEffect(() => box.current?.focus(), [])
  const { found, load, before, q } = search.value
  return (
    <Panel title="Search">
      <form aria-label="Search" class="stack" onSubmit={(event) => event.preventDefault()}>
        <label>
          Words to look for
          <input
            ref={box}
            type="search"
            dir="auto"
            maxLength={200}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isEverywhere}
            onChange={({ currentTarget }) => setEverywhere(currentTarget.checked)}
          />
          <span>In all my conversations</span>
        </label>
      </form>
      <p class="visually-hidden" role="status">
        {load === 'ready' ? `${found.length} found` : ''}
      </p>
      <ul class="results">
        {found.map((message) => (
          <Result key={message.id} message={message} isEverywhere={isEverywhere} />
        ))}
      </ul>
      {load === 'loading' && <Loading of="what was found" />}
      {load && isProblem(load) && (
        <Failed problem={load} retry={() => loosely(() => findMessages(q, where, before ?? undefined))} />
      )}
      {load === 'ready' && found.length === 0 && <p class="hint quiet">Nothing has these words.</p>}
      {load === 'ready' && before && (
        <button type="button" class="wide" onClick={() => loosely(() => findMessages(q, where, before))}>
          Older ones
        </button>
      )}
    </Panel>
  )
}
