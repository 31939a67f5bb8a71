import { computed, signal } from '@preact/signals'
import { ask, type Load } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { attempt, tell } from '../../base/state/notices.ts'
import { onLeaving } from '../../base/state/session.ts'

export interface Blocked {
  readonly userId: string
  readonly name: string | null
}

export const blocked = signal<readonly Blocked[]>([])
export const blockedLoad = signal<Load | null>(null)
export const blockedIds = computed(() => new Set(blocked.value.map(({ userId }) => userId)))
onLeaving(() => {
  blocked.value = []
  blockedLoad.value = null
})

export async function loadBlocked(): Promise<void> {
  blockedLoad.value = 'loading'
  const found: Blocked[] = []
  let cursor: string | undefined
  do {
    const answer = await ask(
      v1.users.me.blocks.$get({ query: { limit: '100', ...(cursor ? { cursor } : {}) } }),
    )
    if (!answer.ok) {
      blockedLoad.value = answer.problem
      return
    }
    found.push(...answer.value.items)
    cursor = answer.value.pagination.nextCursor ?? undefined
  } while (cursor && found.length < 1_000)
  blocked.value = found
  blockedLoad.value = 'ready'
}

export const block = (userId: string, name: string): Promise<boolean> =>
  attempt(
    () => ask(v1.users.me.blocks[':userId'].$put({ param: { userId } })),
    () => {
      blocked.value = [{ userId, name }, ...blocked.value.filter((each) => each.userId !== userId)]
      tell(`${name} is blocked.`)
    },
  )

export const unblock = (userId: string, name: string): Promise<boolean> =>
  attempt(
    () => ask(v1.users.me.blocks[':userId'].$delete({ param: { userId } })),
    () => {
      blocked.value = blocked.value.filter((each) => each.userId !== userId)
      tell(`${name} is no longer blocked.`)
    },
  )
