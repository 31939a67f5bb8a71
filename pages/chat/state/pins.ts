import { signal } from '@preact/signals'
import { ask, type BodyOf, type Load } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { attempt } from '../../base/state/notices.ts'
import { onLeaving } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'
import { reload } from './conversations.ts'

type Pins = BodyOf<Awaited<ReturnType<(typeof v1.conversations)[':id']['pins']['$get']>>>['items']

interface Pinned {
  readonly conversationId: string
  readonly items: Pins
  readonly load: Load
}

export const pinned = signal<Pinned | null>(null)
onLeaving(() => {
  pinned.value = null
})

/** `isByItself`: nobody asked for it. */
export async function loadPins(conversationId: string, isByItself = false): Promise<void> {
  const known = pinned.peek()
  const items = known?.conversationId === conversationId ? known.items : []
  pinned.value = { conversationId, items, load: 'loading' }
  const answer = await ask(
    v1.conversations[':id'].pins.$get({ param: { id: conversationId } }, isByItself ? byItself : {}),
  )
  if (pinned.peek()?.conversationId !== conversationId) return
  pinned.value = answer.ok
    ? { conversationId, items: answer.value.items, load: 'ready' }
    : { conversationId, items, load: answer.problem }
}

/** Pinned, or no longer. */
export function notePins(conversationId: string): void {
  loosely(() => reload(conversationId))
  if (pinned.peek()?.conversationId === conversationId) loosely(() => loadPins(conversationId, true))
}

export const isPinned = ({ id, conversationId }: Message): boolean =>
  pinned.value?.conversationId === conversationId && pinned.value.items.some((each) => each.id === id)

export function pin(
  { conversationId, id }: Pick<Message, 'id' | 'conversationId'>,
  isWanted: boolean,
): Promise<boolean> {
  const param = { id: conversationId, messageId: id }
  const route = v1.conversations[':id'].pins[':messageId']
  return attempt(
    async () => (isWanted ? ask(route.$put({ param })) : ask(route.$delete({ param }))),
    () => notePins(conversationId),
  )
}
