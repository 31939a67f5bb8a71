import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pass } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { createAllowances } from './allowance.ts'
import { createAnswerFrame } from './answer-frame.ts'
import { parseClientFrame } from './client-frame.ts'
import {
  type Connection,
  createConnection,
  deliver,
  type Link,
  type Protocol,
  reliableProtocol,
  replay,
  sendControl,
} from './connection.ts'
import type { EventHandlerClient } from './event-handler.ts'
import {
  askHandler,
  clientPath,
  headerSafe,
  isSameText,
  offeredProtocols,
  protocols,
  refuse,
} from './handshake.ts'
import type { Limits } from './limits.ts'
import type { Message, Payload } from './message.ts'
import type { Registry } from './registry.ts'
import type { Tokens } from './tokens.ts'

/** How a WebSocket is closed (RFC 6455, 7.4.1, and the registry of IANA). */
const closeCode = { normal: 1000, lost: 1006, refused: 1008, comeBack: 1012 } as const
const maxReasonLength = 100
const farewellMs = 3_000

/** The face of the service that clients see: WebSockets that come, are lost and found again, and go. */
export function createSockets({
  registry,
  tokens,
  handlerOf,
  now,
  limits,
  report,
}: {
  readonly registry: Registry
  readonly tokens: Tokens
  /** Who is told of events in a hub. */
  readonly handlerOf: () => EventHandlerClient | null
  readonly now: () => number
  readonly limits: Limits
  readonly report: (event: string, error: unknown) => void
}) {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // A compressed frame could not be made once for all.
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
  })
  const allowances = createAllowances(limits, now)
  let isStopping = false

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<WebSocket> =>
    new Promise((resolve) =>
      server.handleUpgrade(request, socket, head, (ws) => {
        // A `close` follows every error.
        ws.on('error', () => {})
        resolve(ws)
      }),
    )

  /** Events of one connection reach the handler in order. */
  function enqueue(connection: Connection, task: () => Promise<unknown>): void {
    connection.waitingEvents++
    connection.events = connection.events
      .then(task)
      .catch((error: unknown) => report('realtime_event_failed', error))
      .finally(() => connection.waitingEvents--)
  }

  /** From now on it is nobody's: it receives nothing and cannot be recovered. */
  function remove(connection: Connection, reason: string): void {
    if (connection.isEnded) return
    connection.isEnded = true
    clearTimeout(connection.giveUp)
    registry.remove(connection)
    connection.unacked = []
    const handler = handlerOf()
    if (handler?.wants('disconnected'))
      enqueue(connection, () => handler.tell(connection, 'disconnected', { reason }))
  }

  function end(connection: Connection, reason: string, code: number = closeCode.normal): void {
    const { link } = connection
    sendControl(connection, { type: 'system', event: 'disconnected', message: reason }, limits)
    remove(connection, reason)
    link?.ws.close(code, reason.slice(0, maxReasonLength))
  }

  /** For a client that takes nothing more: a farewell would not reach it either. */
  function cutOff(connection: Connection, reason: string): void {
    const { link } = connection
    remove(connection, reason)
    link?.ws.terminate()
  }

  const tell = (connection: Connection, control: object, payload?: Payload | null): void => {
    if (!sendControl(connection, control, limits, payload)) cutOff(connection, 'slow consumer')
  }

  /** What a listener throws would end the process: it ends this connection, with a line in the log. */
  function withFloor(connection: Connection, work: () => void): void {
    try {
      work()
    } catch (error) {
      report('realtime_listener_failed', error)
      cutOff(connection, 'something went wrong')
    }
  }

  function send(connections: Iterable<Connection>, message: Message): void {
    const lost: Connection[] = []
    for (const connection of connections) if (!deliver(connection, message, limits)) lost.push(connection)
    for (const connection of lost) cutOff(connection, 'slow consumer')
  }

  const answerFrame = createAnswerFrame({
    registry,
    handlerOf,
    limits,
    tell,
    send,
    enqueue,
    refuse: (connection, reason) => end(connection, reason, closeCode.refused),
  })

  function receive(connection: Connection, data: Buffer, isBinary: boolean) {
    if (connection.isEnded) return
    if (!allowances.take(connection.allowance, data.length))
      return end(connection, 'too many frames', closeCode.refused)
    const frame = isBinary ? null : parseClientFrame(data.toString())
    if (!frame) return end(connection, 'not a frame of this subprotocol', closeCode.refused)
    answerFrame(connection, frame)
  }

  function loseLink(connection: Connection, link: Link, code: number, reason: string) {
    if (connection.link !== link) return
    connection.link = null
    if (connection.isEnded) return
    if (connection.protocol !== reliableProtocol || code !== closeCode.lost || isStopping)
      return remove(connection, reason || 'closed by the client')
    connection.giveUp = setTimeout(
      () => withFloor(connection, () => remove(connection, 'not recovered in time')),
      limits.recoveryMs,
    )
    connection.giveUp.unref()
  }

  function attach(connection: Connection, ws: WebSocket, socket: Duplex): void {
    clearTimeout(connection.giveUp)
    const link: Link = { ws, socket, isAlive: true, writtenIn: -1 }
    const before = connection.link
    connection.link = link
    before?.ws.terminate()
    ws.on('message', (data, isBinary) => {
      link.isAlive = true
      withFloor(connection, () => receive(connection, data as Buffer, isBinary))
    })
    // `ws` answers it.
    ws.on('ping', (data) => {
      link.isAlive = true
      withFloor(connection, () => {
        if (!allowances.take(connection.allowance, data.length))
          end(connection, 'too many frames', closeCode.refused)
      })
    })
    ws.on('pong', () => {
      link.isAlive = true
    })
    ws.on('close', (code, reason) =>
      withFloor(connection, () => loseLink(connection, link, code, reason.toString())),
    )
    tell(connection, {
      type: 'system',
      event: 'connected',
      userId: connection.userId,
      connectionId: connection.id,
      ...(connection.reconnectionToken && { reconnectionToken: connection.reconnectionToken }),
    })
  }

  /** A client stops trying to recover when it is closed with 1008, and not for an answer by HTTP. */
  async function recover(request: IncomingMessage, socket: Duplex, head: Buffer, hub: string, url: URL) {
    const connection = registry.find(hub, url.searchParams.get('awps_connection_id') ?? '')
    const token = url.searchParams.get('awps_reconnection_token') ?? ''
    const ws = await upgrade(request, socket, head)
    const isHis = connection?.reconnectionToken && isSameText(connection.reconnectionToken, token)
    if (!connection || !isHis || connection.isEnded || connection.protocol !== ws.protocol)
      return ws.close(closeCode.refused, 'The connection could not be recovered.')
    attach(connection, ws, socket)
    replay(connection, now(), limits)
  }

  /** Makes room by giving up connections that lost their network first. */
  function hasRoomFor(hub: string, userId: string | undefined): boolean {
    if (registry.size() >= limits.connections) return false
    if (userId === undefined) return true
    const theirs = registry.ofUser(hub, userId)
    if (theirs.size < limits.connectionsPerUser) return true
    const away = [...theirs].find(({ link }) => link === null)
    if (away) remove(away, 'another connection took its place')
    return away !== undefined
  }

  async function connect(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const hub = clientPath.exec(url.pathname)?.[1]
    if (!hub) return refuse(socket, 404)
    if (isStopping) return refuse(socket, 503)
    const offered = offeredProtocols(request)
    const protocol = protocols.find((name) => offered.includes(name)) as Protocol | undefined
    if (!protocol) return refuse(socket, 400, `Offer one of these subprotocols: ${protocols.join(', ')}.`)
    if (url.searchParams.has('awps_connection_id')) return recover(request, socket, head, hub, url)
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const claims = tokens.verify(url.searchParams.get('access_token') ?? bearer ?? '', `/client/hubs/${hub}`)
    if (!claims || !headerSafe.test(claims.sub ?? '')) return refuse(socket, 401)
    if (!hasRoomFor(hub, claims.sub)) return refuse(socket, 429)
    const connection = createConnection({
      hub,
      protocol,
      userId: claims.sub,
      groups: new Set(claims['webpubsub.group']),
      roles: new Set(claims.role),
      allowance: allowances.of(hub, claims.sub),
    })
    const refusal = await askHandler(handlerOf(), connection, request, url, claims)
    if (refusal !== null) return refuse(socket, refusal)
    // Others may have come while the handler was asked.
    if (isStopping || !hasRoomFor(hub, claims.sub)) return refuse(socket, 503)
    const ws = await upgrade(request, socket, head)
    registry.add(connection)
    attach(connection, ws, socket)
    const handler = handlerOf()
    if (handler?.wants('connected')) enqueue(connection, () => handler.tell(connection, 'connected', {}))
  }

  function beat({ link }: Connection): void {
    if (!link) return
    if (!link.isAlive) link.ws.terminate()
    else if (link.ws.readyState === link.ws.OPEN) link.ws.ping()
    link.isAlive = false
  }
  const heartbeat = setInterval(() => {
    for (const connection of registry.everywhere()) withFloor(connection, () => beat(connection))
  }, limits.heartbeatMs)
  heartbeat.unref()

  return {
    /** For the `upgrade` event of an HTTP server. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => {})
      connect(request, socket, head).catch((error: unknown) => {
        report('realtime_connect_failed', error)
        refuse(socket, 500)
      })
    },
    send,
    end,
    /** Says goodbye to everybody, and waits for the event handler to hear of it. */
    async close(): Promise<void> {
      isStopping = true
      clearInterval(heartbeat)
      const connections = [...registry.everywhere()]
      for (const connection of connections) end(connection, 'the server is stopping', closeCode.comeBack)
      const told = Promise.all(connections.map(({ events }) => events))
      await Promise.race([told, pass(farewellMs, undefined, { ref: false })])
      for (const { link } of connections) link?.ws.terminate()
    },
  }
}

export type Sockets = ReturnType<typeof createSockets>
