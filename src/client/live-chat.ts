import type { ChatEvent } from '../app/create-app.ts'
import type { Client } from './client.ts'

export type { ChatEvent } from '../app/create-app.ts'

/** What is used of `WebPubSubClient` of `@azure/web-pubsub-client`. */
export interface LiveSocket {
  on(event: 'connected' | 'disconnected' | 'stopped', listener: () => void): void
  on(event: 'group-message', listener: (event: { message: { data: unknown } }) => void): void
  start(): Promise<void>
  stop(): void
  sendEvent(name: string, content: any, dataType: 'json'): Promise<unknown>
}

export type LiveState = 'connecting' | 'live' | 'offline'

type NumberedEvent = Extract<ChatEvent, { seq: number }>
type SendBody = Parameters<Client['api']['v1']['conversations'][':id']['messages']['$post']>[0]['json']

export interface LiveChatOptions {
  readonly client: Client
  /**
   * `(url) => new WebPubSubClient({ getClientAccessUrl: url }, { reconnectRetryOptions: { mode: 'Exponential',
   * retryDelayInMs: 1_000, maxRetryDelayInMs: 30_000 } })`. Called again when one has given up.
   */
  readonly openSocket: (getClientAccessUrl: () => Promise<string>) => LiveSocket
  /** In a conversation each number once, in order, without a gap; whatever has no number as it comes. */
  readonly onEvent: (event: ChatEvent) => void
  /** What one has of this conversation cannot be continued: load it anew and `follow` it; `forbidden`: forget it. */
  readonly onReload: (conversationId: string, reason: 'forbidden' | 'too_old' | 'ahead') => void
  readonly onState?: (state: LiveState) => void
  /** For how long a missing number may still come by itself. Default 300. */
  readonly gapWaitMs?: number
  /** How often it is asked whether the last event was lost: that makes no gap. Default 60,000, give or take a fifth. */
  readonly tailCheckMs?: number
  readonly pingMs?: number
  /** 0 up to 1. */
  readonly random?: () => number
}

interface Stream {
  seq: number
  /** Numbers that came before those they follow. */
  readonly early: Map<number, NumberedEvent>
  isWaiting: boolean
}

const maxStreams = 200
const maxEarly = 1_000
const minBackoffMs = 500
const maxBackoffMs = 30_000
/** Tried again: the answer was lost, or says to. Anything else is about the message. */
const isPassing = (status: number): boolean => status === 429 || status >= 500

/**
 * Follows conversations live by the rules of the events: drops numbers it has, waits a moment for one that is missing,
 * asks for it then, asks for everything after a new connection, and now and then whether something at the end was lost.
 */
