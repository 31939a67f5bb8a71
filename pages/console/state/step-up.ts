import { signal } from '@preact/signals'
import type { Answer } from '../../base/api/ask.ts'
import { onLeaving } from '../../base/state/session.ts'

type Resolve = (isConfirmed: boolean) => void
/** Somebody is asked to confirm who they are, for something that waits for it. */
export const confirming = signal<Resolve | null>(null)
onLeaving(() => settle(false))

export function settle(isConfirmed: boolean): void {
  const resolve = confirming.peek()
  confirming.value = null
  resolve?.(isConfirmed)
}

/** Does what may need a step-up: where it does, somebody is asked for it, and it is done again. */
export async function withStepUp<T>(work: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await work()
  if (answer.ok || answer.problem.code !== 'step_up_required') return answer
  settle(false)
  const isConfirmed = await new Promise<boolean>((resolve) => {
    confirming.value = resolve
  })
  if (isConfirmed) return work()
  const message = 'You did not confirm that it is you, so nothing was done.'
  return { ok: false, problem: { ...answer.problem, message } }
}
