import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import { type WebSocket, WebSocketServer } from 'ws'

interface Permission {
  readonly can_subscribe: boolean
  readonly can_publish: boolean
  readonly can_publish_data: boolean
  readonly can_publish_sources: readonly string[]
}

interface Participant {
  readonly sid: string
  readonly identity: string
  readonly video: Video
  permission: Permission
  readonly socket: WebSocket
}

interface Room {
  readonly sid: string
  readonly name: string
  readonly empty_timeout: number
  readonly departure_timeout: number
  readonly max_participants: number
  readonly metadata: string
  emptySinceMs: number | null
  wasJoined: boolean
  readonly participants: Map<string, Participant>
}

interface Video {
  readonly roomCreate?: boolean
  readonly roomList?: boolean
  readonly roomAdmin?: boolean
  readonly roomJoin?: boolean
  readonly room?: string
  readonly canPublish?: boolean
  readonly canSubscribe?: boolean
  readonly canPublishData?: boolean
  readonly canPublishSources?: readonly string[]
}

/** What is said to it, of whatever types. */
interface Asked {
  readonly room?: string
  readonly identity?: string
  readonly name?: unknown
  readonly names?: unknown
  readonly emptyTimeout?: unknown
  readonly departureTimeout?: unknown
  readonly maxParticipants?: unknown
  readonly metadata?: unknown
  readonly permission?: unknown
}

/** `slow`: it takes the request and says nothing. `cut`: it does what it was asked, and the connection breaks. */
export type LiveKitFault = number | 'slow' | 'cut' | 'none'

/** For so long it takes a token that has ended. */
const leewaySeconds = 60

const permissionOf = (video: Video): Permission => ({
  can_subscribe: video.canSubscribe ?? true,
  can_publish: video.canPublish ?? true,
  can_publish_data: video.canPublishData ?? video.canPublish ?? true,
  can_publish_sources: (video.canPublishSources ?? []).map((each) => each.toUpperCase()),
})

class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
const noRoom = () => new Refused(404, 'not_found', 'twirp error unknown: requested room does not exist')
const noParticipant = () => new Refused(404, 'not_found', 'twirp error unknown: participant does not exist')
const denied = () => new Refused(401, 'unauthenticated', 'permissions denied')

/**
 * The part of livekit-server 1.9.12 by which rooms are made and people join, read in its source and compared with it: Twirp in JSON, who may
 * do what by the grants of a token, tokens that stay good whatever becomes of whom they were given to, and that are renewed for ten minutes
 * for whoever is in; rooms that end when they are empty; a second presence of one identity.
 */
