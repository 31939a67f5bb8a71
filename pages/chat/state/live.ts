import { effect, signal } from '@preact/signals'
import {
  type ChatEvent,
  createLiveChat,
  type LiveChat,
  type LiveSocket,
  type LiveState,
} from '../../../src/client/live-chat.ts'
import { hereOf } from '../api/addresses.ts'
import { client, isReachable } from '../api/client.ts'
import { announce } from './announcements.ts'
import {
  change,
  conversations,
  forget,
  listing,
  loadList,
  nameIn,
  noteChangedMessage,
  noteMessage,
  reload,
  whenLoaded,
} from './conversations.ts'
import { tell } from './notices.ts'
import { sendThrough, settle } from './outgoing.ts'
import { closeConversation, place } from './place.ts'
import { enter, myId, onLeaving } from './session.ts'
import { addMessage, changeMessage, changeThread, openThread, retryThread, thread } from './thread.ts'
import { noteTyping } from './typing.ts'

export const liveState = signal<LiveState>('connecting')
export const isOnline = signal(navigator.onLine)
/** Whether the newest messages of the open conversation are being looked at. */
export const looksAtNewest = signal(false)

const lookAgainMs = 4_000
let live: LiveChat | undefined

onLeaving(() => {
  live?.stop()
  live = undefined
  liveState.value = 'connecting'
})

type Of<N extends ChatEvent['event']> = Extract<ChatEvent, { event: N }>

function onMessage({ conversationId, at, data }: Of<'message.new'>) {
  settle(data.clientMessageId)
  if (!conversations.peek().has(conversationId)) void reload(conversationId)
  noteMessage(conversationId, data, at)
  noteTyping(conversationId, data.senderId, false)
  const isSeen = looksAtNewest.peek() && document.visibilityState === 'visible'
  addMessage({ ...data, readBy: {} }, isSeen)
  if (thread.peek()?.conversationId === conversationId && data.senderId !== myId())
    announce(`${nameIn(conversationId, data.senderId)}: ${data.text || 'a file'}`)
}

function onReaction({ event, conversationId, data }: Of<'reaction.added' | 'reaction.removed'>): void {
  const { messageId, userId, emoji } = data
  changeMessage(conversationId, messageId, (message) => {
    const { [emoji]: before = [], ...rest } = message.reactions
    const others = before.filter((id) => id !== userId)
    const userIds = event === 'reaction.added' ? [...others, userId] : others
    const isSame = event === 'reaction.added' && before.includes(userId)
    if (isSame) return message
    return { ...message, reactions: userIds.length > 0 ? { ...message.reactions, [emoji]: userIds } : rest }
  })
}

function onReading({ conversationId, data }: Of<'read.updated'>): void {
  const { userId, seq, unreadCount } = data
  if (userId === myId() && unreadCount !== undefined)
    change(conversationId, (conversation) => ({ ...conversation, unreadCount }))
  changeThread(conversationId, ({ readTo }) => ({
    readTo: { ...readTo, [userId]: Math.max(seq, readTo[userId] ?? 0) },
  }))
}

function drop(conversationId: string): void {
  live?.forget(conversationId)
  forget(conversationId)
  if (place.peek().conversationId !== conversationId) return
  closeConversation()
  tell('You are no longer a member of that conversation.')
}

function onEvent(event: ChatEvent) {
  switch (event.event) {
    case 'message.new':
      return onMessage(event)
    case 'message.updated':
      noteChangedMessage(event.conversationId, event.data.id, event.data.text)
      return changeMessage(event.conversationId, event.data.id, (message) => ({ ...message, ...event.data }))
    case 'message.deleted':
      noteChangedMessage(event.conversationId, event.data.messageId, '')
      return changeMessage(event.conversationId, event.data.messageId, (message) => ({
        ...message,
        text: '',
        attachments: [],
        mentions: [],
        reactions: {},
        deletedAt: event.at,
      }))
    case 'reaction.added':
    case 'reaction.removed':
      return onReaction(event)
    case 'typing.start':
    case 'typing.stop':
      return noteTyping(event.conversationId, event.data.userId, event.event === 'typing.start')
    case 'read.updated':
      return onReading(event)
    case 'presence.updated':
      return changeThread(event.conversationId, ({ online }) => {
        const now = new Set(online)
        if (event.data.isOnline) now.add(event.data.userId)
        else now.delete(event.data.userId)
        return { online: now }
      })
    case 'conversation.removed':
      return drop(event.conversationId)
    case 'conversation.added':
    case 'conversation.updated':
    case 'member.added':
    case 'member.removed':
      return void reload(event.conversationId)
    case 'session.revoked':
      return void enter()
  }
}

/** What failed for want of a line is asked for again, and whether something was missed. */
function comeBack(): void {
  isOnline.value = navigator.onLine
  if (!live || !navigator.onLine) return
  void live.check()
  if (typeof listing.peek().load === 'object') void loadList('first')
  retryThread()
}

let lookingAgain: ReturnType<typeof setInterval> | undefined
effect(() => {
  clearInterval(lookingAgain)
  const isBack = lookingAgain !== undefined
  lookingAgain = isReachable.value ? undefined : setInterval(comeBack, lookAgainMs)
  if (isReachable.value && isBack) setTimeout(comeBack)
})
addEventListener('online', comeBack)
addEventListener('offline', () => {
  isOnline.value = false
})
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') comeBack()
})

export async function goLive(): Promise<void> {
  // It is half of the page, and nothing that is seen first needs it.
  const { WebPubSubClient } = await import('@azure/web-pubsub-client')
  if (live || myId() === '') return
  const reconnectRetryOptions = {
    mode: 'Exponential',
    retryDelayInMs: 1_000,
    maxRetryDelayInMs: 30_000,
  } as const
  const chat = createLiveChat({
    client,
    openSocket: (accessUrl) =>
      new WebPubSubClient(
        { getClientAccessUrl: async () => hereOf(await accessUrl()) },
        { reconnectRetryOptions },
      ) as unknown as LiveSocket,
    onEvent,
    onReload(conversationId, reason) {
      if (reason === 'forbidden') return drop(conversationId)
      void reload(conversationId)
      if (thread.peek()?.conversationId === conversationId) void openThread(conversationId)
    },
    onState(state) {
      liveState.value = state
      if (state === 'live') comeBack()
    },
  })
  live = chat
  sendThrough(chat)
  whenLoaded(({ id, seq }) => {
    if (chat.positionIn(id) === undefined) chat.follow(id, seq)
  })
  for (const { id, seq } of conversations.peek().values()) chat.follow(id, seq)
  chat.start()
}
