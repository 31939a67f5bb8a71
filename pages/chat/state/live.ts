import { signal } from '@preact/signals'
import {
  type ChatEvent,
  createLiveChat,
  type LiveChat,
  type LiveState,
} from '../../../src/client/live-chat.ts'
import { client, line } from '../../base/api/client.ts'
import { fault, loosely } from '../../base/state/loosely.ts'
import { tell } from '../../base/state/notices.ts'
import { enter, myId, onLeaving } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'
import { announce } from './announcements.ts'
import {
  change,
  conversations,
  countUnread,
  forget,
  listing,
  loadList,
  nameIn,
  noteChangedMessage,
  noteMessage,
  reload,
  whenLoaded,
} from './conversations.ts'
import { noteMine } from './mine.ts'
import { openOutbox } from './outgoing.ts'
import { notePins } from './pins.ts'
import { closeConversation, place } from './place.ts'
import { openReceipts } from './receipts.ts'
import { openSocket } from './socket.ts'
import { addMessage, changeMessage, changeThread, openThread, retryThread, thread } from './thread.ts'
import { answers, noteAnswer } from './threads.ts'
import { noteTyping } from './typing.ts'

export const liveState = signal<LiveState>('connecting')
/** Whether the newest messages of the open conversation are being looked at. */
export const looksAtNewest = signal(false)

let live: LiveChat | undefined

onLeaving(() => {
  live?.stop()
  live = undefined
  liveState.value = 'connecting'
})

type Of<N extends ChatEvent['event']> = Extract<ChatEvent, { event: N }>

function onAnswer(message: Message): void {
  noteAnswer(message)
  addMessage(message, true)
  const isOpen = answers.peek()?.rootId === message.threadId && place.peek().panel === 'thread'
  if (isOpen && message.senderId !== myId())
    announce(`${nameIn(message.conversationId, message.senderId)} answers: ${message.text || 'a file'}`)
}

function onMessage({ conversationId, at, data }: Of<'message.new'>) {
  if (data.threadId) return onAnswer({ ...data, readBy: {} })
  if (!conversations.peek().has(conversationId)) loosely(() => reload(conversationId))
  noteMessage(conversationId, data, at)
  const isSlowed = (conversations.peek().get(conversationId)?.settings.slowModeSeconds ?? 0) > 0
  if (isSlowed && data.senderId === myId()) loosely(() => reload(conversationId))
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
  if (userId === myId()) countUnread()
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
      return loosely(() => reload(event.conversationId))
    case 'message.pinned':
    case 'message.unpinned':
      return notePins(event.conversationId)
    case 'conversation.settings':
      return noteMine(event.conversationId, event.data.mine)
    case 'conversation.active':
      return live?.positionIn(event.conversationId) === undefined
        ? loosely(() => reload(event.conversationId))
        : undefined
    case 'session.revoked':
      return loosely(() => enter(true))
  }
}

/** What failed for want of a line is asked for again. */
function comeBack(): void {
  if (myId() === '') return
  if (typeof listing.peek().load === 'object') loosely(() => loadList('first', undefined, true))
  retryThread()
}
line.onReturn(comeBack)

export function goLive(): void {
  if (live) return
  const userId = myId()
  const outbox = openOutbox(userId)
  openReceipts(userId)
  const chat = createLiveChat({
    client,
    line,
    onError: fault,
    outbox,
    onMissed: () => loosely(() => loadList('first', undefined, true)),
    openSocket,
    onEvent,
    onReload(conversationId, reason) {
      if (reason === 'forbidden') return drop(conversationId)
      loosely(() => reload(conversationId))
      if (thread.peek()?.conversationId === conversationId)
        loosely(() => openThread(conversationId, undefined, true))
    },
    onState(state) {
      liveState.value = state
    },
  })
  live = chat
  whenLoaded(({ id, seq }) => {
    if (chat.positionIn(id) === undefined) chat.follow(id, seq)
  })
  for (const { id, seq } of conversations.peek().values()) chat.follow(id, seq)
  chat.start()
}