export async function startLiveKit({
  apiKey = 'devkey',
  apiSecret = 'secretsecretsecretsecretsecretsecretsecret',
  isAutoCreating = false,
}: {
  readonly apiKey?: string
  readonly apiSecret?: string
  /** `room.auto_create`, which is on unless it is turned off. */
  readonly isAutoCreating?: boolean
} = {}) {
  const key = new TextEncoder().encode(apiSecret)
  const rooms = new Map<string, Room>()
  const faults: LiveKitFault[] = []
  const seen: string[] = []
  let count = 0

  const sign = (claims: object, seconds: number) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(apiKey)
      .setNotBefore(new Date())
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)

  function roomOf(name: string): Room | null {
    const room = rooms.get(name)
    if (!room) return null
    const seconds = room.wasJoined ? room.departure_timeout : room.empty_timeout
    if (room.emptySinceMs === null || Date.now() - room.emptySinceMs < seconds * 1000) return room
    rooms.delete(name)
    return null
  }

  function makeRoom(name: string, given: Asked = {}): Room {
    const found = roomOf(name)
    if (found) return found
    const room: Room = {
      sid: `RM_${++count}`,
      name,
      empty_timeout: Number(given.emptyTimeout ?? 300),
      departure_timeout: Number(given.departureTimeout ?? 20),
      max_participants: Number(given.maxParticipants ?? 0),
      metadata: String(given.metadata ?? ''),
      emptySinceMs: Date.now(),
      wasJoined: false,
      participants: new Map(),
    }
    rooms.set(name, room)
    return room
  }

  function leave(room: Room, participant: Participant): void {
    if (room.participants.get(participant.identity) !== participant) return
    room.participants.delete(participant.identity)
    if (room.participants.size === 0) room.emptySinceMs = Date.now()
    participant.socket.close()
  }

  /** The claims of a token. The server says the token that it does not like. */
  async function claimsOf(request: IncomingMessage): Promise<{ video: Video; identity: string }> {
    const header = request.headers.authorization
    if (header !== undefined && !header.startsWith('Bearer '))
      throw new Refused(401, '', 'invalid authorization header. Must start with Bearer ')
    const token = header?.slice(7) ?? new URL(request.url ?? '/', 'http://x').searchParams.get('access_token')
    if (!token) throw denied()
    let issuer: string | undefined
    try {
      issuer = decodeJwt(token).iss
    } catch {
      throw new Refused(401, '', 'invalid authorization token')
    }
    if (issuer !== apiKey) throw new Refused(401, '', `invalid API key: ${issuer}`)
    try {
      const { payload } = await jwtVerify<{ video?: Video }>(token, key, {
        clockTolerance: leewaySeconds,
        requiredClaims: ['exp'],
      })
      return { video: payload.video ?? {}, identity: payload.sub ?? '' }
    } catch (error) {
      throw new Refused(401, '', `invalid token: ${token}, error: ${error}`)
    }
  }

  const shown = ({ emptySinceMs: _, wasJoined: __, participants, ...room }: Room) => ({
    ...room,
    creation_time: '0',
    turn_password: 'a password of the room',
    num_participants: participants.size,
  })
  const person = ({ sid, identity, permission }: Participant) => ({
    sid,
    identity,
    state: 'JOINED',
    permission,
  })

  const calls: Readonly<Record<string, (video: Video, asked: Asked) => object>> = {
    CreateRoom(video, asked) {
      if (!video.roomCreate) throw denied()
      if (String(asked.name).length > 256)
        throw new Refused(400, 'invalid_argument', 'twirp error unknown: room name length exceeds limits')
      for (const count of [asked.emptyTimeout, asked.departureTimeout, asked.maxParticipants])
        if (count !== undefined && (!Number.isInteger(count) || Number(count) < 0)) throw new RangeError()
      return shown(makeRoom(String(asked.name), asked))
    },
    ListRooms(video, { names }) {
      if (!video.roomList) throw denied()
      const all = [...rooms.keys()].flatMap((name) => roomOf(name) ?? [])
      const asked = Array.isArray(names) && names.length > 0 ? names : null
      return { rooms: all.filter(({ name }) => asked?.includes(name) ?? true).map(shown) }
    },
    DeleteRoom(video, { room: name = '' }) {
      if (!video.roomCreate) throw denied()
      const room = roomOf(name)
      if (!room) throw noRoom()
      rooms.delete(name)
      for (const each of [...room.participants.values()]) leave(room, each)
      return {}
    },
    ListParticipants(video, { room: name = '' }) {
      if (!video.roomAdmin || video.room !== name) throw denied()
      return { participants: [...(roomOf(name)?.participants.values() ?? [])].map(person) }
    },
    GetParticipant: (video, asked) => person(named(video, asked).participant),
    RemoveParticipant(video, asked) {
      const { room, participant } = named(video, asked)
      leave(room, participant)
      return {}
    },
    UpdateParticipant(video, asked) {
      const { participant } = named(video, asked)
      const given = asked.permission as
        | {
            canSubscribe?: boolean
            canPublish?: boolean
            canPublishData?: boolean
            canPublishSources?: string[]
          }
        | undefined
      if (given)
        participant.permission = {
          can_subscribe: given.canSubscribe ?? false,
          can_publish: given.canPublish ?? false,
          can_publish_data: given.canPublishData ?? false,
          can_publish_sources: given.canPublishSources ?? [],
        }
      return person(participant)
    },
  }
  function named(video: Video, { room: name = '', identity = '' }: Asked) {
    if (!video.roomAdmin || video.room !== name) throw denied()
    const room = roomOf(name)
    const participant = room?.participants.get(identity)
    if (!room || !participant) throw noParticipant()
    return { room, participant }
  }

  /** What stands between a token and a room, before anybody is in. */
  async function admit(request: IncomingMessage) {
    const { video, identity } = await claimsOf(request)
    if (!video.roomJoin) throw denied()
    if (!video.room) throw new Refused(400, '', 'no room name')
    if (identity === '') throw new Refused(400, '', 'identity cannot be empty')
    const publish = new URL(request.url ?? '/', 'http://x').searchParams.get('publish')
    if (publish && video.canPublish === false) throw denied()
    if (!isAutoCreating && !roomOf(video.room)) throw noRoom()
    return { video, identity: publish ? `${identity}#${publish}` : identity, name: video.room }
  }

  const refuse = (response: ServerResponse, { status, code, message }: Refused) =>
    response
      .writeHead(status, { 'content-type': code ? 'application/json' : 'text/plain; charset=utf-8' })
      .end(code ? JSON.stringify({ code, msg: message }) : message)

  const server = createServer(async (request, response): Promise<unknown> => {
    const body = await text(request)
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const method = /^\/twirp\/livekit\.RoomService\/(\w+)$/.exec(pathname)?.[1]
    seen.push(method ?? pathname)
    const fault = faults.shift()
    if (fault === 'slow') return null
    if (typeof fault === 'number')
      return refuse(
        response,
        new Refused(fault, 'unavailable', `the server is busy with ${request.headers.authorization}`),
      )
    try {
      if (pathname === '/rtc/validate') {
        await admit(request)
        return response.end('success')
      }
      const call = calls[method ?? '']
      if (request.method !== 'POST' || !call)
        throw new Refused(404, 'bad_route', `no handler for path ${pathname}`)
      const { video } = await claimsOf(request)
      const answer = JSON.stringify(call(video, JSON.parse(body)))
      if (fault === 'cut') return response.socket?.destroy()
      return response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
    } catch (error) {
      if (!(error instanceof Refused))
        return refuse(response, new Refused(400, 'malformed', 'the json request could not be decoded'))
      const { status, message } = error
      return refuse(response, pathname.startsWith('/rtc') ? new Refused(status, '', message) : error)
    }
  })

  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', async (request, socket, head): Promise<unknown> => {
    const turnAway = (status: number) => socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n`)
    if (new URL(request.url ?? '/', 'http://x').pathname !== '/rtc') return turnAway(404)
    const admitted = await admit(request).catch((error: Refused) => error)
    if (admitted instanceof Refused) return turnAway(admitted.status)
    const { video, identity, name } = admitted
    const room = makeRoom(name)
    const others = [...room.participants.keys()].filter((each) => each !== identity)
    if (room.max_participants > 0 && others.length >= room.max_participants) return turnAway(500)
    return sockets.handleUpgrade(request, socket, head, async (opened) => {
      const before = room.participants.get(identity)
      const participant = {
        sid: `PA_${++count}`,
        identity,
        video,
        permission: permissionOf(video),
        socket: opened,
      }
      room.participants.set(identity, participant)
      room.emptySinceMs = null
      room.wasJoined = true
      before?.socket.close()
      opened.on('close', () => leave(room, participant))
      // A `SignalResponse` of its first kind, that one is in, and of its sixteenth, a token to come again with.
      opened.send(Buffer.from([0x0a, 0x00]))
      const token = Buffer.from(await sign({ video }, 600).setSubject(identity).sign(key))
      opened.send(
        Buffer.concat([Buffer.from([0x82, 0x01, (token.length & 0x7f) | 0x80, token.length >> 7]), token]),
      )
    })
  })

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    apiSecret,
    /** Methods and paths, in the order in which they were asked for. */
    seen: seen as readonly string[],
    fail: (...given: readonly LiveKitFault[]) => void faults.push(...given),
    /** What it would post, as it signs it. */
    async report(event: object, seconds = 300, secret: Uint8Array = key) {
      const body = JSON.stringify({
        id: `EV_${++count}`,
        createdAt: String(Math.floor(Date.now() / 1000)),
        ...event,
      })
      const sha256 = createHash('sha256').update(body).digest('base64')
      return { body, authorization: await sign({ sha256 }, seconds).sign(secret) }
    },
    async stop() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
