import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Log } from '../../ports/log.ts'
import type { Floor } from './floor.ts'

/** How long a connection that has not asked anything yet may still be about to. */
const silentMs = 500
const lookEveryMs = 50
/** How long an end is looked for to connections that have arrived and were not taken yet. */
const arrivalsMs = 250

interface Connection {
  underWay: number
  isUpgraded: boolean
  readonly openedAt: number
  /** What had been read when it last came to rest. */
  readAtRest: number
}

/** How a server ends. First `windDown`, then `close`. */
export interface Closing {
  /** Goes on taking connections and requests for `graceMs`, and says with each answer that its connection ends. */
  readonly windDown: (graceMs: number) => Promise<void>
  /** Takes no more. Requests have `drainMs` to end; what then is still under way is cut. */
  readonly close: (drainMs: number) => Promise<void>
}

/** The turn after everything that has arrived by now was read. */
const everythingIsRead = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * Ends a server so that no request which has reached this process is cut: whoever keeps a connection hears that it ends, each is closed
 * as soon as nothing is under way on it, and what has to be cut in the end leaves a line in the log.
 */
export function createClosing(server: Server, log: Log, withFloor: Floor): Closing {
  const connections = new Map<Socket, Connection>()
  const answers = new Set<ServerResponse>()
  let isStopping = false
  let arrivals = 0

  function admit(socket: Socket): void {
    arrivals++
    connections.set(socket, { underWay: 0, isUpgraded: false, openedAt: performance.now(), readAtRest: 0 })
    socket.once('close', () => connections.delete(socket))
  }
  function begin(socket: Socket, answer: ServerResponse): void {
    const connection = connections.get(socket)
    if (isStopping) answer.shouldKeepAlive = false
    answers.add(answer)
    if (connection) connection.underWay++
    answer.once('close', () =>
      withFloor(socket, () => {
        answers.delete(answer)
        if (!connection) return
        connection.underWay--
        connection.readAtRest = socket.bytesRead
      }),
    )
  }
  server.on('connection', (socket: Socket) => withFloor(socket, () => admit(socket)))
  server.on('upgrade', ({ socket }: IncomingMessage) =>
    withFloor(socket, () => {
      const connection = connections.get(socket)
      if (connection) connection.isUpgraded = true
    }),
  )
  // Before the listener that answers: an answer is told how it ends before it begins.
  server.prependListener('request', ({ socket }: IncomingMessage, answer: ServerResponse) =>
    withFloor(socket, () => begin(socket, answer)),
  )

  const isAtRest = (socket: Socket, { underWay, isUpgraded, openedAt, readAtRest }: Connection): boolean => {
    if (underWay > 0 || isUpgraded || socket.writableLength > 0 || socket.bytesRead > readAtRest) return false
    return socket.bytesRead > 0 || performance.now() - openedAt >= silentMs
  }
  function closeWhatRests(): void {
    for (const [socket, connection] of connections) if (isAtRest(socket, connection)) socket.destroySoon()
  }
  /** Connections that the system has taken and this process has not would be reset when the server closes. */
  async function takeArrivals(): Promise<void> {
    const end = performance.now() + arrivalsMs
    let seen: number
    do {
      seen = arrivals
      await everythingIsRead()
    } while (arrivals !== seen && performance.now() < end)
  }

  return {
    async windDown(graceMs) {
      isStopping = true
      for (const answer of answers) if (!answer.headersSent) answer.shouldKeepAlive = false
      await new Promise((resolve) => setTimeout(resolve, graceMs))
    },
    async close(drainMs) {
      await everythingIsRead()
      await takeArrivals()
      await new Promise<void>((closed) => {
        const look = setInterval(() => setImmediate(closeWhatRests), lookEveryMs)
        const giveUp = setTimeout(() => {
          log.warn('connections_cut', { count: connections.size, requests: answers.size })
          for (const socket of connections.keys()) socket.destroy()
        }, drainMs)
        // Not that of `http`, which destroys what has answered and not sent it all yet.
        NetServer.prototype.close.call(server, () => {
          clearInterval(look)
          clearTimeout(giveUp)
          closed()
        })
        closeWhatRests()
      })
    },
  }
}
