import { computed, signal } from '@preact/signals'
import { ask, type Load } from '../api/ask.ts'
import { v1 } from '../api/client.ts'
import type { Conversation } from '../api/shapes.ts'
import { myId, onLeaving } from './session.ts'

interface Listing {
  readonly load: Load
  /** Null: there is no more. Undefined: nothing was asked for yet. */
  readonly next: string | null | undefined
}

export const conversations = signal<ReadonlyMap<string, Conversation>>(new Map())
export const listing = signal<Listing>({ load: 'loading', next: undefined })
/** Which message is the last of a conversation, as far as events told. */
const lastMessageIds = new Map<string, string>()

const pageSize = 30

onLeaving(() => {
  conversations.value = new Map()
  listing.value = { load: 'loading', next: undefined }
  lastMessageIds.clear()
})

/** Called with every conversation that was loaded, so that its events are followed. */
let onLoaded: (conversation: Conversation) => void = () => {}
export const whenLoaded = (hear: (conversation: Conversation) => void): void => {
  onLoaded = hear
}

export function keep(...loaded: readonly Conversation[]): void {
  const all = new Map(conversations.value)
  for (const conversation of loaded) all.set(conversation.id, conversation)
  conversations.value = all
  for (const conversation of loaded) onLoaded(conversation)
}

export function change(id: string, how: (conversation: Conversation) => Conversation): void {
  const found = conversations.value.get(id)
  if (found) conversations.value = new Map(conversations.value).set(id, how(found))
}

export function forget(id: string): void {
  const all = new Map(conversations.value)
  if (all.delete(id)) conversations.value = all
}

/** Newest first. */
export const sorted = computed<readonly Conversation[]>(() =>
  [...conversations.value.values()].sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)),
)

export const totalUnread = computed(() =>
  [...conversations.value.values()].reduce((sum, { unreadCount }) => sum + unreadCount, 0),
)

/** The first page anew, or the next one. */
export async function loadList(part: 'first' | 'next'): Promise<void> {
  const { next } = listing.peek()
  if (part === 'next' && (next === null || next === undefined)) return
  listing.value = { load: 'loading', next }
  const answer = await ask(
    v1.conversations.$get({
      query: { limit: String(pageSize), ...(part === 'next' && next ? { cursor: next } : {}) },
    }),
  )
  if (!answer.ok) {
    listing.value = { load: answer.problem, next }
    return
  }
  const { items, pagination } = answer.value
  keep(...items)
  const goesOn = part === 'next' || next === undefined
  listing.value = { load: 'ready', next: goesOn ? (pagination.nextCursor ?? null) : next }
}

const asked = new Set<string>()
/** One conversation as it is now. Whoever asks while it is being asked is answered by that. */
export async function reload(id: string): Promise<void> {
  if (asked.has(id)) return
  asked.add(id)
  const answer = await ask(v1.conversations[':id'].$get({ param: { id } }))
  asked.delete(id)
  if (answer.ok && answer.value) keep(answer.value)
  else if (!answer.ok && answer.problem.status === 404) forget(id)
}

export function titleOf({ name, participants, type }: Conversation): string {
  if (name) return name
  const others = participants.filter(({ userId }) => userId !== myId())
  if (others.length === 0) return type === 'direct' ? 'Somebody who has left' : 'Only me'
  return others.map((each) => each.name || 'Somebody').join(', ')
}

export const nameIn = (conversationId: string, userId: string): string =>
  conversations.value.get(conversationId)?.participants.find((each) => each.userId === userId)?.name ||
  'Former member'

export const otherIn = (conversation: Conversation) =>
  conversation.type === 'direct'
    ? conversation.participants.find(({ userId }) => userId !== myId())
    : undefined

export function noteMessage(
  conversationId: string,
  message: {
    readonly id: string
    readonly text: string
    readonly senderId: string
    readonly timestamp: string
  },
  at: string,
): void {
  lastMessageIds.set(conversationId, message.id)
  change(conversationId, (conversation) => ({
    ...conversation,
    lastMessage: { text: message.text, senderId: message.senderId, timestamp: message.timestamp },
    updatedAt: at,
    unreadCount: message.senderId === myId() ? 0 : conversation.unreadCount + 1,
  }))
}

/** A message says something else now, or nothing: the list must not go on showing what it said. */
export function noteChangedMessage(conversationId: string, messageId: string, text: string): void {
  const last = lastMessageIds.get(conversationId)
  if (last === undefined) void reload(conversationId)
  else if (last === messageId)
    change(conversationId, (conversation) => ({
      ...conversation,
      lastMessage: conversation.lastMessage && { ...conversation.lastMessage, text },
    }))
}
