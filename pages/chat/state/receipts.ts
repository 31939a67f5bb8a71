import { createReceipts, type Receipts } from '../../../src/client/receipts.ts'
import { client, line } from '../../base/api/client.ts'
import { fault } from '../../base/state/loosely.ts'
import { onLeaving } from '../../base/state/session.ts'
import { change, countUnread, isUnread } from './conversations.ts'

let receipts: Receipts | undefined

onLeaving(() => {
  receipts?.stop()
  receipts = undefined
})

export const openReceipts = (userId: string): void => {
  receipts = createReceipts({ client, userId, line, onError: fault })
}

/** Everything up to this number was looked at. */
export function noteRead(conversationId: string, seq: number): void {
  change(conversationId, (conversation) =>
    isUnread(conversation) || conversation.unreadMentions > 0
      ? {
          ...conversation,
          unreadCount: 0,
          unreadMentions: 0,
          mine: { ...conversation.mine, isMarkedUnread: false },
        }
      : conversation,
  )
  countUnread()
  receipts?.read(conversationId, seq)
}

export const sayTyping = (conversationId: string): void => receipts?.typing(conversationId)
export const sayStoppedTyping = (conversationId: string): void => receipts?.stoppedTyping(conversationId)
