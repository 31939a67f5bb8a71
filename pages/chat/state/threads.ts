import { signal } from '@preact/signals'
import { ask, type BodyOf, type Load } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import { myId, onLeaving } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'
import { changeMessage, whenChanged } from './thread.ts'

type Page = BodyOf<Awaited<ReturnType<(typeof v1.messages)[':id']['thread']['$get']>>>
export type Listed = BodyOf<
  Awaited<ReturnType<(typeof v1.conversations)[':id']['threads']['$get']>>
>['items'][number]

/** The thread that is open beside its conversation: its root, and its answers, oldest first. */
export interface Answers {
  readonly rootId: string
  readonly root: Message | null
  readonly items: readonly Message[]
  readonly before: string | null
  readonly load: Load
}

export const answers = signal<Answers | null>(null)
export const threadList = signal<{
  readonly conversationId: string
  readonly items: readonly Listed[]
  readonly next: string | null
  readonly load: Load
} | null>(null)
onLeaving(() => {
  answers.value = null
  threadList.value = null
})

const bySeq = (items: readonly Message[]): readonly Message[] => [...items].sort((a, b) => a.seq - b.seq)
const pageSize = 50

function markRead(rootId: string, { thread, items }: Pick<Page, 'thread' | 'items'>): void {
  const newest = items[0]
  if (thread.unreadCount > 0 && newest && document.visibilityState === 'visible') sayRead(rootId, newest.seq)
}
const sayRead = (id: string, seq: number): void =>
  void ask(v1.messages[':id'].thread.read.$post({ param: { id }, json: { seq } }, byItself))

/** The newest answers, or those before the ones that are there. */
export async function loadAnswers(rootId: string, part: 'newest' | 'older' = 'newest'): Promise<void> {
  const known = answers.peek()?.rootId === rootId ? answers.peek() : null
  const before = part === 'older' ? known?.before : undefined
  answers.value = {
    rootId,
    root: known?.root ?? null,
    items: known?.items ?? [],
    before: known?.before ?? null,
    load: 'loading',
  }
  const answer = await ask(
    v1.messages[':id'].thread.$get({
      param: { id: rootId },
      query: { limit: String(pageSize), ...(before ? { before } : {}) },
    }),
  )
  const now = answers.peek()
  if (now?.rootId !== rootId) return
  if (!answer.ok) {
    answers.value = { ...now, load: answer.problem }
    return
  }
  const { root, items, pagination } = answer.value
  const ids = new Set(items.map(({ id }) => id))
  answers.value = {
    rootId,
    root,
    items: bySeq([...now.items.filter(({ id }) => !ids.has(id)), ...items]),
    before: part === 'newest' && known ? known.before : pagination.nextCursor,
    load: 'ready',
  }
  if (part === 'newest') markRead(rootId, answer.value)
}

/** Somebody answered: it counts at the root, and is shown where the thread is open. */
export function noteAnswer(message: Message): void {
  const { conversationId, threadId, senderId, timestamp } = message
  if (!threadId) return
  const isNew = !answers.peek()?.items.some(({ id }) => id === message.id)
  changeMessage(conversationId, threadId, (root) => ({
    ...root,
    thread: {
      count: (root.thread?.count ?? 0) + (isNew ? 1 : 0),
      lastReplyAt: timestamp,
      participantIds: [
        senderId,
        ...(root.thread?.participantIds ?? []).filter((id) => id !== senderId),
      ].slice(0, 5),
    },
  }))
  const open = answers.peek()
  if (open?.rootId !== threadId || !isNew) return
  answers.value = { ...open, items: bySeq([...open.items, message]) }
  if (senderId !== myId() && document.visibilityState === 'visible') sayRead(threadId, message.seq)
}

whenChanged((id, how) => {
  const open = answers.peek()
  if (!open) return
  if (open.root?.id === id) answers.value = { ...open, root: how(open.root) }
  else if (open.items.some((each) => each.id === id))
    answers.value = { ...open, items: open.items.map((each) => (each.id === id ? how(each) : each)) }
})

export async function loadThreads(conversationId: string, part: 'first' | 'next' = 'first'): Promise<void> {
  const known = threadList.peek()
  const isSame = known?.conversationId === conversationId
  const items = isSame ? known.items : []
  const cursor = part === 'next' && isSame ? known.next : null
  threadList.value = { conversationId, items, next: cursor, load: 'loading' }
  const answer = await ask(
    v1.conversations[':id'].threads.$get({
      param: { id: conversationId },
      query: { limit: '20', ...(cursor ? { cursor } : {}) },
    }),
  )
  if (threadList.peek()?.conversationId !== conversationId) return
  threadList.value = answer.ok
    ? {
        conversationId,
        items: part === 'next' ? [...items, ...answer.value.items] : answer.value.items,
        next: answer.value.pagination.nextCursor ?? null,
        load: 'ready',
      }
    : { conversationId, items, next: cursor, load: answer.problem }
}
