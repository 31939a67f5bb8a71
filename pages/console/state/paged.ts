import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Answer, Load } from '../../base/api/ask.ts'
import { loosely } from '../../base/state/loosely.ts'

interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
}

export interface Paged<T> {
  readonly load: Load
  readonly items: readonly T[]
  readonly hasMore: boolean
  readonly more: () => void
  readonly again: () => void
  /** Changes what is shown without asking, such as a row that was just decided. */
  readonly change: (to: (items: readonly T[]) => readonly T[]) => void
}

/** A list that comes page by page. `key` names the filters: another one begins the list anew. */
export function usePaged<T>(
  key: string,
  request: (cursor: string | null) => Promise<Answer<Page<T>>>,
): Paged<T> {
  const load = useSignal<Load>('loading')
  const items = useSignal<readonly T[]>([])
  const next = useSignal<string | null>(null)
  const turn = useRef(0)
  const work = useRef(request)
  work.current = request
  const run = async (cursor: string | null) => {
    turn.current++
    const mine = turn.current
    load.value = 'loading'
    const answer = await work.current(cursor)
    if (mine !== turn.current) return
    if (answer.ok) {
      items.value = cursor === null ? answer.value.items : [...items.peek(), ...answer.value.items]
      next.value = answer.value.next
    }
    load.value = answer.ok ? 'ready' : answer.problem
  }
  useEffect(() => {
    items.value = []
    next.value = null
    loosely(() => run(null))
    return () => {
      turn.current++
    }
  }, [key])
  return {
    load: load.value,
    items: items.value,
    hasMore: next.value !== null,
    more: () => loosely(() => run(next.peek())),
    again: () => loosely(() => run(null)),
    change: (to) => {
      items.value = to(items.peek())
    },
  }
}
