import { RoomServiceClient, TrackSource } from 'livekit-server-sdk'
import { WebSocket } from 'ws'
import type { MediaAccess, MediaRights } from '../../src/ports/media-rooms.ts'

/** Devices without media in front of LiveKit, the real one or what stands in for it: they join, and stay. */
export function createLiveKitDevices(given: {
  readonly url: string
  readonly apiKey: string
  readonly apiSecret: string
}) {
  const client = new RoomServiceClient(given.url, given.apiKey, given.apiSecret)
  const open = new Set<WebSocket>()

  /** In, with the tokens that one is then handed; null for whoever is not let in. */
  function enter(url: string, token: string, more = ''): Promise<{ readonly tokens: string[] } | null> {
    const socket = new WebSocket(`${url}/rtc?protocol=15&auto_subscribe=1${more}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const tokens: string[] = []
    return new Promise((resolve) => {
      socket.on('message', (message) => {
        tokens.push(...(String(message).match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []))
        open.add(socket)
        // The token is on its way right behind, or within what came first.
        socket.ping(() => socket.once('pong', () => resolve({ tokens })))
      })
      socket.on('close', () => {
        open.delete(socket)
        resolve(null)
      })
      socket.on('error', () => resolve(null))
    })
  }

  async function participant(room: string, seat: string) {
    for (const { name } of await client.listRooms())
      if (name.split('.')[0] === room) {
        const found = (await client.listParticipants(name)).find(({ identity }) => identity === seat)
        if (found) return found
      }
    return null
  }

  return {
    client,
    enter,
    participant,
    join: async (access: MediaAccess) =>
      access.kind === 'livekit' && (await enter(access.url, access.token)) !== null,
    async rightsOf(room: string, seat: string): Promise<MediaRights | null> {
      const permission = (await participant(room, seat))?.permission
      if (!permission) return null
      const may = (...sources: TrackSource[]) =>
        permission.canPublish && sources.every((each) => permission.canPublishSources.includes(each))
      return {
        canSpeak: may(TrackSource.CAMERA, TrackSource.MICROPHONE),
        canShareScreen: may(TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO),
      }
    },
    close() {
      for (const socket of open) socket.terminate()
    },
  }
}
