import { useEffect } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { timeOf } from '../../../base/text/times.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import { loadPins, pin, pinned } from '../../state/pins.ts'
import { openPanel } from '../../state/place.ts'
import { openAround } from '../../state/thread.ts'
import { Panel } from './panel.tsx'

export function PinsPanel({ conversation: { id, can } }: { conversation: Conversation }) {
  useEffect(() => loosely(() => loadPins(id)), [id])
  const { items, load } =
    pinned.value?.conversationId === id ? pinned.value : { items: [], load: 'loading' as const }
  return (
    <Panel title="Pinned messages">
      {load === 'loading' && items.length === 0 && <Loading of="pinned messages" />}
      {isProblem(load) && <Failed problem={load} retry={() => loosely(() => loadPins(id))} />}
      {load === 'ready' && items.length === 0 && (
        <p class="hint quiet">Nothing is pinned. Pin a message by its menu: it is found here by everybody.</p>
      )}
      <ul class="results">
        {items.map((message) => (
          <li key={message.id} class="row pinned">
            <button
              type="button"
              class="result"
              onClick={() =>
                message.threadId
                  ? openPanel('thread', message.threadId)
                  : loosely(() => openAround(id, message.id))
              }
            >
              <span class="line">
                <strong class="title">
                  <bdi>{nameIn(id, message.senderId)}</bdi>
                </strong>
                <time dateTime={message.timestamp}>{timeOf(message.timestamp)}</time>
              </span>
              <bdi class="found-text">{message.text || 'A file'}</bdi>
            </button>
            {can.includes('pin') && (
              <button
                type="button"
                onClick={() => loosely(() => pin({ id: message.id, conversationId: id }, false))}
              >
                Unpin
              </button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
