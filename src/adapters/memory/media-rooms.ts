import { type Clock, stillLasts } from '../../ports/clock.ts'
import {
  checkRoom,
  checkSeat,
  type MediaRights,
  MediaRoomGone,
  type MediaRooms,
} from '../../ports/media-rooms.ts'

interface Room {
  readonly maxParticipants: number
  readonly endsAtMs: number
  readonly seats: Map<
    string,
    { rights: MediaRights; token: string; untilMs: number; ttlMs: number; isIn: boolean }
  >
}

export interface MemoryMediaRooms extends MediaRooms {
  /** Joins as a device would, with what `access` gave; false when it is let in nowhere. */
  join(token: string): boolean
  /** What somebody who is in may send; null for whoever is not in. */
  rightsOf(room: string, seat: string): MediaRights | null
  isOpen(room: string): boolean
}

/** A service for media without any media: who is in and what they may send. Its access has the shape of LiveKit's. */
export function createMemoryMediaRooms({
  clock,
  maxParticipants = 50,
}: {
  readonly clock: Clock
  readonly maxParticipants?: number
}): MemoryMediaRooms {
  const rooms = new Map<string, Room>()
  function roomOf(name: string): Room | null {
    const room = rooms.get(name)
    if (!room) return null
    if (clock.now() < room.endsAtMs) return room
    rooms.delete(name)
    return null
  }
  const seatOf = (room: string, seat: string) => roomOf(room)?.seats.get(seat)

  return {
    kind: 'rooms',
    maxParticipants,
    async open(room) {
      checkRoom(room, maxParticipants)
      if (!roomOf(room.name))
        rooms.set(room.name, {
          maxParticipants: room.maxParticipants,
          endsAtMs: Date.parse(room.endsAt),
          seats: new Map(),
        })
      return room.name
    },
    async access(request) {
      checkSeat(request)
      const room = roomOf(request.room)
      if (!room) throw new MediaRoomGone()
      const untilMs = clock.now() + request.ttlSeconds * 1000
      const token = crypto.randomUUID()
      const isIn = room.seats.get(request.participant)?.isIn ?? false
      room.seats.set(request.participant, {
        rights: request.rights,
        token,
        untilMs,
        ttlMs: request.ttlSeconds * 1000,
        isIn,
      })
      return {
        seat: request.participant,
        access: { kind: 'livekit', url: 'wss://media.example.org', token },
        expiresAt: new Date(untilMs).toISOString(),
      }
    },
    async allow(name, seat, rights) {
      const found = seatOf(name, seat)
      if (found) found.rights = rights
    },
    async expel(name, seat) {
      roomOf(name)?.seats.delete(seat)
    },
    async close(name) {
      rooms.delete(name)
    },
    heard: async () => null,
    join(token) {
      for (const name of rooms.keys()) {
        const room = roomOf(name)
        const seat = [...(room?.seats.values() ?? [])].find((each) => each.token === token)
        if (!room || !seat || !stillLasts(seat.untilMs, seat.ttlMs, clock.now())) continue
        const others = [...room.seats.values()].filter((each) => each.isIn && each !== seat)
        if (others.length >= room.maxParticipants) return false
        seat.isIn = true
        return true
      }
      return false
    },
    rightsOf(name, seat) {
      const found = seatOf(name, seat)
      return found?.isIn ? found.rights : null
    },
    isOpen: (name) => roomOf(name) !== null,
  }
}
