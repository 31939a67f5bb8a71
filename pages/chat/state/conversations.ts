import { computed, signal } from '@preact/signals'
import { ask, type Load } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import { loosely } from '../../base/state/loosely.ts'
import { myId, onLeaving } from '../../base/state/session.ts'
import type { Conversation } from '../api/shapes.ts'

/** Which part of the list is looked at. */
export type Shelf = 'all' | 'unread' | 'archived'

interface Listing {
  readonly load: Load
  /** Null: there is no more. Undefined: nothing was asked for yet. */
  readonly next: string | null | undefined
}

const unasked: Listing = { load: 'loading', next: undefined }
const nothingListed: Readonly<Record<Shelf, Listing>> = { all: unasked, unread: unasked, archived: unasked }

export const conversations = signal<ReadonlyMap<string, Conversation>>(new Map())
export const shelf = signal<Shelf>('all')
export const listings = signal(nothingListed)
export const listing = computed(() => listings.value[shelf.value])
/** Of all conversations, also those that are not loaded. */
const unread = signal<{ readonly messages: number; readonly conversations: number } | null>(null)
/** Which message is the last of a conversation, as far as events told. */
const lastMessageIds = new Map<string, string>()

const pageSize = 30

onLeaving(() => {
  conversations.value = new Map()
  listings.value = nothingListed
  shelf.value = 'all'
  unread.value = null
  lastMessageIds.clear()
})

/** Called with every conversation that was loaded, so that its events are followed. */
let onLoaded: (conversation: Conversation) => void = () => {}
export const whenLoaded = (hear: (conversation: Conversation) => void): void => {
  onLoaded = hear
}

/** In lists only some of many members are named; who is known already is not forgotten for that. */
function withEverybody(loaded: Conversation, known: Conversation | undefined): Conversation {
  const isShort = loaded.participants.length < loaded.memberCount
  return known && isShort && known.participants.length > loaded.participants.length
    ? { ...loaded, participants: known.participants }
    : loaded
}

export function keep(...loaded: readonly Conversation[]): void {
  const all = new Map(conversations.value)
  for (const conversation of loaded)
    all.set(conversation.id, withEverybody(conversation, all.get(conversation.id)))
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

const lastAt = ({ lastMessage, createdAt }: Conversation): string => lastMessage?.timestamp ?? createdAt
export const isUnread = ({ unreadCount, mine }: Conversation): boolean =>
  unreadCount > 0 || mine.isMarkedUnread
const isOn: Readonly<Record<Shelf, (conversation: Conversation) => boolean>> = {
  all: ({ mine }) => !mine.isArchived && !mine.isHidden,
  unread: (conversation) => isUnread(conversation) && !conversation.mine.isHidden,
  archived: ({ mine }) => mine.isArchived,
}

/** What stands on the shelf: pinned ones first, then by the last message. */
export const sorted = computed<readonly Conversation[]>(() =>
  [...conversations.value.values()].filter(isOn[shelf.value]).sort((a, b) => {
    if (shelf.value === 'all' && a.mine.isPinned !== b.mine.isPinned) return a.mine.isPinned ? -1 : 1
    return lastAt(a) < lastAt(b) ? 1 : -1
  }),
)

export const totalUnread = computed(() => unread.value?.messages ?? 0)

let counting: ReturnType<typeof setTimeout> | undefined
/** Asked when things have been quiet for a moment: a hundred events are one question. */
export function countUnread(): void {
  clearTimeout(counting)
  const count = async () => {
    if (myId() === '') return
    const answer = await ask(v1.conversations.unread.$get({}, byItself))
    if (answer.ok) unread.value = answer.value
  }
  counting = setTimeout(() => loosely(count), 800)
}

/** The first page anew, or the next one. `isByItself`: nobody asked for it. */
export async function loadList(
  part: 'first' | 'next',
  which: Shelf = shelf.peek(),
  isByItself = false,
): Promise<void> {
  const { next } = listings.peek()[which]
  const put = (change: Listing) => {
    listings.value = { ...listings.peek(), [which]: change }
  }
  if (part === 'next' && (next === null || next === undefined)) return
  put({ load: 'loading', next })
  const answer = await ask(
    v1.conversations.$get(
      {
        query: {
          limit: String(pageSize),
          ...(which === 'all' ? {} : { only: which }),
          ...(part === 'next' && next ? { cursor: next } : {}),
        },
      },
      isByItself ? byItself : {},
    ),
  )
  if (!answer.ok) return put({ load: answer.problem, next })
  const { items, pagination } = answer.value
  keep(...items)
  countUnread()
  const goesOn = part === 'next' || next === undefined
  put({ load: 'ready', next: goesOn ? (pagination.nextCursor ?? null) : next })
}

export function showShelf(which: Shelf): void {
  shelf.value = which
  loosely(() => loadList('first', which))
}

const asked = new Set<string>()
/** One conversation as it is now. Whoever asks while it is being asked is answered by that. */
export async function reload(id: string): Promise<void> {
  if (asked.has(id)) return
  asked.add(id)
  const answer = await ask(v1.conversations[':id'].$get({ param: { id } }, byItself))
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
    // It comes back, as the server has it: what is archived and muted stays away.
    mine: {
      ...conversation.mine,
      isHidden: false,
      isArchived: conversation.mine.isArchived && conversation.mine.mutedUntil !== null,
    },
  }))
  countUnread()
}

/** A message says something else now, or nothing: the list must not go on showing what it said. */
export function noteChangedMessage(conversationId: string, messageId: string, text: string): void {
  const last = lastMessageIds.get(conversationId)
  if (last === undefined) loosely(() => reload(conversationId))
  else if (last === messageId)
    change(conversationId, (conversation) => ({
      ...conversation,
      lastMessage: conversation.lastMessage && { ...conversation.lastMessage, text },
    }))
}
