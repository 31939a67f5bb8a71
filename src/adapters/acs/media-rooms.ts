import { CommunicationIdentityClient } from '@azure/communication-identity'
import { type ParticipantRole, RoomsClient, type RoomsClientOptions } from '@azure/communication-rooms'
import type { TokenCredential } from '@azure/identity'
import type { Clock } from '../../ports/clock.ts'
import {
  checkRoom,
  checkSeat,
  type MediaRights,
  MediaRoomGone,
  type MediaRooms,
} from '../../ports/media-rooms.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const mostParticipants = 50

/** No token of the service lasts less. */
export const leastMinutes = 60

/** Never `Presenter`, which mutes and removes others, and dials out. Who may not speak shares no screen: there is no such role. */
function roleOf({ canSpeak, canShareScreen }: MediaRights): ParticipantRole {
  if (!canSpeak) return 'Consumer'
  return canShareScreen ? 'Collaborator' : 'Attendee'
}

interface Named {
  readonly id: string
  readonly most: number
  readonly endsAtMs: number
}

/** The service keeps neither how many may be in nor a name: both are in what the room is asked for by. */
const nameOf = (name: string, { id, most, endsAtMs }: Named): string => [name, id, most, endsAtMs].join('.')

function read(room: string): Named | null {
  const [, id, most, endsAtMs] = /^[\w-]{1,64}\.([\w-]{1,100})\.(\d{1,3})\.(\d{1,16})$/.exec(room) ?? []
  return id === undefined ? null : { id, most: Number(most), endsAtMs: Number(endsAtMs) }
}

const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null

/** What went wrong, without the request that it happened to. */
function unavailable(error: unknown): PortUnavailable {
  const status = statusOf(error)
  const name = error instanceof Error ? error.name : typeof error
  const said = status === null ? name : `it answered ${status}`
  return new PortUnavailable('mediaRooms', { cause: new Error(`Azure Communication Services: ${said}`) })
}

/**
 * Rooms of Azure Communication Services: who may be in is a list that the service keeps, and each device in a call is an identity of its own,
 * made for that call and deleted with it. Tokens last an hour at least, and are good for joining calls alone.
 */
export function createAcsMediaRooms({
  clock,
  endpoint,
  credential,
  patienceMs = 10_000,
  options = {},
}: {
  readonly clock: Clock
  readonly endpoint: string
  readonly credential: TokenCredential | { readonly key: string }
  readonly patienceMs?: number
  readonly options?: RoomsClientOptions
}): MediaRooms {
  const once = { retryOptions: { maxRetries: 0 }, ...options }
  const identities =
    'getToken' in credential
      ? new CommunicationIdentityClient(endpoint, credential, once)
      : new CommunicationIdentityClient(endpoint, credential, once)
  // Its version 1.2.0 takes what can sign in for its options, and forgets the options.
  const signsIn =
    'getToken' in credential ? { ...once, getToken: credential.getToken.bind(credential) } : credential
  const rooms = new RoomsClient(endpoint, signsIn, once)

  /** Null where what it is about is not there. */
  async function askAbout<T>(
    work: (within: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T | null> {
    try {
      return await work({ abortSignal: AbortSignal.timeout(patienceMs) })
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw unavailable(error)
    }
  }

  async function ask<T>(work: Parameters<typeof askAbout<T>>[0]): Promise<T> {
    const answer = await askAbout(work)
    if (answer === null) throw unavailable(Object.assign(new Error(), { statusCode: 404 }))
    return answer
  }

  /** Who may be in. */
  const listed = ({ id }: Named) =>
    askAbout(async (within) => {
      const seats: string[] = []
      for await (const { id: who } of rooms.listParticipants(id, within))
        if (who.kind === 'communicationUser') seats.push(who.communicationUserId)
      return seats
    })

  /** Whether there is a room to be listed in. */
  const list = async ({ id }: Named, seat: string, rights: MediaRights): Promise<boolean> =>
    (await askAbout(async (within) => {
      const participant = { id: { communicationUserId: seat }, role: roleOf(rights) }
      await rooms.addOrUpdateParticipants(id, [participant], within)
      return true
    })) ?? false

  const strike = ({ id }: Named, seat: string) =>
    askAbout((within) => rooms.removeParticipants(id, [{ communicationUserId: seat }], within))

  /** And with it all tokens that it was given. */
  const forget = (seat: string) =>
    askAbout((within) => identities.deleteUser({ communicationUserId: seat }, within))

  const lasting = { tokenExpiresInMinutes: leastMinutes }

  async function newSeat(room: Named, rights: MediaRights, isFull: boolean) {
    const { user, token, expiresOn } = await ask((within) =>
      identities.createUserAndToken(['voip.join'], { ...lasting, ...within }),
    )
    const seat = user.communicationUserId
    try {
      if (!isFull) {
        if (!(await list(room, seat, rights))) throw new MediaRoomGone()
        const seats = (await listed(room)) ?? []
        if (seats.length <= room.most) return { seat, token, expiresOn }
        await strike(room, seat)
      }
    } catch (error) {
      await forget(seat).catch(() => {})
      throw error
    }
    // One more than fit: what it is given opens nothing, and nothing is left of it.
    await forget(seat)
    return { seat, token, expiresOn }
  }

  async function sameSeat(room: Named, seat: string, rights: MediaRights) {
    if (!(await list(room, seat, rights))) throw new MediaRoomGone()
    const user = { communicationUserId: seat }
    const given = await ask((within) => identities.getToken(user, ['voip.join'], { ...lasting, ...within }))
    return { seat, ...given }
  }

  return {
    kind: 'rooms',
    maxParticipants: mostParticipants,
    async open(room) {
      checkRoom(room, mostParticipants)
      const validUntil = new Date(room.endsAt)
      const { id } = await ask((within) =>
        rooms.createRoom({ validUntil, pstnDialOutEnabled: false, ...within }),
      )
      return nameOf(room.name, { id, most: room.maxParticipants, endsAtMs: validUntil.getTime() })
    },
    async access(request) {
      checkSeat(request)
      const room = read(request.room)
      if (!room || clock.now() >= room.endsAtMs) throw new MediaRoomGone()
      const seats = await listed(room)
      if (!seats) throw new MediaRoomGone()
      const { seat: before, rights } = request
      const { seat, token, expiresOn } =
        before !== null && seats.includes(before)
          ? await sameSeat(room, before, rights)
          : await newSeat(room, rights, seats.length >= room.most)
      const untilMs = Math.min(expiresOn.getTime(), room.endsAtMs)
      return {
        seat,
        access: { kind: 'acs', roomId: room.id, token, userId: seat },
        expiresAt: new Date(untilMs).toISOString(),
      }
    },
    async allow(name, seat, rights) {
      const room = read(name)
      // Whoever is not listed any more would be listed by it.
      if (room && (await listed(room))?.includes(seat)) await list(room, seat, rights)
    },
    async expel(name, seat) {
      const room = read(name)
      if (!room) return
      await strike(room, seat)
      await forget(seat)
    },
    async close(name) {
      const room = read(name)
      if (!room) return
      // The list goes with the room: whoever of it is not deleted before is there for ever.
      await Promise.all(((await listed(room)) ?? []).map(forget))
      await askAbout((within) => rooms.deleteRoom(room.id, within))
    },
    heard: async () => null,
  }
}
