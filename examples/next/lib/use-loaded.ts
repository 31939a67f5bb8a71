'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { reasonOf } from './answers'
import { type Auth, useAuth } from './auth'

export interface Loaded<T> {
  readonly value: T | null
  readonly problem: string | null
  readonly reload: () => void
}

/** What a page shows: asked for when it opens and whenever `key` is another; with `key` null not at all. */
export function useLoaded<T>(key: string | null, load: (client: Auth['client']) => Promise<T>): Loaded<T> {
  const { client } = useAuth()
  const [loaded, setLoaded] = useState<{ key: string | null; value: T | null; problem: string | null }>({
    key,
    value: null,
    problem: null,
  })
  const latest = useRef(load)
  latest.current = load
  const turn = useRef(0)
  const reload = useCallback(() => {
    if (key === null) return
    const mine = ++turn.current
    latest.current(client).then(
      (value) => mine === turn.current && setLoaded({ key, value, problem: null }),
      (error) =>
        mine === turn.current &&
        setLoaded((before) => ({
          key,
          value: before.key === key ? before.value : null,
          problem: reasonOf(error),
        })),
    )
  }, [client, key])
  useEffect(() => {
    reload()
    return () => {
      turn.current++
    }
  }, [reload])
  const isOfKey = loaded.key === key
  return { value: isOfKey ? loaded.value : null, problem: isOfKey ? loaded.problem : null, reload }
}
