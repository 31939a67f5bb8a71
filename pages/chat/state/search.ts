import { signal } from '@preact/signals'
import { ask, type Load } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { onLeaving } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'

interface Search {
  readonly q: string
  /** Null: in all of them. */
  readonly conversationId: string | null
  readonly found: readonly Message[]
  readonly before: string | null
  readonly load: Load | null
}

const nothing: Search = { q: '', conversationId: null, found: [], before: null, load: null }
export const search = signal<Search>(nothing)
onLeaving(() => {
  search.value = nothing
})
let asked = 0

export async function findMessages(q: string, conversationId: string | null, before?: string): Promise<void> {
  const turn = ++asked
  const known = before === undefined ? [] : search.peek().found
  if (q.trim() === '') {
    search.value = { ...nothing, conversationId }
    return
  }
  search.value = { q, conversationId, found: known, before: null, load: 'loading' }
  const answer = await ask(
    v1.messages.search.$get({
      query: { q, limit: '20', ...(conversationId ? { conversationId } : {}), ...(before ? { before } : {}) },
    }),
  )
  if (turn !== asked) return
  if (!answer.ok) {
    search.value = { ...search.peek(), load: answer.problem, before: before ?? null }
    return
  }
  const { items, pagination } = answer.value
  search.value = {
    q,
    conversationId,
    found: [...known, ...items],
    before: pagination.nextCursor ?? null,
    load: 'ready',
  }
}
