import { AccessToken, type Room, RoomServiceClient, TrackSource } from 'livekit-server-sdk'
import type { Clock } from '../../ports/clock.ts'
import {
  checkRoom,
  checkSeat,
  type MediaRights,
  MediaRoomGone,
  type MediaRooms,
} from '../../ports/media-rooms.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createReadReport } from './read-report.ts'

const mostParticipants = 50

/** How often one room can move. Whoever wants to move it once more finds it closed. */
const mostMoves = 64

/** For so long the server takes a token that has ended. */
const leewaySeconds = 60

const speaking = [TrackSource.CAMERA, TrackSource.MICROPHONE]
const sharing = [TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO]

const grantOf = ({ canSpeak, canShareScreen }: MediaRights) => ({
  canSubscribe: true,
  canPublish: canSpeak || canShareScreen,
  canPublishSources: [...(canSpeak ? speaking : []), ...(canShareScreen ? sharing : [])],
  canPublishData: false,
})

const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null

const isGone = (error: unknown): boolean => statusOf(error) === 404

/** What went wrong, without what was said about it: the server repeats the token that it does not like. */
function unavailable(error: unknown): PortUnavailable {
  const { name, cause } = error instanceof Error ? error : { name: typeof error, cause: undefined }
  const code = cause instanceof Error && 'code' in cause ? ` ${cause.code}` : ''
  const status = statusOf(error)
  const said = status === null ? `LiveKit: ${name}${code}` : `LiveKit answered ${status}`
  return new PortUnavailable('mediaRooms', { cause: new Error(said) })
}

async function ask<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw unavailable(error)
  }
}

async function askAbout<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (isGone(error)) return null
    throw unavailable(error)
  }
}

/**
 * LiveKit, one's own or in its cloud. What it has given it cannot take back: who is removed comes in again with the same token, or with the
 * one that it was handed while it was in, which lasts for ten minutes. A room that somebody is expelled from therefore moves: it is deleted,
 * and the others find themselves in another one as soon as they ask for access again. Which one is the last is known to the server alone.
 *
 * Nobody is sent away by the server when a room has ended: whoever keeps the call has to close it.
 */
export function createLiveKitMediaRooms({
  clock,
  url,
  apiKey,
  apiSecret,
  patienceMs = 5_000,
}: {
  readonly clock: Clock
  /** `wss://…`, as devices are told it. */
  readonly url: string
  readonly apiKey: string
  readonly apiSecret: string
  readonly patienceMs?: number
}): MediaRooms {
  const http = url.replace(/^ws/, 'http')
  // Another region may be another country.
  const client = new RoomServiceClient(http, apiKey, apiSecret, {
    requestTimeout: patienceMs / 1000,
    failover: false,
  })

  async function tokenFor(room: string, identity: string, rights: MediaRights, ttl: number): Promise<string> {
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl })
    token.addGrant({ roomJoin: true, room, ...grantOf(rights) })
    return token.toJwt()
  }

  const nameOf = (room: string, move: number): string => (move === 0 ? room : `${room}.${move}`)
  const moveOf = ({ name }: Room): number => Number(name.split('.')[1] ?? 0)

  /** As far as the room has moved, the last one first. More than one while somebody moves it. */
  async function existing(room: string): Promise<Room[]> {
    const names = Array.from({ length: mostMoves + 1 }, (_, move) => nameOf(room, move))
    const rooms = await ask(client.listRooms(names))
    return rooms.sort((one, other) => moveOf(other) - moveOf(one))
  }

  /** Left empty it stays until its end: between two who come, or while the last one is gone for a moment, nothing is lost. */
  async function create(name: string, maxParticipants: number, endsAt: string): Promise<void> {
    const seconds = Math.max(1, Math.ceil((Date.parse(endsAt) - clock.now()) / 1000))
    await ask(
      client.createRoom({
        name,
        maxParticipants,
        emptyTimeout: seconds,
        departureTimeout: seconds,
        metadata: endsAt,
      }),
    )
  }

  const remove = (rooms: readonly Room[]) =>
    Promise.all(rooms.map(({ name }) => askAbout(client.deleteRoom(name))))

  async function current(room: string): Promise<Room | null> {
    const [last] = await existing(room)
    if (last === undefined || clock.now() < Date.parse(last.metadata)) return last ?? null
    await close(room)
    return null
  }

  async function close(room: string): Promise<void> {
    await remove(await existing(room))
  }

  /** A device that says `publish` when it joins is there a second time, by this name. */
  async function presences(room: Room, seat: string): Promise<string[]> {
    const participants = (await askAbout(client.listParticipants(room.name))) ?? []
    return participants.map(({ identity }) => identity).filter((each) => each.split('#')[0] === seat)
  }

  let refusesUnknownRooms = false
  /** A server that makes each room that is asked for makes the one again that was closed. */
  async function checkServer(): Promise<void> {
    if (refusesUnknownRooms) return
    const nowhere = crypto.randomUUID()
    const rights = { canSpeak: false, canShareScreen: false }
    const authorization = `Bearer ${await tokenFor(nowhere, nowhere, rights, 60)}`
    const { status } = await ask(
      fetch(new URL('/rtc/validate', http), {
        headers: { authorization },
        signal: AbortSignal.timeout(patienceMs),
      }),
    )
    refusesUnknownRooms = status === 404
    if (refusesUnknownRooms) return
    const said =
      status === 200
        ? 'LiveKit lets people into rooms that nobody opened: set room.auto_create to false there'
        : `LiveKit answered ${status} about a room that is not there`
    throw new PortUnavailable('mediaRooms', { cause: new Error(said) })
  }

  async function allow(room: Room, seat: string, rights: MediaRights): Promise<void> {
    const permission = grantOf(rights)
    for (const identity of await presences(room, seat))
      await askAbout(client.updateParticipant(room.name, identity, { permission }))
  }

  return {
    kind: 'rooms',
    maxParticipants: mostParticipants,
    async open(room) {
      checkRoom(room, mostParticipants)
      await checkServer()
      if ((await existing(room.name)).length === 0) await create(room.name, room.maxParticipants, room.endsAt)
      return room.name
    },
    async access(request) {
      checkSeat(request)
      const room = await current(request.room)
      if (!room) throw new MediaRoomGone()
      const leftSeconds = Math.floor((Date.parse(room.metadata) - clock.now()) / 1000)
      const ttl = Math.max(1, Math.min(request.ttlSeconds, leftSeconds) - leewaySeconds)
      const expiresAt = new Date(clock.now() + (ttl + leewaySeconds) * 1000).toISOString()
      if (request.seat !== null) await allow(room, request.participant, request.rights)
      const token = await tokenFor(room.name, request.participant, request.rights, ttl)
      return { seat: request.participant, access: { kind: 'livekit', url, token }, expiresAt }
    },
    async allow(name, seat, rights) {
      const room = await current(name)
      if (room) await allow(room, seat, rights)
    },
    async expel(name, seat) {
      const rooms = await existing(name)
      const [room] = rooms
      if (!room) return
      for (const identity of await presences(room, seat))
        await askAbout(client.removeParticipant(room.name, identity))
      const move = moveOf(room) + 1
      if (move <= mostMoves) await create(nameOf(name, move), room.maxParticipants, room.metadata)
      await remove(rooms)
    },
    close,
    heard: createReadReport({
      apiKey,
      apiSecret,
      async nameNow(room) {
        const [last] = await existing(room)
        return last?.name ?? null
      },
      async sessionOf(room, seat) {
        return (await askAbout(client.getParticipant(room, seat)))?.sid ?? null
      },
    }),
  }
}
