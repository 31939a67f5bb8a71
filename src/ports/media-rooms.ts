/** What one device may send. Everybody who is in hears and sees the others. */
export interface MediaRights {
  /** Sound and picture. */
  readonly canSpeak: boolean
  readonly canShareScreen: boolean
}

export interface NewMediaRoom {
  /** 1 to 64 of `A-Z a-z 0-9 _ -`. Names one call, and says nothing of it. */
  readonly name: string
  readonly maxParticipants: number
  /**
   * ISO time in UTC from which it lets nobody in any more, at most a day away. Not every service sends away who is in then: whoever
   * keeps the call closes the room.
   */
  readonly endsAt: string
}

export interface SeatRequest {
  /** What `open` answered. */
  readonly room: string
  /** 1 to 64 of `A-Z a-z 0-9 _ -`: one device in one call. No person, no name. */
  readonly participant: string
  /** The seat this participant was given before, if any: it is then the same one. */
  readonly seat: string | null
  readonly rights: MediaRights
  /** 1 to 3,600. */
  readonly ttlSeconds: number
}

export interface IceServer {
  readonly urls: readonly string[]
  readonly username: string
  readonly credential: string
}

/** What a device needs to join. Whoever has it can join: it is a secret, and in no log. */
export type MediaAccess =
  | {
      /** Devices talk to each other, and find each other by signals that somebody else carries. */
      readonly kind: 'mesh'
      readonly iceServers: readonly IceServer[]
      /** Everything goes through `iceServers`: no device learns where another one is. */
      readonly isRelayOnly: boolean
    }
  | { readonly kind: 'livekit'; readonly url: string; readonly token: string }
  | {
      readonly kind: 'acs'
      readonly roomId: string
      readonly token: string
      /** Who the token is for, as the service knows it. */
      readonly userId: string
    }

export interface Seat {
  /** How the room knows this participant, for as long as it is open. To be kept by whoever asks. */
  readonly seat: string
  readonly access: MediaAccess
  /** ISO time after which `access` lets nobody in; not before the time asked for has passed where a service has a least one. Whoever is in stays. */
  readonly expiresAt: string
}

/** What a service told of one of its rooms. */
export interface MediaReport {
  readonly event: 'joined' | 'left' | 'closed'
  readonly room: string
  /** Null for `closed`. */
  readonly seat: string | null
}

/** There is no such room, or no longer. */
export class MediaRoomGone extends Error {
  override readonly name = 'MediaRoomGone'
  constructor(options: { readonly cause?: unknown } = {}) {
    super('the room is gone', options)
  }
}

/**
 * Where the media of a call meets. It knows no person: a participant is an opaque name for one device in one call. Who
 * calls whom, and how that ends, is not its business. Nothing here records, and no adapter may switch on what does.
 *
 * `access` on a room that was closed, has ended or never was is `MediaRoomGone`. Whatever cannot be done is
 * `PortUnavailable('mediaRooms')`; it may have been done then, and may be tried again.
 */
export interface MediaRooms {
  /** `mesh`: devices meet each other, and nobody can make them stop. `rooms`: they meet in a service that can. */
  readonly kind: 'mesh' | 'rooms'
  /** In one room at once. */
  readonly maxParticipants: number
  /**
   * Answers the room, by which it is asked for from then on. Asked twice with one name, also at the same time, it answers
   * one room twice, or two rooms: whoever asks keeps one and closes the other. Nobody is in it.
   */
  open(room: NewMediaRoom): Promise<string>
  /**
   * A place in the room for one device, good for joining and for nothing else. Asked again with the seat it is the same
   * place, with these rights.
   */
  access(request: SeatRequest): Promise<Seat>
  /**
   * What somebody may send from now on. `rooms`: when it resolves they send nothing else; who is not in yet may still come
   * with the rights that their access was given, until they are allowed others again. `mesh`: nothing happens, the devices
   * have to be told. No failure where the seat or the room is gone.
   */
  allow(room: string, seat: string, rights: MediaRights): Promise<void>
  /**
   * `rooms`: when it resolves they hear and send nothing more, and what they were given opens nothing. The others may be
   * put out too, by a service that cannot take back what it gave: they ask for access again, with their seat, and go on.
   * `mesh`: nothing happens, the others have to be told. No failure where the seat or the room is gone.
   */
  expel(room: string, seat: string): Promise<void>
  /** `rooms`: when it resolves everybody is out, and nothing that was given opens anything. Idempotent. */
  close(room: string): Promise<void>
  /**
   * What a service says of itself, if it is really that service who says it, it is still so, and we have a use for it; else null.
   * Said twice or late it is no harm.
   */
  heard(report: { readonly body: string; readonly authorization: string | null }): Promise<MediaReport | null>
}

/** Every adapter checks with this what it is asked to open. */
export function checkRoom({ name, maxParticipants }: NewMediaRoom, most: number): void {
  if (!/^[\w-]{1,64}$/.test(name)) throw new RangeError('a room has a name of 1 to 64 plain characters')
  if (!Number.isInteger(maxParticipants) || maxParticipants < 1 || maxParticipants > most)
    throw new RangeError(`a room has 1 to ${most} participants`)
}

/** Every adapter checks with this who asks for a seat. */
export function checkSeat({ participant, ttlSeconds }: SeatRequest): void {
  if (!/^[\w-]{1,64}$/.test(participant)) throw new RangeError('a participant has 1 to 64 plain characters')
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > 3_600)
    throw new RangeError('a seat is offered for 1 to 3,600 seconds')
}
