import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { isProblem } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { outgoing } from '../../state/outgoing.ts'
import { thread } from '../../state/thread.ts'
import { answers, loadAnswers } from '../../state/threads.ts'
import { Composer } from '../composer/composer.tsx'
import { MessageRow } from '../thread/message-row.tsx'
import { OutgoingRow } from '../thread/outgoing-row.tsx'
import { focusNext, isAtEnd } from '../thread/scrolling.ts'
import { Panel } from './panel.tsx'

/** The answers to one message, which leave the conversation as it is. */
export function ThreadPanel({ conversation, rootId }: { conversation: Conversation; rootId: string }) {
  const box = useRef<HTMLDivElement>(null)
  const wasAtEnd = useRef(true)
  useEffect(() => loosely(() => loadAnswers(rootId)), [rootId])
  useEffect(() => {
    const scroller = box.current
    const onKeyDown = (event: KeyboardEvent) => loosely(() => focusNext(event, scroller))
    scroller?.addEventListener('keydown', onKeyDown)
    return () => scroller?.removeEventListener('keydown', onKeyDown)
  }, [])
  useLayoutEffect(() => {
    if (box.current && wasAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  })
  const open = answers.value?.rootId === rootId ? answers.value : null
  const root = open?.root ?? thread.value?.messages.find(({ id }) => id === rootId) ?? null
  const load = open?.load ?? 'loading'
  const items = open?.items ?? []
  const arrived = new Set(items.map(({ clientMessageId }) => clientMessageId))
  const waiting = (outgoing.value.get(conversation.id) ?? []).filter(
    ({ message, clientMessageId }) => message.threadId === rootId && !arrived.has(clientMessageId),
  )
  const row = (message: (typeof items)[number], isLast: boolean) => (
    <MessageRow
      key={message.id}
      message={message}
      conversation={conversation}
      isFirst
      isLast={isLast}
      readTo={{}}
      isInThread
    />
  )
  return (
    <Panel title="Thread">
      <div
        ref={box}
        class="log"
        onScroll={() => {
          if (box.current) wasAtEnd.current = isAtEnd(box.current)
        }}
      >
        {root && <ol aria-label="What is answered">{row(root, items.length === 0)}</ol>}
        <p class="day">{items.length === 0 ? 'No answers yet' : 'Answers'}</p>
        {open?.before && load === 'ready' && (
          <button type="button" class="wide" onClick={() => loosely(() => loadAnswers(rootId, 'older'))}>
            Older answers
          </button>
        )}
        {load === 'loading' && <Loading of="answers" />}
        {isProblem(load) && <Failed problem={load} retry={() => loosely(() => loadAnswers(rootId))} />}
        <ol aria-label="Answers">
          {items.map((message, index) => row(message, index === items.length - 1))}
          {waiting.map((entry) => (
            <OutgoingRow key={entry.clientMessageId} entry={entry} />
          ))}
        </ol>
      </div>
      <Composer key={rootId} conversation={conversation} threadId={rootId} />
    </Panel>
  )
}
