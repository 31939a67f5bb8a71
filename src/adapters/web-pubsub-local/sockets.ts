import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pass } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { type ClientFrame, parseClientFrame, payloadOf } from './client-frame.ts'
import {
  acknowledge,
  type Connection,
  createConnection,
  deliver,
  isNewAck,
  type Link,
  may,
  type Protocol,
  plainProtocol,
  reliableProtocol,
  replay,
  sendControl,
  takeFrame,
} from './connection.ts'
import type { EventHandlerClient } from './event-handler.ts'
import type { Limits } from './limits.ts'
import { createMessage, type Message, type Payload } from './message.ts'
import type { Registry } from './registry.ts'
import type { Claims, Tokens } from './tokens.ts'

/** How a WebSocket is closed (RFC 6455, 7.4.1). */
const closeCode = { normal: 1000, goingAway: 1001, lost: 1006, refused: 1008 } as const
const maxReasonLength = 100
const farewellMs = 3_000

const ConnectAnswer = z.object({
  userId: z.string().optional(),
  groups: z.array(z.string()).default([]),
  roles: z.array(z.string()).default([]),
})

const protocols: readonly string[] = [reliableProtocol, plainProtocol] satisfies Protocol[]
const clientPath = /^\/client\/hubs\/([A-Za-z][\w`,.[\]]{0,127})\/?$/
const headerSafe = /^[\x20-\x7e]*$/

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Answers a request for a WebSocket with plain HTTP. */
function refuse(socket: Duplex, status: number): void {
  const text = statusTexts[status] ?? 'Refused'
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

const offeredProtocols = (request: IncomingMessage): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())

function isSameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

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
  let isStopping = false

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<WebSocket> =>
    new Promise((resolve) => server.handleUpgrade(request, socket, head, resolve))

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

  const tell = (connection: Connection, control: object): void => {
    if (!sendControl(connection, control, limits)) cutOff(connection, 'slow consumer')
  }

  function send(connections: Iterable<Connection>, message: Message): void {
    const lost: Connection[] = []
    for (const connection of connections) if (!deliver(connection, message, limits)) lost.push(connection)
    for (const connection of lost) cutOff(connection, 'slow consumer')
  }

  async function passEventOn(
    connection: Connection,
    event: string,
    payload: Payload,
  ): Promise<{ readonly name: string; readonly message: string } | null> {
    const handler = handlerOf()
    if (!handler?.wantsFromClient(event))
      return { name: 'InternalServerError', message: 'No event handler takes this event.' }
    const answer = await handler.passOn(connection, event, payload)
    if (answer === null || answer.status >= 300)
      return { name: 'InternalServerError', message: 'The event handler did not take the event.' }
    if (answer.payload && !connection.isEnded)
      send([connection], createMessage({ from: 'server' }, answer.payload))
    return null
  }

  function answerFrame(connection: Connection, frame: ClientFrame) {
    if (frame.type === 'ping') return tell(connection, { type: 'pong' })
    if (frame.type === 'sequenceAck') return acknowledge(connection, frame.sequenceId)
    const { ackId } = frame
    const ack = (error: { name: string; message: string } | null) => {
      if (ackId === undefined || connection.isEnded) return
      tell(connection, { type: 'ack', ackId, success: error === null, ...(error && { error }) })
    }
    const forbidden = () =>
      ack({ name: 'Forbidden', message: 'The client has no permission for this group.' })
    const malformed = () =>
      ack({ name: 'BadRequest', message: 'The data is not of the type it is said to be.' })
    const permission = frame.type === 'sendToGroup' ? 'sendToGroup' : 'joinLeaveGroup'
    if (frame.type !== 'event' && !may(connection, permission, frame.group)) return forbidden()
    const payload = 'data' in frame ? payloadOf(frame) : null
    if ('data' in frame && payload === null) return malformed()
    if (ackId !== undefined && !isNewAck(connection, ackId))
      return ack({ name: 'Duplicate', message: 'A message with this ack id was taken before.' })

    switch (frame.type) {
      case 'joinGroup':
        registry.join(connection, frame.group)
        return ack(null)
      case 'leaveGroup':
        registry.leave(connection, frame.group)
        return ack(null)
      case 'sendToGroup': {
        const { group, noEcho } = frame
        const { userId } = connection
        const members = registry.inGroup(connection.hub, group)
        const others = noEcho ? [...members].filter((member) => member !== connection) : members
        if (payload)
          send(
            others,
            createMessage(
              { from: 'group', group, ...(userId === undefined ? {} : { fromUserId: userId }) },
              payload,
            ),
          )
        return ack(null)
      }
      case 'event': {
        if (connection.waitingEvents >= limits.waitingEvents)
          return end(connection, 'too many events at once', closeCode.refused)
        if (payload) enqueue(connection, async () => ack(await passEventOn(connection, frame.event, payload)))
        return
      }
    }
  }

  function receive(connection: Connection, data: Buffer, isBinary: boolean) {
    if (connection.isEnded) return
    if (!takeFrame(connection, now(), limits)) return end(connection, 'too many frames', closeCode.refused)
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
    connection.giveUp = setTimeout(() => remove(connection, 'not recovered in time'), limits.recoveryMs)
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
      receive(connection, data as Buffer, isBinary)
    })
    ws.on('pong', () => {
      link.isAlive = true
    })
    ws.on('close', (code, reason) => loseLink(connection, link, code, reason.toString()))
    // A `close` follows every error.
    ws.on('error', () => {})
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

  /** Null when the handler let it in; else the status of its refusal. */
  async function askHandler(
    connection: Connection,
    request: IncomingMessage,
    url: URL,
    claims: Claims,
  ): Promise<number | null> {
    const handler = handlerOf()
    if (!handler?.wants('connect')) return null
    const query = Object.fromEntries(
      [...new Set(url.searchParams.keys())]
        .filter((name) => name !== 'access_token')
        .map((name) => [name, url.searchParams.getAll(name)]),
    )
    const { authorization: _, ...headers } = request.headers
    const answer = await handler.tell(connection, 'connect', {
      claims: Object.fromEntries(
        Object.entries(claims).map(([name, value]) => [name, [value].flat().map(String)]),
      ),
      query,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()])),
      subprotocols: offeredProtocols(request),
      clientCertificates: [],
    })
    if (!answer) return 503
    if (answer.status >= 300) return answer.status
    if (!answer.payload) return null
    const { success, data } = ConnectAnswer.safeParse(JSON.parse(answer.payload.json))
    if (!success) return 500
    for (const group of data.groups) connection.groups.add(group)
    for (const role of data.roles) connection.roles.add(role)
    return null
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
    if (!protocol) return refuse(socket, 400)
    if (url.searchParams.has('awps_connection_id')) return recover(request, socket, head, hub, url)
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const claims = tokens.verify(url.searchParams.get('access_token') ?? bearer ?? '', `/client/hubs/${hub}`)
    if (!claims || !headerSafe.test(claims.sub ?? '')) return refuse(socket, 401)
    if (!hasRoomFor(hub, claims.sub)) return refuse(socket, 429)
    const connection = createConnection(
      {
        hub,
        protocol,
        userId: claims.sub,
        groups: new Set(claims['webpubsub.group']),
        roles: new Set(claims.role),
      },
      limits,
    )
    connection.allowanceAtMs = now()
    const refusal = await askHandler(connection, request, url, claims)
    if (refusal !== null) return refuse(socket, refusal)
    // Others may have come while the handler was asked.
    if (isStopping || !hasRoomFor(hub, claims.sub)) return refuse(socket, 503)
    const ws = await upgrade(request, socket, head)
    registry.add(connection)
    attach(connection, ws, socket)
    const handler = handlerOf()
    if (handler?.wants('connected')) enqueue(connection, () => handler.tell(connection, 'connected', {}))
  }

  const heartbeat = setInterval(() => {
    for (const { link } of registry.everywhere()) {
      if (!link) continue
      if (!link.isAlive) link.ws.terminate()
      else if (link.ws.readyState === link.ws.OPEN) link.ws.ping()
      link.isAlive = false
    }
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
      for (const connection of connections) end(connection, 'the server is stopping', closeCode.goingAway)
      const told = Promise.all(connections.map(({ events }) => events))
      await Promise.race([told, pass(farewellMs, undefined, { ref: false })])
      for (const { link } of connections) link?.ws.terminate()
    },
  }
}

export type Sockets = ReturnType<typeof createSockets>
