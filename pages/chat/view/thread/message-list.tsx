import { useSignal } from '@preact/signals'
import { Fragment } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { isProblem, type Load } from '../../../base/api/ask.ts'
import { loosely } from '../../../base/state/loosely.ts'
import { myId } from '../../../base/state/session.ts'
import { dayOf } from '../../../base/text/times.ts'
import { Icon } from '../../../base/view/icon.tsx'
import { Failed, Loading } from '../../../base/view/loading.tsx'
import type { Conversation, Message } from '../../api/shapes.ts'
import { isUnread } from '../../state/conversations.ts'
import { looksAtNewest } from '../../state/live.ts'
import { outgoing } from '../../state/outgoing.ts'
import { noteRead } from '../../state/receipts.ts'
import { changeThread, jumpToNewest, loadMore, ownMessages, type Thread } from '../../state/thread.ts'
import { useNear } from '../parts/use-near.ts'
import { MessageRow } from './message-row.tsx'
import { OutgoingRow } from './outgoing-row.tsx'
import { anchorOf, focusNext, isAtEnd, restore, showInMiddle } from './scrolling.ts'

const sameSpeakerMs = 5 * 60_000

function continues(message: Message, before: Message | undefined): boolean {
  return (
    before !== undefined &&
    before.senderId === message.senderId &&
    Date.parse(message.timestamp) - Date.parse(before.timestamp) < sameSpeakerMs
  )
}

function Edge({ load, retry }: { load: Load | false; retry: () => void }) {
  if (load === 'loading') return <Loading of="messages" />
  return load !== false && isProblem(load) ? <Failed problem={load} retry={retry} /> : null
}

function markRead({ conversationId, messages, newer }: Thread, conversation: Conversation | undefined): void {
  const newest = messages.at(-1)
  if (!newest || newer !== false || document.visibilityState !== 'visible') return
  if (!conversation) return
  if (isUnread(conversation)) noteRead(conversationId, newest.seq)
  // An answer in a thread addresses me, and no message is unread: it is as far as the conversation goes.
  else if (conversation.unreadMentions > 0) noteRead(conversationId, conversation.seq)
}

export function MessageList({
  open,
  conversation,
}: {
  open: Thread
  conversation: Conversation | undefined
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLOListElement>(null)
  const wasAtEnd = useRef(true)
  const shownTarget = useRef(0)
  const hasBegun = useRef(false)
  const isAway = useSignal(false)
  const messages = ownMessages(open)
  const { conversationId, older, newer, unreadAbove, missed, target } = open
  const arrived = new Set(open.messages.map(({ clientMessageId }) => clientMessageId))
  const waiting = (outgoing.value.get(conversationId) ?? []).filter(
    ({ clientMessageId, message }) => !message.threadId && !arrived.has(clientMessageId),
  )
  const newestOutgoing = useRef(waiting.length)
  // What is drawn now is still what was there before: its place is looked up here and kept below.
  const anchor = scroller.current && !wasAtEnd.current ? anchorOf(scroller.current) : null

  const look = () => {
    if (!scroller.current) return
    wasAtEnd.current = newer === false && isAtEnd(scroller.current)
    isAway.value = !wasAtEnd.current
    looksAtNewest.value = wasAtEnd.current
    if (!wasAtEnd.current) return
    if (missed > 0) changeThread(conversationId, () => ({ missed: 0 }))
    markRead(open, conversation)
  }

  useLayoutEffect(() => {
    const box = scroller.current
    if (!box) return
    const hasWritten = waiting.length > newestOutgoing.current
    newestOutgoing.current = waiting.length
    if (target && target.times !== shownTarget.current) {
      shownTarget.current = target.times
      showInMiddle(box, target.id)
    } else if (!hasBegun.current) {
      const line = box.querySelector('.unread-line')
      if (line) line.scrollIntoView({ block: 'center' })
      else box.scrollTop = box.scrollHeight
    } else if (wasAtEnd.current || hasWritten) box.scrollTop = box.scrollHeight
    else if (anchor) restore(box, anchor)
    hasBegun.current = true
    look()
  })
  useEffect(() => {
    const box = scroller.current
    if (!box || !list.current) return
    // Not in the same turn: it would change again what is being observed.
    const observer = new ResizeObserver(() =>
      requestAnimationFrame(() => {
        if (wasAtEnd.current) box.scrollTop = box.scrollHeight
      }),
    )
    observer.observe(list.current)
    observer.observe(box)
    const onKeyDown = (event: KeyboardEvent) => loosely(() => focusNext(event, box))
    box.addEventListener('keydown', onKeyDown)
    return () => {
      observer.disconnect()
      box.removeEventListener('keydown', onKeyDown)
      looksAtNewest.value = false
    }
  }, [])
  useEffect(() => {
    const turned = () => loosely(look)
    document.addEventListener('visibilitychange', turned)
    return () => document.removeEventListener('visibilitychange', turned)
  })
  const oldest = useNear(scroller, () => older === 'ready' && loosely(() => loadMore('older')))
  const newest = useNear(scroller, () => newer === 'ready' && loosely(() => loadMore('newer')))
  const firstUnread = messages.find(
    ({ seq, senderId }) => unreadAbove !== null && seq > unreadAbove && senderId !== myId(),
  )
  return (
    <div class="log-frame">
      <div ref={scroller} class="log" onScroll={look}>
        <div ref={oldest} class="edge">
          <Edge load={older} retry={() => loosely(() => loadMore('older'))} />
          {older === false && messages.length > 0 && <p class="quiet small">This is where it begins.</p>}
        </div>
        <ol ref={list} aria-label="Messages">
          {messages.map((message, index) => {
            const before = messages[index - 1]
            const isNewDay = !before || dayOf(before.timestamp) !== dayOf(message.timestamp)
            const isNew = message === firstUnread
            return (
              <Fragment key={message.id}>
                {isNewDay && <li class="day">{dayOf(message.timestamp)}</li>}
                {isNew && <li class="unread-line">New</li>}
                <MessageRow
                  message={message}
                  conversation={conversation}
                  isFirst={isNewDay || isNew || !continues(message, before)}
                  isLast={index === messages.length - 1}
                  readTo={open.readTo}
                />
              </Fragment>
            )
          })}
          {newer === false &&
            waiting.map((entry) => <OutgoingRow key={entry.clientMessageId} entry={entry} />)}
        </ol>
        {messages.length + waiting.length === 0 && <p class="hint quiet">Nothing was said yet. Say hello.</p>}
        <div ref={newest} class="edge">
          <Edge load={newer} retry={() => loosely(() => loadMore('newer'))} />
        </div>
      </div>
      {(isAway.value || newer !== false) && (
        <button type="button" class="jump" onClick={() => loosely(jumpToNewest)}>
          <Icon name="down" />
          {missed > 0 ? `${missed} new` : 'Newest'}
        </button>
      )}
    </div>
  )
}
