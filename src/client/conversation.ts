import { type ApiError, readError } from './answers.ts'
import type { Client } from './client.ts'
import type { Floor } from './floor.ts'
import type { ChatEvent, LiveState } from './live-chat.ts'
import type { OutboxEntry } from './outbox.ts'

type Routes = Client['api']['v1']['conversations'][':id']
type Answered<C extends (...args: never[]) => Promise<{ json(): Promise<unknown> }>> = Awaited<
  ReturnType<Extract<Awaited<ReturnType<C>>, { status: 200 }>['json']>
>
export type ConversationDetails = Answered<Routes['$get']>
export type Message = Answered<Routes['messages']['$get']>['items'][number]

/** Another object whenever something of it has changed. */
export interface ConversationState {
  /** `gone`: there is none, or one is no member any more. What failed is `loading` still, with a `problem` or `isUnreachable`. */
  readonly status: 'loading' | 'ready' | 'gone'
  readonly details: ConversationDetails | null
  /** The newest ones, oldest first, answers in threads among them. */
  readonly messages: readonly Message[]
  /** What I wrote and is not known to be stored, in the order it was written. */
  readonly outgoing: readonly OutboxEntry[]
  readonly hasOlder: boolean
  readonly isLoadingOlder: boolean
  /** Ids of the others who are typing. */
  readonly typing: readonly string[]
  /** Ids of those who are there. */
  readonly online: readonly string[]
  /** How far each has read, by the `seq` of messages. */
  readonly readTo: Readonly<Record<string, number>>
  readonly live: LiveState
  /** Why it could not be loaded; null also where nothing was answered. */
  readonly problem: ApiError | null
  readonly isUnreachable: boolean
}

export const noConversation: ConversationState = {
  status: 'loading',
  details: null,
  messages: [],
  outgoing: [],
  hasOlder: false,
  isLoadingOlder: false,
  typing: [],
  online: [],
  readTo: {},
  live: 'connecting',
  problem: null,
  isUnreachable: false,
}

const pageSize = 40
const typingMs = 6_000
/** Nobody asked for it: the session goes on being idle. */
const byItself = { headers: { 'X-Background': 'true' } }

const bySeq = (messages: readonly Message[]): readonly Message[] =>
  [...messages].sort((a, b) => a.seq - b.seq)
const joined = (known: readonly Message[], loaded: readonly Message[]): readonly Message[] => {
  const ids = new Set(loaded.map(({ id }) => id))
  return bySeq([...known.filter(({ id }) => !ids.has(id)), ...loaded])
}

export interface ConversationOptions {
  readonly id: string
  readonly userId: string
  readonly client: Client
  readonly floor: Floor
  /** From now on every event after this number. */
  readonly follow: (seq: number) => void
  readonly changed: (change: Partial<ConversationState>) => void
}

