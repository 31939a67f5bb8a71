import { WebhookReceiver } from 'livekit-server-sdk'
import type { MediaReport, MediaRooms } from '../../ports/media-rooms.ts'

const eventOf = {
  participant_joined: 'joined',
  participant_left: 'left',
  participant_connection_aborted: 'left',
  room_finished: 'closed',
} as const

const isOfUse = (event: string): event is keyof typeof eventOf => Object.hasOwn(eventOf, event)

/**
 * Reads what LiveKit posts. It is signed with a token for five minutes over the hash of what it says; within them it may come again, and
 * in any order. So the server is asked whether it is still so.
 */
export function createReadReport({
  apiKey,
  apiSecret,
  nameNow,
  sessionOf,
}: {
  readonly apiKey: string
  readonly apiSecret: string
  /** Under which name the server has this room now; null where it has none. */
  readonly nameNow: (room: string) => Promise<string | null>
  /** Which session somebody in a room has; null where they are not in. */
  readonly sessionOf: (name: string, seat: string) => Promise<string | null>
}): MediaRooms['heard'] {
  const receiver = new WebhookReceiver(apiKey, apiSecret)
  return async ({ body, authorization }): Promise<MediaReport | null> => {
    if (!authorization) return null
    const said = await receiver.receive(body, authorization).catch(() => null)
    const name = said?.room?.name ?? ''
    const room = /^([\w-]{1,64})(?:\.\d+)?$/.exec(name)?.[1]
    if (!said || room === undefined || !isOfUse(said.event)) return null
    const event = eventOf[said.event]
    const now = await nameNow(room)
    if (event === 'closed') return now === null ? { event, room, seat: null } : null
    const { identity: seat = '', sid } = said.participant ?? {}
    // A second presence of a device has a name with a `#`, and its coming and going is not the device's.
    if (!/^[\w-]{1,64}$/.test(seat) || (now !== null && now !== name)) return null
    const session = now === null ? null : await sessionOf(now, seat)
    // A session that has left does not come back: whoever is in by another one has come again since.
    const isSo = event === 'joined' ? session === sid : session === null || session === sid
    return isSo ? { event, room, seat } : null
  }
}
