import type { StoredMessage } from '../src/core/messaging/chat/entries.model.ts'

/** A message as it is stored. `at`: milliseconds since the epoch. */
export const writtenMessage = (
  {
    conversationId,
    seq,
    text,
    at,
  }: {
    readonly conversationId: string
    readonly seq: number
    readonly text: string
    readonly at: number
  },
  more: Partial<StoredMessage> = {},
): StoredMessage => ({
  id: `sender~${seq}`,
  conversationId,
  seq,
  kind: 'message',
  isNumbered: 'yes',
  threadKey: '',
  senderId: 'sender',
  clientMessageId: null,
  fingerprint: '',
  count: seq,
  text,
  attachments: [],
  mentions: [],
  replyTo: null,
  reactions: {},
  at: new Date(at).toISOString(),
  editedAt: null,
  deletedAt: null,
  ...more,
})
