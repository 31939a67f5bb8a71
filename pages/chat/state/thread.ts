import { signal } from '@preact/signals'
import { ask, type Load } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { myId, onLeaving } from '../../base/state/session.ts'
import type { ConversationDetails, Message } from '../api/shapes.ts'
import { conversations, keep } from './conversations.ts'

/** What is shown of the open conversation: a stretch of its messages without a gap, oldest first. */
export interface Thread {
  readonly conversationId: string
  readonly messages: readonly Message[]
  readonly load: Load
  /** For the older and the newer end of the stretch. `false`: there is no more. */
  readonly older: Load | false
  readonly newer: Load | false
  /** Messages of others above this number were unread when it was opened; null when nothing was. */
  readonly unreadAbove: number | null
  /** Messages that came while one was looking elsewhere. */
  readonly missed: number
  /** The message to be shown in the middle, and how often that was asked. */
  readonly target: { readonly id: string; readonly times: number } | null
  readonly details: ConversationDetails | null
  /** How far each has read. */
  readonly readTo: Readonly<Record<string, number>>
  readonly online: ReadonlySet<string>
}

export const thread = signal<Thread | null>(null)
onLeaving(() => {
  thread.value = null
})

const pageSize = 40
/** A stretch does not grow beyond this: what is furthest from where one looks goes. */
const mostKept = 400
let targets = 0

const emptyThread = (conversationId: string): Thread => ({
  conversationId,
  messages: [],
  load: 'loading',
  older: false,
  newer: false,
  unreadAbove: null,
  missed: 0,
  target: null,
  details: null,
  readTo: {},
  online: new Set(),
})

export function changeThread(conversationId: string, how: (open: Thread) => Partial<Thread>): void {
  const open = thread.peek()
  if (open?.conversationId === conversationId) thread.value = { ...open, ...how(open) }
}

const bySeq = (messages: readonly Message[]): readonly Message[] =>
  [...messages].sort((a, b) => a.seq - b.seq)

function joined(known: readonly Message[], loaded: readonly Message[]): readonly Message[] {
  const ids = new Set(loaded.map(({ id }) => id))
  return bySeq([...known.filter(({ id }) => !ids.has(id)), ...loaded])
}

/**
 * What is shown in the conversation itself: answers are shown in their thread. Whoever came after its root cannot open
 * that, and sees them here.
 */
export function ownMessages({ messages, older }: Pick<Thread, 'messages' | 'older'>): readonly Message[] {
  const ids = new Set(messages.map(({ id }) => id))
  return messages.filter(({ threadId }) => !threadId || (older === false && !ids.has(threadId)))
}

const isOpen = (id: string): boolean => thread.peek()?.conversationId === id

const loadMessages = (
  id: string,
  query: { before?: string; after?: string; around?: string },
  how: Partial<typeof byItself> = {},
) =>
  ask(
    v1.conversations[':id'].messages.$get(
      { param: { id }, query: { limit: String(pageSize), ...query } },
      how,
    ),
  )

async function loadDetails(id: string, how: Partial<typeof byItself>): Promise<Load> {
  const answer = await ask(v1.conversations[':id'].$get({ param: { id } }, how))
  if (!answer.ok) return answer.problem
  const details = answer.value
  if (!details) return 'ready'
  keep(details)
  changeThread(id, () => ({
    details,
    online: new Set(details.online),
    readTo: Object.fromEntries(Object.entries(details.readPositions).map(([who, { seq }]) => [who, seq])),
  }))
  return 'ready'
}

