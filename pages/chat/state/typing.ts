import { signal } from '@preact/signals'
import { loosely } from '../../base/state/loosely.ts'
import { myId, onLeaving } from '../../base/state/session.ts'

const shownMs = 6_000

/** Who is typing, by conversation: until when it is believed. */
export const typing = signal<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map())

onLeaving(() => {
  typing.value = new Map()
})

export function noteTyping(conversationId: string, userId: string, isTyping: boolean): void {
  if (userId === myId()) return
  const who = new Map(typing.peek().get(conversationId))
  if (!isTyping && !who.has(userId)) return
  if (isTyping) {
    who.set(userId, Date.now() + shownMs)
    const end = () => {
      if ((typing.peek().get(conversationId)?.get(userId) ?? 0) <= Date.now())
        noteTyping(conversationId, userId, false)
    }
    setTimeout(() => loosely(end), shownMs + 50)
  } else who.delete(userId)
  typing.value = new Map(typing.peek()).set(conversationId, who)
}
