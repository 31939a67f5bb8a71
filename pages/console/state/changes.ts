import { type Signal, signal } from '@preact/signals'
import { loosely } from '../../base/state/loosely.ts'
import { onLeaving } from '../../base/state/session.ts'

const kept = new Map<string, Signal<object>>()
const hasAny = (): boolean => [...kept.values()].some(({ value }) => Object.keys(value).length > 0)
onLeaving(() => {
  for (const each of kept.values()) each.value = {}
})
addEventListener('beforeunload', (event) =>
  loosely(() => {
    if (hasAny()) event.preventDefault()
  }),
)

export interface Changes<T extends object> {
  /** What was changed and is not saved. */
  readonly now: Partial<T>
  readonly isEmpty: boolean
  readonly put: (change: Partial<T>) => void
  readonly forget: () => void
}

/** What somebody typed over what is stored: it stays while they look elsewhere, and until it is saved. */
export function changesOf<T extends object>(key: string): Changes<T> {
  const mine = (kept.get(key) as Signal<Partial<T>> | undefined) ?? signal<Partial<T>>({})
  kept.set(key, mine)
  return {
    now: mine.value,
    isEmpty: Object.keys(mine.value).length === 0,
    put: (change) => {
      mine.value = { ...mine.peek(), ...change }
    },
    forget: () => {
      mine.value = {}
    },
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Whether all that somebody changed is there already: it was sent before, and the answer was lost. */
export const isThere = <T extends object>(changes: Partial<T>, after: T): boolean =>
  (Object.keys(changes) as (keyof T)[]).every((name) => isSame(changes[name], after[name]))

/** Of what somebody changed, what somebody else has changed to something else since it was loaded. */
export const changedBySomebody = <T extends object>(
  changes: Partial<T>,
  before: T,
  after: T,
): readonly (keyof T & string)[] =>
  (Object.keys(changes) as (keyof T & string)[]).filter(
    (name) => !isSame(before[name], after[name]) && !isSame(changes[name], after[name]),
  )