/** Opens a conversation at its newest messages, or around one of them. `isByItself`: nobody asked for it. */
export async function openThread(id: string, around?: string, isByItself = false): Promise<void> {
  const how = isByItself ? byItself : {}
  const known = thread.peek()
  const isThere = known?.conversationId === id
  if (isThere && around !== undefined && known.messages.some((message) => message.id === around)) {
    thread.value = { ...known, target: { id: around, times: ++targets } }
    return
  }
  thread.value = isThere ? { ...known, load: 'loading' } : emptyThread(id)
  const [answer, details] = await Promise.all([
    loadMessages(id, around === undefined ? {} : { around }, how),
    loadDetails(id, how),
  ])
  if (!isOpen(id)) return
  if (!answer.ok || (details !== 'ready' && details !== 'loading')) {
    changeThread(id, () => ({ load: answer.ok ? details : answer.problem }))
    return
  }
  const { items, pagination } = answer.value
  changeThread(id, ({ details: loaded, unreadAbove }) => ({
    messages: bySeq(items),
    load: 'ready',
    older: pagination.hasMore ? 'ready' : false,
    newer: around === undefined || pagination.hasNewer === false ? false : 'ready',
    target: around === undefined ? null : { id: around, times: ++targets },
    missed: 0,
    unreadAbove:
      unreadAbove ?? (loaded && loaded.unreadCount > 0 ? (loaded.readPositions[myId()]?.seq ?? 0) : null),
  }))
}

/** Goes on at one end, keeping the other within bounds. */
export async function loadMore(end: 'older' | 'newer'): Promise<void> {
  const open = thread.peek()
  if (open?.load !== 'ready' || open[end] === false || open[end] === 'loading') return
  const edge = end === 'older' ? open.messages[0] : open.messages.at(-1)
  if (!edge) return
  const { conversationId } = open
  changeThread(conversationId, () => ({ [end]: 'loading' }))
  const answer = await loadMessages(
    conversationId,
    end === 'older' ? { before: edge.id } : { after: edge.id },
  )
  changeThread(conversationId, (now) => {
    if (!answer.ok) return { [end]: answer.problem }
    const { items, pagination } = answer.value
    const all = joined(now.messages, items)
    if (end === 'older')
      return {
        messages: all.slice(0, mostKept),
        older: pagination.hasMore ? 'ready' : false,
        ...(all.length > mostKept ? { newer: 'ready' as const } : {}),
      }
    return {
      messages: all.slice(-mostKept),
      newer: items.length < pageSize || pagination.hasNewer === false ? false : 'ready',
      ...(all.length > mostKept ? { older: 'ready' as const } : {}),
    }
  })
}

export async function jumpToNewest(): Promise<void> {
  const open = thread.peek()
  if (!open) return
  const newest = open.messages.at(-1)
  if (open.newer === false && newest)
    thread.value = { ...open, missed: 0, target: { id: newest.id, times: ++targets } }
  else await openThread(open.conversationId)
}

export const openAround = (conversationId: string, messageId: string): Promise<void> =>
  openThread(conversationId, messageId)

/** What failed for want of a connection is asked for again. */
export function retryThread(): void {
  const open = thread.peek()
  if (open && typeof open.load === 'object') loosely(() => openThread(open.conversationId, undefined, true))
}

export function addMessage(message: Message, isSeen: boolean): void {
  changeThread(message.conversationId, (open) => {
    if (open.messages.some(({ id }) => id === message.id)) return {}
    const isMine = message.senderId === myId()
    const missed = isMine || isSeen || message.threadId ? open.missed : open.missed + 1
    const readTo = { ...open.readTo, [message.senderId]: message.seq }
    if (open.newer !== false) return { missed, readTo }
    return { messages: bySeq([...open.messages, message]), missed, readTo }
  })
}

type Change = (message: Message) => Message
const alsoChanging: ((id: string, how: Change) => void)[] = []
/** For what shows messages besides, such as an open thread. */
export const whenChanged = (change: (id: string, how: Change) => void): void => void alsoChanging.push(change)

export function changeMessage(conversationId: string, id: string, how: Change): void {
  changeThread(conversationId, ({ messages }) =>
    messages.some((message) => message.id === id)
      ? { messages: messages.map((message) => (message.id === id ? how(message) : message)) }
      : {},
  )
  for (const change of alsoChanging) change(id, how)
}

export const conversationOf = (open: Thread) => conversations.value.get(open.conversationId)
