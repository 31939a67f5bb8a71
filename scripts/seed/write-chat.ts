import { directPairId, newHead } from '../../src/core/messaging/chat/create-conversation.ts'
import {
  type Entry,
  type Mark,
  memberOf,
  messages,
  positionOf,
} from '../../src/core/messaging/chat/entries.model.ts'
import { entryOf } from '../../src/core/messaging/chat/inbox-entry.ts'
import { directPairs, inbox } from '../../src/core/messaging/chat/lists.model.ts'
import { documentIdOf } from '../../src/core/messaging/chat/message-id.ts'
import { markAt } from '../../src/core/messaging/chat/read-marks.ts'
import { addMessage, fingerprintOf, type WrittenMessage } from '../../src/core/messaging/chat/send-message.ts'
import type { Bench } from './bench.ts'
import type { ConversationPlan, MessagePlan } from './plan.ts'
import type { Writer } from './writer.ts'

const batchSize = 500

async function composed({ senderId, clientMessageId, text }: MessagePlan): Promise<WrittenMessage> {
  const [id, fingerprint] = await Promise.all([
    documentIdOf(senderId, clientMessageId),
    fingerprintOf(text, [], [], null),
  ])
  return { id, senderId, clientMessageId, fingerprint, text, attachments: [], mentions: [], replyTo: null }
}

function* inBatches<T>(all: Iterable<T>): Generator<readonly T[]> {
  let batch: T[] = []
  for (const each of all) {
    batch.push(each)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/**
 * A conversation with its messages and read marks, in everybody's list. The head comes after what it numbers.
 * `progressed` hears of each few hundred messages, and may stop by throwing.
 */
export async function writeConversation(
  { settings }: Pick<Bench, 'settings'>,
  writer: Writer,
  plan: ConversationPlan,
  progressed: (messages: number) => Promise<void> = async () => {},
): Promise<void> {
  const { id: conversationId, type, name, memberIds } = plan
  const createdAt = new Date(plan.createdAtMs).toISOString()
  let head = newHead({ conversationId, type, name, memberIds, at: createdAt })
  if (type === 'direct') writer.add(directPairs, { id: await directPairId(memberIds), conversationId })
  for (const batch of inBatches(plan.messages())) {
    const written = await Promise.all(batch.map(composed))
    for (const [i, { atMs }] of batch.entries()) {
      const added = addMessage(
        head,
        written[i] as WrittenMessage,
        new Date(atMs).toISOString(),
        settings.chat,
      )
      head = added.head
      writer.add<Entry>(messages, added.message)
    }
    await writer.settle()
    await progressed(batch.length)
  }
  const marks = new Map<string, Mark>()
  for (const { userId, seq, atMs } of plan.reads) {
    const member = memberOf(head, userId)
    // Every numbered change is a message here, so that a number is a count too.
    const mark = markAt(conversationId, userId, { seq, count: seq, at: new Date(atMs).toISOString() })
    if (!member || positionOf(member, undefined).seq >= seq) continue
    marks.set(userId, mark)
    writer.add<Entry>(messages, mark)
  }
  for (const member of head.members) {
    const position = positionOf(member, marks.get(member.userId))
    const nowMs = Date.parse(head.updatedAt)
    writer.add(inbox, entryOf(head, member, position, { before: null, nowMs }))
  }
  writer.add<Entry>(messages, head)
  await writer.settle()
}
