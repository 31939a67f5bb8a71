import { useEffect } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { timeOf } from '../../../base/text/times.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { nameIn } from '../../state/conversations.ts'
import { openPanel } from '../../state/place.ts'
import { type Listed, loadThreads, threadList } from '../../state/threads.ts'
import { Panel } from './panel.tsx'

function Row({ listed }: { listed: Listed }) {
  const { messageId, conversationId, root, count, lastReplyAt, unreadCount } = listed
  return (
    <li>
      <button type="button" class="result" onClick={() => openPanel('thread', messageId)}>
        <span class="line">
          <strong class="title">
            <bdi>{root ? nameIn(conversationId, root.senderId) : 'A message that is gone'}</bdi>
          </strong>
          {lastReplyAt && <time dateTime={lastReplyAt}>{timeOf(lastReplyAt)}</time>}
        </span>
        <bdi class="found-text">{root?.deletedAt ? 'This message was deleted.' : root?.text || 'A file'}</bdi>
        <span class="line">
          <span class="quiet small">{count === 1 ? '1 answer' : `${count} answers`}</span>
          {unreadCount > 0 && (
            <span class="badge">
              {unreadCount}
              <span class="visually-hidden"> unread</span>
            </span>
          )}
        </span>
      </button>
    </li>
  )
}

export function ThreadsPanel({ conversation: { id } }: { conversation: Conversation }) {
  useEffect(() => loosely(() => loadThreads(id)), [id])
  const known = threadList.value?.conversationId === id ? threadList.value : null
  const items = known?.items ?? []
  const load = known?.load ?? 'loading'
  return (
    <Panel title="Threads">
      <ul class="results">
        {items.map((listed) => (
          <Row key={listed.messageId} listed={listed} />
        ))}
      </ul>
      {load === 'loading' && <Loading of="threads" />}
      {isProblem(load) && <Failed problem={load} retry={() => loosely(() => loadThreads(id))} />}
      {load === 'ready' && items.length === 0 && !known?.next && (
        <p class="hint quiet">No threads yet. Begin one by the menu of a message.</p>
      )}
      {load === 'ready' && known?.next && (
        <button type="button" class="wide" onClick={() => loosely(() => loadThreads(id, 'next'))}>
          Older ones
        </button>
      )}
    </Panel>
  )
}
