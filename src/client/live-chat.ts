import type { ChatEvent } from '../app/create-app.ts'
import type { Client } from './client.ts'
import { createConnection, type LiveSocket } from './connection.ts'
import { createFloor, type Failing } from './floor.ts'
import { createLine, type Line } from './line.ts'
import type { Outbox } from './outbox.ts'
import { createStreams } from './streams.ts'

export type { ChatEvent } from '../app/create-app.ts'
export type { LiveSocket } from './connection.ts'

/**
 * `live`: events come as they happen. `slow`: no connection stays open in this network, so it is asked every few seconds.
 * `foreign`: the network answers in place of the server; it may want people to sign in to it. `signed_out`: the session is
 * over, and nothing is tried before the next `start`.
 */
export type LiveState = 'connecting' | 'live' | 'slow' | 'offline' | 'foreign' | 'signed_out'

export interface LiveChatOptions extends Failing {
  readonly client: Client
  /**
   * `(url) => new WebPubSubClient({ getClientAccessUrl: url }, socketOptions)`. Called again when one has given up, or
   * says nothing any more.
   */
  readonly openSocket: (getClientAccessUrl: () => Promise<string>) => LiveSocket
  /** In a conversation each number once, in order, without a gap; whatever has no number as it comes. */
  readonly onEvent: (event: ChatEvent) => void
  /** What one has of this conversation cannot be continued: load it anew and `follow` it; `forbidden`: forget it. */
  readonly onReload: (conversationId: string, reason: 'forbidden' | 'too_old' | 'ahead') => void
  /**
   * What comes on the person's own stream alone may have been missed, such as a conversation that they were added to: load
   * the list anew.
   */
  readonly onMissed?: () => void
  readonly onState?: (state: LiveState) => void
  /** The same that the client was given. */
  readonly line?: Line
  /** Told of one's own messages as they come. */
  readonly outbox?: Pick<Outbox, 'arrived'>
  /** For how long a missing number may still come by itself. Default 300. */
  readonly gapWaitMs?: number
  /** How often it is asked whether the last event was lost: that makes no gap. Default 60,000, give or take a fifth. */
  readonly tailCheckMs?: number
  /** How often it is asked what happened where no connection stays open, while somebody looks. Default 4,000. */
  readonly pollMs?: number
  /** How often the server is asked whether it is there. With `answerMs`: what notices a silent line. Default 14,000. */
  readonly pingMs?: number
  /** For how long that is waited for. Default 8,000. */
  readonly answerMs?: number
  /** Within this a connection is there, or is tried anew. Default 12,000. */
  readonly connectMs?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** 0 up to 1. */
  readonly random?: () => number
}

const minBackoffMs = 500
const maxBackoffMs = 30_000
const maxSpreadMs = 3_000
/** Without a connection for so long, it is asked. */
const patienceMs = 5_000
const listEveryMs = 30_000
const tickMs = 5_000
/** A timer that is so late did not run: the computer slept. */
const sleptMs = 20_000
const probeMs = 5_000

/**
 * Follows conversations live by the rules of the events: drops numbers it has, waits a moment for one that is missing,
 * asks for it then, asks for everything after a new connection, and now and then whether something at the end was lost.
 * Where no connection stays open it goes on by asking.
 */
