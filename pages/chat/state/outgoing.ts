import { signal } from '@preact/signals'
import { type LiveChat, Refused } from '../../../src/client/live-chat.ts'
import { refusal } from '../api/ask.ts'
import { newId } from '../api/ids.ts'
import { onLeaving } from './session.ts'

export interface Writing {
  readonly text: string
  readonly attachments: readonly { readonly id: string; readonly name: string }[]
  readonly mentions: readonly string[]
  readonly replyTo?: string
}

/** A message on its way, or one that was refused. It belongs to one conversation. */
export interface Outgoing extends Writing {
  readonly clientMessageId: string
  readonly conversationId: string
  /** Null while it waits or is being sent. */
  readonly problem: string | null
}

export const outgoing = signal<readonly Outgoing[]>([])
/** By conversation: the next message is sent when the one before was answered. */
const queues = new Map<string, Promise<void>>()
let live: LiveChat | undefined

onLeaving(() => {
  outgoing.value = []
  queues.clear()
  live = undefined
})

export const sendThrough = (chat: LiveChat): void => {
  live = chat
}

const patch = (id: string, problem: string | null): void => {
  outgoing.value = outgoing.value.map((each) => (each.clientMessageId === id ? { ...each, problem } : each))
}

export const settle = (clientMessageId: string | null): void => {
  outgoing.value = outgoing.value.filter((each) => each.clientMessageId !== clientMessageId)
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Refused)) return 'It could not be sent.'
  try {
    return refusal(error.status, JSON.parse(error.message).error).message
  } catch {
    return 'It could not be sent.'
  }
}

async function deliver(clientMessageId: string, chat: LiveChat): Promise<void> {
  const each = outgoing.peek().find((other) => other.clientMessageId === clientMessageId)
  if (!each || each.problem !== null || chat !== live) return
  const { conversationId, text, attachments, mentions, replyTo } = each
  try {
    await chat.send(conversationId, {
      text,
      attachments: attachments.map(({ id }) => id),
      mentions: [...mentions],
      clientMessageId,
      ...(replyTo ? { replyTo } : {}),
    })
  } catch (error) {
    patch(clientMessageId, wordsOf(error))
  }
}

function enqueue({ conversationId, clientMessageId }: Outgoing): void {
  const chat = live
  if (!chat) return
  const before = queues.get(conversationId) ?? Promise.resolve()
  queues.set(
    conversationId,
    before.then(() => deliver(clientMessageId, chat)),
  )
}

export function send(conversationId: string, writing: Writing): void {
  const each: Outgoing = { ...writing, conversationId, clientMessageId: newId(), problem: null }
  outgoing.value = [...outgoing.value, each]
  enqueue(each)
}

export function sendAgain(each: Outgoing): void {
  patch(each.clientMessageId, null)
  enqueue(each)
}

export const cancel = (each: Outgoing): void => settle(each.clientMessageId)
