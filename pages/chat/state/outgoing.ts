import { signal } from '@preact/signals'
import { createOutbox, type Outbox, type OutboxEntry } from '../../../src/client/outbox.ts'
import { beforeLeaving, client, line } from '../../base/api/client.ts'
import { fault, loosely } from '../../base/state/loosely.ts'
import { onLeaving } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'
import { addMessage } from './thread.ts'
import { noteAnswer } from './threads.ts'

export interface Writing {
  readonly text: string
  readonly attachments: readonly { readonly id: string; readonly name: string }[]
  readonly mentions: readonly string[]
  readonly mentionGroups: Message['mentionGroups']
  readonly replyTo?: string
  readonly threadId?: string
}

/** What is on its way, by conversation; what was refused waits there too. */
export const outgoing = signal<ReadonlyMap<string, readonly OutboxEntry[]>>(new Map())

let outbox: Outbox | undefined

onLeaving(() => {
  outbox?.stop()
  outbox = undefined
  outgoing.value = new Map()
})
beforeLeaving(() => outbox?.forget())

/** The queues of this person. What they wrote before a reload goes on. */
export function openOutbox(userId: string): Outbox {
  const opened = createOutbox({
    client,
    onError: fault,
    userId,
    line,
    onSent: (_, message) => {
      if (message?.threadId) noteAnswer(message)
      else if (message) addMessage(message, true)
    },
  })
  opened.onChange((conversationId) => {
    outgoing.value = new Map(outgoing.peek()).set(conversationId, opened.entriesOf(conversationId))
  })
  outbox = opened
  loosely(() => opened.start())
  return opened
}

/** Names of files are kept beside the message: it has their ids alone. */
export const fileNamesOf = ({ shown }: OutboxEntry): readonly string[] => (Array.isArray(shown) ? shown : [])

export function send(
  conversationId: string,
  { text, attachments, mentions, mentionGroups, replyTo, threadId }: Writing,
): void {
  outbox?.add(
    conversationId,
    {
      text,
      attachments: attachments.map(({ id }) => id),
      mentions: [...mentions],
      ...(mentionGroups.length > 0 ? { mentionGroups } : {}),
      ...(replyTo ? { replyTo } : {}),
      ...(threadId ? { threadId } : {}),
    },
    attachments.map(({ name }) => name),
  )
}

export const sendAgain = ({ clientMessageId }: OutboxEntry): void => void outbox?.again(clientMessageId)
export const cancel = async ({ clientMessageId }: OutboxEntry) => outbox?.cancel(clientMessageId)