/** One conversation as it is by now: loaded, and kept so by its events. */
export function createConversation({ id, userId, client, floor, follow, changed }: ConversationOptions) {
  const routes = client.api.v1.conversations[':id']
  let state = noConversation
  let loads = 0
  let isEnded = false
  const typists = new Map<string, ReturnType<typeof setTimeout>>()

  function set(change: Partial<ConversationState>): void {
    if (isEnded) return
    state = { ...state, ...change }
    changed(change)
  }
  const changeMessage = (messageId: string, how: (message: Message) => Message) =>
    state.messages.some((message) => message.id === messageId) &&
    set({ messages: state.messages.map((message) => (message.id === messageId ? how(message) : message)) })

  /** What was answered; what was not is in the state, unless nobody waits for it any more. */
  async function answerOf<R extends { readonly status: number }>(
    asked: Promise<R>,
    isMine: () => boolean,
  ): Promise<Extract<R, { status: 200 }> | null> {
    try {
      const response = await asked
      if (response.status === 200) return response as Extract<R, { status: 200 }>
      const problem = await readError(response as unknown as Response)
      if (isMine()) set({ problem, isUnreachable: false })
    } catch {
      if (isMine()) set({ isUnreachable: true })
    }
    return null
  }

  async function readDetails(isMine: () => boolean, init = {}): Promise<number | null> {
    const answer = await answerOf(routes.$get({ param: { id } }, init), isMine)
    const details = answer && (await answer.json())
    if (!isMine()) return null
    if (!details) {
      if (state.problem?.code === 'not_found') isGone()
      return null
    }
    const readTo = Object.entries(details.readPositions).map(([who, { seq }]) => [who, seq] as const)
    set({ details, online: details.online, readTo: Object.fromEntries(readTo) })
    return details.seq
  }
  /** Its number first: whatever happens while the messages are read comes once more as an event, and none is lost. */
  async function load(init = {}): Promise<void> {
    const mine = ++loads
    const isMine = () => mine === loads && !isEnded
    const seq = await readDetails(isMine, init)
    if (seq === null) return
    const query = { limit: String(pageSize) }
    const answer = await answerOf(routes.messages.$get({ param: { id }, query }, init), isMine)
    if (!answer) return
    const { items, pagination } = await answer.json()
    if (!isMine()) return
    set({
      status: 'ready',
      messages: bySeq(items),
      hasOlder: pagination.hasMore,
      isLoadingOlder: false,
      problem: null,
      isUnreachable: false,
    })
    follow(seq)
  }

  function noteTyping(who: string, isTyping: boolean): void {
    if (who === userId) return
    clearTimeout(typists.get(who))
    typists.delete(who)
    if (isTyping)
      typists.set(
        who,
        setTimeout(() => floor(() => noteTyping(who, false)), typingMs),
      )
    set({ typing: [...typists.keys()] })
  }
  const add = (message: Message) => {
    set({
      messages: joined(state.messages, [message]),
      readTo: { ...state.readTo, [message.senderId]: message.seq },
    })
    noteTyping(message.senderId, false)
  }
  const reactions = (message: Message, emoji: string, who: string, isThere: boolean): Message => {
    const { [emoji]: before = [], ...rest } = message.reactions
    const userIds = [...before.filter((each) => each !== who), ...(isThere ? [who] : [])]
    return { ...message, reactions: userIds.length > 0 ? { ...rest, [emoji]: userIds } : rest }
  }
  const isGone = () => {
    loads++
    set({ ...noConversation, status: 'gone', live: state.live, outgoing: state.outgoing })
  }

  return {
    state: (): ConversationState => state,
    set,
    load,
    add,
    isGone,
    async loadOlder(): Promise<void> {
      const [oldest] = state.messages
      if (!oldest || !state.hasOlder || state.isLoadingOlder) return
      const mine = loads
      set({ isLoadingOlder: true })
      const query = { limit: String(pageSize), before: oldest.id }
      const isMine = () => mine === loads && !isEnded
      const answer = await answerOf(routes.messages.$get({ param: { id }, query }), isMine)
      if (!isMine()) return
      if (!answer) return set({ isLoadingOlder: false })
      const { items, pagination } = await answer.json()
      if (!isMine()) return
      set({
        messages: joined(state.messages, items),
        hasOlder: pagination.hasMore,
        isLoadingOlder: false,
        problem: null,
        isUnreachable: false,
      })
    },
    /** What failed for want of a line is asked for again. */
    comeBack(): void {
      if (state.isUnreachable && state.status === 'loading') floor(() => load(byItself))
      else if (state.isUnreachable) set({ isUnreachable: false })
    },
    reload: (): void => floor(() => load(byItself)),
    onEvent(event: ChatEvent) {
      switch (event.event) {
        case 'message.new':
          return add({ ...event.data, readBy: {} })
        case 'message.updated':
          changeMessage(event.data.id, (message) => ({ ...message, ...event.data }))
          return
        case 'message.deleted': {
          const nothing = { text: '', attachments: [], mentions: [], reactions: {}, deletedAt: event.at }
          changeMessage(event.data.messageId, (message) => ({ ...message, ...nothing }))
          return
        }
        case 'reaction.added':
        case 'reaction.removed': {
          const { messageId, emoji, userId: who } = event.data
          const isThere = event.event === 'reaction.added'
          changeMessage(messageId, (message) => reactions(message, emoji, who, isThere))
          return
        }
        case 'typing.start':
        case 'typing.stop':
          return noteTyping(event.data.userId, event.event === 'typing.start')
        case 'read.updated': {
          const { userId: who, seq } = event.data
          return set({ readTo: { ...state.readTo, [who]: Math.max(seq, state.readTo[who] ?? 0) } })
        }
        case 'presence.updated': {
          const others = state.online.filter((who) => who !== event.data.userId)
          return set({ online: event.data.isOnline ? [...others, event.data.userId] : others })
        }
        case 'conversation.removed':
          return isGone()
        case 'conversation.added':
          return state.status === 'gone' ? floor(() => load(byItself)) : undefined
        case 'conversation.updated':
        case 'conversation.settings':
        case 'member.added':
        case 'member.removed':
          return floor(() => readDetails(() => !isEnded, byItself))
      }
    },
    end(): void {
      isEnded = true
      for (const timer of typists.values()) clearTimeout(timer)
      typists.clear()
    },
  }
}

export type LoadedConversation = ReturnType<typeof createConversation>
