import { ask } from '../api/ask.ts'
import { v1 } from '../api/client.ts'
import { change } from './conversations.ts'
import { onLeaving } from './session.ts'

/** However many messages come, it is said at most this often how far was read. */
const everyMs = 1_500
const wanted = new Map<string, number>()
let timer: ReturnType<typeof setTimeout> | undefined
let saidAt = 0

onLeaving(() => {
  clearTimeout(timer)
  timer = undefined
  wanted.clear()
})

async function sayAll(): Promise<void> {
  timer = undefined
  saidAt = Date.now()
  const marks = [...wanted]
  wanted.clear()
  for (const [id, seq] of marks) {
    const answer = await ask(v1.conversations[':id'].read.$post({ param: { id }, json: { seq } }))
    const isPassing = !answer.ok && (answer.problem.kind !== 'refused' || answer.problem.status === 429)
    if (isPassing) noteRead(id, seq, 10_000)
  }
}

export function noteRead(conversationId: string, seq: number, waitMs = 0): void {
  change(conversationId, (conversation) =>
    conversation.unreadCount === 0 ? conversation : { ...conversation, unreadCount: 0 },
  )
  wanted.set(conversationId, Math.max(seq, wanted.get(conversationId) ?? 0))
  timer ??= setTimeout(() => void sayAll(), Math.max(waitMs, saidAt + everyMs - Date.now(), 0))
}
