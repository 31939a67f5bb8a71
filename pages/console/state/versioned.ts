import { useSignal } from '@preact/signals'
import type { Answer, Load } from '../../base/api/ask.ts'
import { attempt } from '../../base/state/notices.ts'
import { useAsked } from './asked.ts'

interface Kept<T> {
  readonly value: T
  readonly etag: string
}

export interface Versioned<T, C> {
  readonly load: Load
  readonly value: T | null
  readonly again: () => void
  /** What somebody else has changed meanwhile, so that nothing was saved. */
  readonly meanwhile: readonly string[]
  /** Answers whether it is saved. What failed is said, and nothing that was typed is lost by it. */
  readonly save: (change: C) => Promise<boolean>
  readonly isSaving: boolean
}

interface Ways<T, C> {
  readonly read: () => Promise<Answer<T>>
  /** `ifMatch` goes with it as the header of that name. */
  readonly write: (change: C, ifMatch: string) => Promise<Answer<T>>
  /** What became different, in words. */
  readonly differencesOf: (before: T, now: T) => readonly string[]
  /** The change was sent before, and its answer was lost: it is there already. */
  readonly isThere: (before: T, now: T, change: C) => boolean
}

const kept = <T>(answer: Answer<T>): Answer<Kept<T>> =>
  answer.ok ? { ...answer, value: { value: answer.value, etag: answer.etag ?? '*' } } : answer

/** Something with a version, and what is done to it: two people at once do not undo what the other one did. */
export function useVersioned<T, C>(
  key: string,
  { read, write, differencesOf, isThere }: Ways<T, C>,
): Versioned<T, C> {
  const asked = useAsked(key, async () => kept(await read()))
  const meanwhile = useSignal<readonly string[]>([])
  const isSaving = useSignal(false)

  async function send(before: Kept<T>, change: C): Promise<Answer<Kept<T>>> {
    const answer = await write(change, before.etag)
    if (answer.ok || (answer.problem.status !== 412 && answer.problem.status !== 409)) return kept(answer)
    const now = kept(await read())
    if (!now.ok) return now
    if (isThere(before.value, now.value.value, change)) return now
    meanwhile.value = differencesOf(before.value, now.value.value)
    asked.put(now.value)
    if (meanwhile.value.length === 0) return answer
    return {
      ok: false,
      problem: { ...answer.problem, message: 'Somebody else changed it meanwhile. Yours is not saved yet.' },
    }
  }

  return {
    load: asked.load,
    value: asked.value?.value ?? null,
    again: asked.again,
    meanwhile: meanwhile.value,
    isSaving: isSaving.value,
    async save(change) {
      const before = asked.value
      if (!before || isSaving.peek()) return false
      isSaving.value = true
      meanwhile.value = []
      const isSaved = await attempt(() => send(before, change), asked.put)
      isSaving.value = false
      return isSaved
    },
  }
}