export function createLiveChat(options: LiveChatOptions) {
  const { client, openSocket, onEvent, onMissed = () => {}, onState = () => {}, outbox } = options
  const floor = createFloor(options.onError)
  const { line = createLine(options), now = Date.now, random = Math.random } = options
  const { gapWaitMs = 300, tailCheckMs = 60_000, pollMs = 4_000 } = options
  const { pingMs = 14_000, answerMs = 8_000, connectMs = 12_000 } = options
  const timers = new Set<ReturnType<typeof setTimeout>>()
  const stops: (() => void)[] = []
  let isStopped = true
  let isSignedOut = false
  let lastState: LiveState | undefined
  /** Since when there is no connection; null while there is one. */
  let lostAt: number | null = null
  let hasBeenLive = false
  let polls = 0
  let listedAt = 0

  const later = (ms: number, work: () => unknown) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (!isStopped) floor(work)
    }, ms)
    timers.add(timer)
    return () => {
      clearTimeout(timer)
      timers.delete(timer)
    }
  }
  const backoffMs = (attempt: number) => random() * Math.min(maxBackoffMs, minBackoffMs * 2 ** attempt)

  const streams = createStreams({
    client,
    floor,
    onEvent(event) {
      if (event.event === 'message.new' && event.data.clientMessageId)
        floor(() => outbox?.arrived(event.data.clientMessageId as string))
      // The next one is not lost over it.
      floor(() => onEvent(event))
    },
    onReload: (...reload) => floor(() => options.onReload(...reload)),
    gapWaitMs,
    later,
    backoffMs,
  })

  const connection = createConnection({
    floor,
    openSocket,
    accessUrl,
    onData: streams.receive,
    onChange() {
      if (connection.isLive()) {
        lostAt = null
        if (hasBeenLive) floor(onMissed)
        hasBeenLive = true
        floor(() => streams.check())
      } else lostAt ??= now()
      show()
    },
    connectMs,
    pingMs,
    answerMs,
    later,
    backoffMs,
    spreadMs: () => random() * maxSpreadMs,
  })

  async function accessUrl(): Promise<string> {
    if (isStopped) throw new Error('stopped')
    const response = await client.api.v1.realtime.negotiate.$post({})
    if (response.ok) return (await response.json()).url
    if (response.status === 401 && !isStopped) {
      isSignedOut = true
      end()
    }
    throw new Error(`negotiate was answered ${response.status}`)
  }

  const stateNow = (): LiveState => {
    if (isSignedOut) return 'signed_out'
    if (isStopped) return 'offline'
    if (connection.isLive()) return 'live'
    if (line.state() === 'foreign') return 'foreign'
    if (line.state() === 'down') return 'offline'
    const isLong = lostAt !== null && now() - lostAt >= patienceMs
    return isLong && line.state() === 'up' ? 'slow' : 'connecting'
  }
  const show = () => {
    const state = stateNow()
    if (state === lastState) return
    lastState = state
    floor(() => onState(state))
  }

  const checkNowAndThen = () =>
    later(tailCheckMs * (0.8 + 0.4 * random()), () => {
      if (connection.isLive()) floor(() => streams.check())
      checkNowAndThen()
    })
  /** Asks as often as somebody would want to know, and less where nothing answers or nobody looks. */
  const pollNowAndThen = () => {
    const isWorthIt = line.page.isVisible() && line.page.isOnline()
    const ms = isWorthIt ? Math.min(maxBackoffMs, pollMs * 2 ** Math.min(polls, 3)) : tailCheckMs
    later(ms, async () => {
      if (lostAt !== null && now() - lostAt >= patienceMs) {
        polls = (await streams.check()) ? 0 : polls + 1
        show()
        if (polls === 0 && now() - listedAt >= listEveryMs) {
          listedAt = now()
          floor(onMissed)
        }
      }
      if (!isStopped) pollNowAndThen()
    })
  }
  const watchForSleep = (before: number) =>
    later(tickMs, () => {
      show()
      if (now() - before > sleptMs) line.comeBack()
      watchForSleep(now())
    })
  const comeBack = () => {
    polls = 0
    connection.probe(probeMs)
    connection.hurry()
    floor(() => streams.check())
  }
  const end = () => {
    isStopped = true
    connection.stop()
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    streams.reset()
    for (const stop of stops.splice(0)) stop()
    show()
  }

  return {
    start(): void {
      if (!isStopped) return
      isStopped = false
      isSignedOut = false
      lostAt = now()
      stops.push(
        line.onReturn(comeBack),
        line.onChange((state) => {
          show()
          // A request that failed says more than a connection that is silent.
          if (state === 'down' || state === 'foreign') connection.probe(probeMs)
        }),
      )
      connection.start()
      show()
      checkNowAndThen()
      pollNowAndThen()
      watchForSleep(now())
    },
    stop(): void {
      end()
    },
    /** From now on every event after `seq`, the number the conversation had when it was loaded. */
    follow: streams.follow,
    forget: streams.forget,
    /** The newest number applied; undefined for a conversation that is not followed. */
    positionIn: streams.positionIn,
    /** Asks now what happened since. */
    check: async (): Promise<void> => void (await streams.check()),
    state: stateNow,
    say: connection.say,
  }
}

export type LiveChat = ReturnType<typeof createLiveChat>
