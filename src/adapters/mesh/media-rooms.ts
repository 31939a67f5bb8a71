import type { Clock } from '../../ports/clock.ts'
import { checkRoom, checkSeat, type IceServer, type MediaRooms } from '../../ports/media-rooms.ts'

/** Each device sends to each other one: more than four is more than a telephone sends. */
export const mostInMesh = 4

export interface TurnServer {
  readonly urls: readonly string[]
  /** What coturn has as `static-auth-secret`. */
  readonly secret: string
}

const text = new TextEncoder()

/**
 * Devices that send to each other, with nobody between them but a TURN server where there is one. A device is let in
 * there by a name that ends, and the keyed hash of it, as coturn checks it with `use-auth-secret`
 * (draft-uberti-behave-turn-rest-00): nothing is asked of the server for it.
 */
export function createMeshMediaRooms({
  clock,
  turn,
  isRelayOnly,
}: {
  readonly clock: Clock
  readonly turn: TurnServer | null
  readonly isRelayOnly: boolean
}): MediaRooms {
  let key: Promise<CryptoKey> | undefined
  async function iceServer(
    { urls, secret }: TurnServer,
    participant: string,
    until: number,
  ): Promise<IceServer> {
    key ??= crypto.subtle.importKey('raw', text.encode(secret), { name: 'HMAC', hash: 'SHA-1' }, false, [
      'sign',
    ])
    const username = `${Math.floor(until / 1000)}:${participant}`
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await key, text.encode(username)))
    return { urls, username, credential: btoa(String.fromCharCode(...mac)) }
  }

  return {
    kind: 'mesh',
    maxParticipants: mostInMesh,
    async open(room) {
      checkRoom(room, mostInMesh)
      return room.name
    },
    async access(request) {
      checkSeat(request)
      const until = clock.now() + request.ttlSeconds * 1000
      const iceServers = turn ? [await iceServer(turn, request.participant, until)] : []
      return {
        seat: request.participant,
        access: { kind: 'mesh', iceServers, isRelayOnly: isRelayOnly && turn !== null },
        expiresAt: new Date(until).toISOString(),
      }
    },
    async allow() {},
    async expel() {},
    async close() {},
    heard: async () => null,
  }
}
