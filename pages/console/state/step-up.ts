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

/** Whoever sets up the first of their second factors proves two things: the password, then that they read their mailbox. */
const proofsAtMost = 2

/** Does what may need a step-up: where it does, somebody is asked for it, and it is done again. */
export async function withStepUp<T>(work: () => Promise<Answer<T>>): Promise<Answer<T>> {
  let answer = await work()
  for (let proofs = 0; proofs < proofsAtMost; proofs++) {
    if (answer.ok || answer.problem.code !== 'step_up_required') return answer
    settle(false)
    const isConfirmed = await new Promise<boolean>((resolve) => {
      confirming.value = resolve
    })
    if (!isConfirmed) {
      const message = 'You did not confirm that it is you, so nothing was done.'
      return { ok: false, problem: { ...answer.problem, message } }
    }
    answer = await work()
  }
  return answer
}
