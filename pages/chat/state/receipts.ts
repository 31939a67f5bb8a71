import { createReceipts, type Receipts } from '../../../src/client/receipts.ts'
import { client, line } from '../api/client.ts'
import { change } from './conversations.ts'
import { onLeaving } from './session.ts'

let receipts: Receipts | undefined

onLeaving(() => {
  receipts?.stop()
  receipts = undefined
})

export const openReceipts = (userId: string): void => {
  receipts = createReceipts({ client, userId, line })
}

/** Everything up to this number was looked at. */
export function noteRead(conversationId: string, seq: number): void {
  change(conversationId, (conversation) =>
    conversation.unreadCount === 0 ? conversation : { ...conversation, unreadCount: 0 },
  )
  receipts?.read(conversationId, seq)
}

export const sayTyping = (conversationId: string): void => receipts?.typing(conversationId)
export const sayStoppedTyping = (conversationId: string): void => receipts?.stoppedTyping(conversationId)