export function createLiveChat(options: LiveChatOptions) {
  const { client, openSocket, onEvent, onReload, onState = () => {} } = options
  const { gapWaitMs = 300, tailCheckMs = 60_000, pingMs = 30_000, random = Math.random } = options
  const streams = new Map<string, Stream>()
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let socket: LiveSocket | undefined
  let isStopped = true
  let isLive = false
  let asking: Promise<void> | undefined
  let asksAgain = false
  let failures = 0

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (!isStopped) work()
    }, ms)
    timers.add(timer)
  }
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const backoffMs = (attempt: number) => random() * Math.min(maxBackoffMs, minBackoffMs * 2 ** attempt)

  function take(event: NumberedEvent): void {
    const { conversationId, seq } = event
    const stream = streams.get(conversationId)
    if (!stream || seq <= stream.seq) return
    if (seq > stream.seq + 1) {
      if (stream.early.size < maxEarly) stream.early.set(seq, event)
      if (stream.isWaiting) return
      stream.isWaiting = true
      later(gapWaitMs, () => {
        stream.isWaiting = false
        if (stream.early.size > 0) void check()
      })
      return
    }
    let next: NumberedEvent | undefined = event
    while (next) {
      stream.seq = next.seq
      onEvent(next)
      if (streams.get(conversationId) !== stream) return
      next = stream.early.get(stream.seq + 1)
      stream.early.delete(stream.seq + 1)
    }
    for (const early of stream.early.keys()) if (early <= stream.seq) stream.early.delete(early)
  }

  function receive(data: unknown): void {
    const event = data as ChatEvent
    if ('seq' in event && event.seq !== undefined) take(event)
    else onEvent(event)
  }

  /** True when every stream was answered to its end. */
  async function ask(ids: readonly string[]): Promise<boolean> {
    const wanted = ids.flatMap((id) => {
      const stream = streams.get(id)
      return stream ? [[id, stream.seq] as const] : []
    })
    if (wanted.length === 0) return true
    const response = await client.api.v1.sync.$post({ json: { streams: Object.fromEntries(wanted) } })
    if (!response.ok) return false
    const answer = await response.json()
    const unfinished: string[] = []
    for (const [id, answered] of Object.entries(answer.streams)) {
      if ('resync' in answered) {
        streams.delete(id)
        onReload(id, answered.reason)
        continue
      }
      for (const event of answered.events) take(event as NumberedEvent)
      if (answered.more) unfinished.push(id)
    }
    return unfinished.length === 0 || ask(unfinished)
  }

  async function askAll(): Promise<void> {
    do {
      asksAgain = false
      const ids = [...streams.keys()]
      let isComplete = true
      try {
        for (let start = 0; start < ids.length; start += maxStreams)
          if (!(await ask(ids.slice(start, start + maxStreams)))) isComplete = false
      } catch {
        isComplete = false
      }
      failures = isComplete ? 0 : failures + 1
      if (!isComplete) later(backoffMs(failures), () => void check())
    } while (asksAgain && !isStopped)
  }

  /** Asks now what happened since. What calls while it is being asked is answered by asking once more. */
  function check(): Promise<void> {
    if (asking) {
      asksAgain = true
      return asking
    }
    asking = askAll().finally(() => {
      asking = undefined
    })
    return asking
  }

  const checkNowAndThen = () =>
    later(tailCheckMs * (0.8 + 0.4 * random()), () => {
      void check()
      checkNowAndThen()
    })
  const pingNowAndThen = () =>
    later(pingMs, () => {
      if (isLive) void say('ping', {}).catch(() => {})
      pingNowAndThen()
    })

  async function say(name: string, what: object): Promise<void> {
    await socket?.sendEvent(name, what, 'json')
  }

  /** The socket client asks for as long as this fails, also after `stop`; so it is stopped once more when it connects. */
  async function accessUrl(): Promise<string> {
    if (isStopped) throw new Error('stopped')
    const response = await client.api.v1.realtime.negotiate.$post({})
    if (!response.ok) throw new Error(`negotiate was answered ${response.status}`)
    return (await response.json()).url
  }

  function connect(attempt = 0): void {
    if (isStopped) return
    const opened = openSocket(accessUrl)
    socket = opened
    let lives = 0
    onState('connecting')
    opened.on('connected', () => {
      if (isStopped || socket !== opened) return opened.stop()
      lives++
      isLive = true
      onState('live')
      void check()
    })
    opened.on('disconnected', () => {
      if (socket !== opened || isStopped) return
      isLive = false
      onState('offline')
    })
    opened.on('group-message', ({ message }) => {
      if (!isStopped && socket === opened) receive(message.data)
    })
    let isOver = false
    const again = () => {
      if (isOver || socket !== opened) return
      isOver = true
      isLive = false
      if (isStopped) return
      onState('offline')
      later(backoffMs(lives > 0 ? 0 : attempt + 1), () => connect(lives > 0 ? 0 : attempt + 1))
    }
    opened.on('stopped', again)
    opened.start().catch(again)
  }

  return {
    start(): void {
      if (!isStopped) return
      isStopped = false
      connect()
      checkNowAndThen()
      pingNowAndThen()
    },
    stop(): void {
      isStopped = true
      isLive = false
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      socket?.stop()
      onState('offline')
    },
    /** From now on every event after `seq`, the number the conversation had when it was loaded. */
    follow(conversationId: string, seq: number): void {
      streams.set(conversationId, { seq, early: new Map(), isWaiting: false })
      void check()
    },
    forget: (conversationId: string): void => void streams.delete(conversationId),
    /** The newest number applied; undefined for a conversation that is not followed. */
    positionIn: (conversationId: string): number | undefined => streams.get(conversationId)?.seq,
    check,
    say,
    /** Sends until it is answered, as one message however often. Throws the answer of one that is refused. */
    async send(
      conversationId: string,
      message: Omit<SendBody, 'clientMessageId'> & { clientMessageId?: string },
    ) {
      const json = { ...message, clientMessageId: message.clientMessageId ?? crypto.randomUUID() }
      for (let attempt = 0; ; attempt++) {
        try {
          const response = await client.api.v1.conversations[':id'].messages.$post({
            param: { id: conversationId },
            json,
          })
          if (response.ok) return await response.json()
          if (!isPassing(response.status)) throw new Refused(response.status, await response.text())
          const seconds = Number(response.headers.get('retry-after'))
          await pause(seconds > 0 ? seconds * 1_000 : backoffMs(attempt))
        } catch (error) {
          if (error instanceof Refused) throw error
          if (isStopped) throw error
          await pause(backoffMs(attempt))
        }
      }
    },
  }
}

export type LiveChat = ReturnType<typeof createLiveChat>

/** A message that will not be taken however often it is sent. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  constructor(status: number, body: string) {
    super(body)
    this.status = status
  }
}
