import type { Floor } from './floor.ts'

/** What is used of `WebPubSubClient` of `@azure/web-pubsub-client`. */
export interface LiveSocket {
  on(event: 'connected' | 'disconnected' | 'stopped', listener: () => void): void
  on(event: 'group-message', listener: (event: { message: { data: unknown } }) => void): void
  start(): Promise<void>
  stop(): void
  sendEvent(name: string, content: any, dataType: 'json'): Promise<unknown>
}

/**
 * For `new WebPubSubClient({ getClientAccessUrl }, socketOptions)`: notices a line that went silent within half a minute,
 * where the defaults of that client take three.
 */
export const socketOptions = {
  keepAliveIntervalInMs: 7_000,
  keepAliveTimeoutInMs: 20_000,
  reconnectRetryOptions: { mode: 'Exponential', retryDelayInMs: 1_000, maxRetryDelayInMs: 15_000 },
} as const

export interface ConnectionOptions {
  readonly floor: Floor
  readonly openSocket: (getClientAccessUrl: () => Promise<string>) => LiveSocket
  readonly accessUrl: () => Promise<string>
  readonly onData: (data: unknown) => void
  /** It is live by now, or not any more. */
  readonly onChange: () => void
  /** Within this a connection is there, or is tried anew. */
  readonly connectMs: number
  /** How often it is asked whether anybody is there, and for how long an answer is waited for. */
  readonly pingMs: number
  readonly answerMs: number
  readonly later: (ms: number, work: () => void) => () => void
  readonly backoffMs: (failures: number) => number
  /** How long somebody who comes back waits, so that all whose server has gone do not come back at once. */
  readonly spreadMs: () => number
}

/** What the server answered, though it refused. */
const isAnswer = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  (error as { errorDetail?: unknown }).errorDetail !== undefined

/**
 * Keeps one connection alive, and believes none that does not answer: a line that went silent looks open for minutes to a
 * browser, and to what is built on it.
 */
export function createConnection(options: ConnectionOptions) {
  const { floor, openSocket, accessUrl, onData, onChange } = options
  const { connectMs, pingMs, answerMs, later, backoffMs, spreadMs } = options
  let socket: LiveSocket | undefined
  let isLive = false
  let isStopped = true
  let failures = 0
  let isAsking = false
  let cancelWait = () => {}
  let cancelPing = () => {}

  const turn = (live: boolean) => {
    if (live === isLive) return
    isLive = live
    onChange()
  }
  const giveUp = (opened: LiveSocket) => {
    if (socket !== opened) return
    socket = undefined
    opened.stop()
    turn(false)
    if (isStopped) return
    const wasFirst = failures++ === 0
    cancelWait = later(wasFirst ? 0 : backoffMs(failures), connect)
    onChange()
  }

  function connect(): void {
    cancelWait()
    if (isStopped) return
    let addresses = 0
    const opened = openSocket(async () => {
      if (addresses++ > 0) await new Promise<void>((resolve) => later(spreadMs(), resolve))
      return accessUrl()
    })
    socket = opened
    const isMine = () => socket === opened && !isStopped
    const waitFor = () => {
      cancelWait()
      cancelWait = later(connectMs, () => giveUp(opened))
    }
    waitFor()
    opened.on('connected', () =>
      floor(() => {
        // It asks for its address as long as that fails, also after `stop`.
        if (!isMine()) return opened.stop()
        cancelWait()
        failures = 0
        // Whatever hears of it first may fail.
        pingLater()
        turn(true)
      }),
    )
    opened.on('disconnected', () =>
      floor(() => {
        if (!isMine()) return
        waitFor()
        turn(false)
      }),
    )
    opened.on('group-message', ({ message }) =>
      floor(() => {
        if (isMine()) onData(message.data)
      }),
    )
    opened.on('stopped', () => floor(() => giveUp(opened)))
    opened.start().catch(() => floor(() => giveUp(opened)))
  }

  const pingLater = () => {
    cancelPing()
    cancelPing = later(pingMs, () => {
      probe(answerMs)
      pingLater()
    })
  }

  /** Asks whether anybody is there; a connection that says nothing for so long is given up. */
  function probe(ms: number): void {
    const asked = socket
    if (!asked || !isLive || isAsking) return
    isAsking = true
    const done = () => {
      isAsking = false
      cancel()
    }
    const cancel = later(ms, () => {
      isAsking = false
      giveUp(asked)
    })
    asked.sendEvent('ping', {}, 'json').then(done, (error) => {
      if (isAnswer(error)) done()
    })
  }

  return {
    isLive: (): boolean => isLive,
    start(): void {
      isStopped = false
      failures = 0
      connect()
    },
    stop(): void {
      isStopped = true
      isAsking = false
      cancelWait()
      cancelPing()
      socket?.stop()
      socket = undefined
      turn(false)
    },
    probe,
    /** Waits no longer before it tries again. */
    hurry(): void {
      if (isStopped || socket) return
      failures = 0
      connect()
    },
    async say(name: string, what: object): Promise<void> {
      await socket?.sendEvent(name, what, 'json')
    },
  }
}

export type Connection = ReturnType<typeof createConnection>
