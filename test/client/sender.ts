import { createOutbox, type OutboxOptions, type OutgoingMessage } from '../../src/client/outbox.ts'
import type { SentMessage } from '../../src/client/sending.ts'

/** The queue of somebody in a browser of their own, as a program waits for it. Resolves when the message is stored. */
export function createSender(options: Omit<OutboxOptions, 'onSent'>) {
  const waiting = new Map<string, (message: SentMessage | null) => void>()
  const outbox = createOutbox({
    locks: null,
    tabs: null,
    ...options,
    onSent({ clientMessageId }, message) {
      waiting.get(clientMessageId)?.(message)
      waiting.delete(clientMessageId)
    },
  })
  const send = (conversationId: string, message: OutgoingMessage) =>
    new Promise<SentMessage | null>((resolve) => {
      waiting.set(outbox.add(conversationId, message).clientMessageId, resolve)
    })
  return { outbox, send }
}
