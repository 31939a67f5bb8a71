import { signal } from '@preact/signals'
import type { Answer } from '../api/ask.ts'
import { hearFaults, loosely } from './loosely.ts'

export interface Notice {
  readonly id: number
  readonly text: string
  readonly isProblem: boolean
  readonly retry?: (() => void) | undefined
}

/** Short words at the edge: that something worked, or did not. */
export const notices = signal<readonly Notice[]>([])
let last = 0

export const dismiss = (id: number): void => {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}

export function tell(
  text: string,
  { isProblem = false, retry }: Partial<Pick<Notice, 'isProblem' | 'retry'>> = {},
): void {
  const id = ++last
  notices.value = [
    ...notices.value.filter((other) => other.text !== text).slice(-2),
    { id, text, isProblem, retry },
  ]
  if (!isProblem) setTimeout(() => loosely(() => dismiss(id)), 5_000)
}

hearFaults(() => tell('Something went wrong here. If it goes on, load this page again.', { isProblem: true }))

/** Does what somebody asked for and says it when that failed, with a way to try again. Answers whether it worked. */
export async function attempt<T>(
  work: () => Promise<Answer<T>>,
  done?: (value: T) => void,
): Promise<boolean> {
  const answer = await work()
  if (answer.ok) {
    done?.(answer.value)
    return true
  }
  const { kind, message, status } = answer.problem
  const isPassing = kind !== 'refused' || status === 429 || (status ?? 0) >= 500
  tell(message, {
    isProblem: true,
    ...(isPassing ? { retry: () => loosely(() => attempt(work, done)) } : {}),
  })
  return false
}
