import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Answer, Load } from '../../base/api/ask.ts'
import { loosely } from '../../base/state/loosely.ts'

export interface Asked<T> {
  readonly load: Load
  /** What was answered last; null until then. */
  readonly value: T | null
  /** Asks again and shows what there was meanwhile. */
  readonly again: () => void
  /** Puts in what a change was answered with, so that it need not be asked for. */
  readonly put: (value: T) => void
}

/** Asks when a screen opens, and again whenever `key` changes. An answer that comes too late is for nobody. */
export function useAsked<T>(key: string, request: () => Promise<Answer<T>>): Asked<T> {
  const load: Signal<Load> = useSignal<Load>('loading')
  const value = useSignal<T | null>(null)
  const turn = useRef(0)
  const work = useRef(request)
  work.current = request
  const run = async () => {
    turn.current++
    const mine = turn.current
    const answer = await work.current()
    if (mine !== turn.current) return
    if (answer.ok) value.value = answer.value
    load.value = answer.ok ? 'ready' : answer.problem
  }
  useEffect(() => {
    load.value = 'loading'
    value.value = null
    loosely(run)
    return () => {
      turn.current++
    }
  }, [key])
  return {
    load: load.value,
    value: value.value,
    again: () => {
      if (value.peek() === null) load.value = 'loading'
      loosely(run)
    },
    put: (next) => {
      turn.current++
      value.value = next
      load.value = 'ready'
    },
  }
}
