import { signal } from '@preact/signals'
import { ask } from '../api/ask.ts'
import { v1 } from '../api/client.ts'
import { myId, onLeaving } from './session.ts'

const shownMs = 6_000
const everyMs = 3_000

/** Who is typing, by conversation: until when it is believed. */
export const typing = signal<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map())
let saidAt = 0
let saidIn = ''

onLeaving(() => {
  typing.value = new Map()
  saidAt = 0
})

export function noteTyping(conversationId: string, userId: string, isTyping: boolean): void {
  if (userId === myId()) return
  const who = new Map(typing.peek().get(conversationId))
  if (!isTyping && !who.has(userId)) return
  if (isTyping) {
    who.set(userId, Date.now() + shownMs)
    setTimeout(() => {
      if ((typing.peek().get(conversationId)?.get(userId) ?? 0) <= Date.now())
        noteTyping(conversationId, userId, false)
    }, shownMs + 50)
  } else who.delete(userId)
  typing.value = new Map(typing.peek()).set(conversationId, who)
}

export function sayTyping(conversationId: string): void {
  if (saidIn === conversationId && Date.now() - saidAt < everyMs) return
  saidIn = conversationId
  saidAt = Date.now()
  // May be lost: nobody is told when it fails.
  void ask(v1.conversations[':id'].typing.$post({ param: { id: conversationId }, json: { state: 'start' } }))
}
