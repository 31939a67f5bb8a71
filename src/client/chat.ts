import type { Account } from './account.ts'
import { type ConversationState, createConversation, noConversation } from './conversation.ts'
import { createFloor, type Failing } from './floor.ts'
import { createLiveChat, type LiveChat, type LiveChatOptions, type LiveState } from './live-chat.ts'
import { createOutbox, type Outbox, type OutboxOptions, type OutgoingMessage } from './outbox.ts'
import { createReceipts, type Receipts } from './receipts.ts'
import { createOpenSocket } from './socket.ts'

export type { ConversationState } from './conversation.ts'

export interface ChatOptions extends Failing {
  readonly account: Account
  /** Default: one of `@tools-inc/client/socket`. */
  readonly openSocket?: LiveChatOptions['openSocket']
  /** Of the queues of what is on its way. */
  readonly outbox?: Pick<OutboxOptions, 'store' | 'locks' | 'tabs'>
}

export interface Conversation {
  state(): ConversationState
  /** As long as anybody listens it is loaded and kept as it is. Answers what stops it. */
  onChange(listener: () => void): () => void
  /** Takes its place behind what was written before, and is shown at once. `shown` is what the page wants back of it. */
  send(message: string | OutgoingMessage, shown?: unknown): void
  /** What was not sent, once more. */
  sendAgain(clientMessageId: string): void
  /** `may_be_sent`: it is given up, but had been on its way, and may show up. */
  cancel(clientMessageId: string): Promise<'cancelled' | 'may_be_sent' | 'gone'>
  loadOlder(): void
  /** Everything that is there was looked at. As often as that happens. */
  markRead(): void
  /** For each letter. */
  sayTyping(): void
  /** The text was sent or given up. */
  sayStoppedTyping(): void
  /** Loads it anew, such as after it failed. */
  reload(): void
}

export interface Chat {
  conversation(id: string): Conversation
  /** Nothing is followed any more, until somebody listens again. */
  stop(): void
}

/** What there is while one person is signed in. */
interface Session {
  readonly userId: string
  readonly outbox: Outbox
  readonly receipts: Receipts
  readonly live: LiveChat
}

/**
 * The conversations of whoever is signed in. It begins when somebody listens to the first, and goes on until they leave: what is on
 * its way is sent, whatever is looked at by then.
 */
export function createChat({ account, openSocket, onError, outbox: queues = {} }: ChatOptions): Chat {
  const floor = createFloor(onError)
  const { client, line } = account
  const held = new Map<string, ReturnType<typeof hold>>()
  const failing = onError ? { onError } : {}
  const stops: (() => void)[] = []
  let session: Session | null = null
  let liveState: LiveState = 'connecting'
  const listened = () => [...held.values()].filter((each) => each.isListened())

  function begin(userId: string): void {
    const outbox = createOutbox({
      ...queues,
      ...failing,
      client,
      userId,
      line,
      onSent: (entry, message) => message && held.get(entry.conversationId)?.sent(message),
    })
    outbox.onChange((id) => held.get(id)?.showOutgoing())
    const live = createLiveChat({
      ...failing,
      client,
      line,
      outbox,
      openSocket: openSocket ?? createOpenSocket(),
      onEvent(event) {
        if ('conversationId' in event) held.get(event.conversationId)?.hear(event)
        // Where it was this one, the client says that it is over.
        else if (event.event === 'session.revoked') floor(() => client.api.v1.auth.sessions.current.$get())
      },
      onReload: (id, reason) => held.get(id)?.startAnew(reason === 'forbidden'),
      onState(state) {
        liveState = state
        for (const each of held.values()) each.showLive()
      },
    })
    session = { userId, outbox, receipts: createReceipts({ ...failing, client, userId, line }), live }
    live.start()
    floor(() => outbox.start())
    for (const each of listened()) each.open()
  }
  function end(): void {
    const ended = session
    session = null
    for (const each of held.values()) each.close()
    ended?.live.stop()
    ended?.receipts.stop()
    ended?.outbox.stop()
  }
  function follow(): void {
    const userId = account.state().user?.id ?? null
    if (userId === (session?.userId ?? null)) return
    end()
    if (userId !== null) begin(userId)
  }
  function start(): void {
    if (stops.length > 0) return
    stops.push(
      account.onChange(follow),
      line.onReturn(() => {
        for (const each of listened()) each.comeBack()
      }),
    )
    follow()
  }

  /** One conversation, whoever is signed in. */
  function hold(id: string) {
    const listeners = new Set<() => void>()
    let state: ConversationState = noConversation
    let loaded: ReturnType<typeof createConversation> | null = null

    const show = (next: ConversationState) => {
      state = next
      for (const listener of [...listeners]) floor(listener)
    }
    const outgoingOf = (): Pick<ConversationState, 'outgoing'> => {
      const stored = new Set(loaded?.state().messages.map(({ clientMessageId }) => clientMessageId))
      const all = session?.outbox.entriesOf(id) ?? []
      return { outgoing: all.filter(({ clientMessageId }) => !stored.has(clientMessageId)) }
    }
    const open = () => {
      if (!session || loaded) return
      const { live, userId } = session
      const opened = createConversation({
        id,
        userId,
        client,
        floor,
        follow: (seq) => live.follow(id, seq),
        changed: () => show({ ...opened.state(), ...outgoingOf(), live: liveState }),
      })
      loaded = opened
      show({ ...noConversation, ...outgoingOf(), live: liveState })
      floor(() => opened.load())
    }
    const close = () => {
      loaded?.end()
      loaded = null
      session?.live.forget(id)
      show(noConversation)
    }
    const conversation: Conversation = {
      state: () => state,
      onChange(listener) {
        listeners.add(listener)
        start()
        open()
        return () => {
          listeners.delete(listener)
          if (listeners.size === 0) close()
        }
      },
      send(message, shown) {
        session?.receipts.stoppedTyping(id)
        session?.outbox.add(id, typeof message === 'string' ? { text: message } : message, shown)
      },
      sendAgain: (clientMessageId) => floor(() => session?.outbox.again(clientMessageId)),
      cancel: async (clientMessageId) => (await session?.outbox.cancel(clientMessageId)) ?? 'gone',
      loadOlder: () => floor(() => loaded?.loadOlder()),
      markRead() {
        const newest = state.messages.at(-1)
        if (newest) session?.receipts.read(id, newest.seq)
      },
      sayTyping: () => session?.receipts.typing(id),
      sayStoppedTyping: () => session?.receipts.stoppedTyping(id),
      reload: () => floor(() => loaded?.load()),
    }
    return {
      conversation,
      open,
      close,
      isListened: () => listeners.size > 0,
      showOutgoing: () => loaded && show({ ...state, ...outgoingOf() }),
      showLive: () => loaded && show({ ...state, live: liveState }),
      sent: (message: Parameters<NonNullable<typeof loaded>['add']>[0]) => loaded?.add(message),
      hear: (event: Parameters<NonNullable<typeof loaded>['onEvent']>[0]) => loaded?.onEvent(event),
      startAnew: (isForbidden: boolean) => (isForbidden ? loaded?.isGone() : loaded?.reload()),
      comeBack: () => loaded?.comeBack(),
    }
  }

  return {
    conversation(id) {
      const known = held.get(id) ?? hold(id)
      held.set(id, known)
      return known.conversation
    },
    stop() {
      for (const stop of stops.splice(0)) stop()
      end()
    },
  }
}
