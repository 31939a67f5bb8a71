import { createMemoryMediaRooms } from '../../src/adapters/memory/media-rooms.ts'
import { createMeshMediaRooms } from '../../src/adapters/mesh/media-rooms.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { MediaRooms } from '../../src/ports/media-rooms.ts'
import type { Native } from './native.ts'

export async function openMediaRooms(
  { mediaRooms }: Config,
  {
    turnSecret,
    liveKitApiKey: apiKey,
    liveKitApiSecret: apiSecret,
    communicationServicesAccessKey: key,
  }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<MediaRooms> {
  switch (mediaRooms.kind) {
    case 'memory':
      return createMemoryMediaRooms({ clock })
    case 'mesh': {
      const { turnUrls, isRelayOnly } = mediaRooms
      const turn = turnSecret === undefined ? null : { urls: turnUrls, secret: turnSecret }
      return createMeshMediaRooms({ clock, turn, isRelayOnly })
    }
    case 'acs': {
      const { createAcsMediaRooms } = await import('../../src/adapters/acs/media-rooms.ts')
      const credential = key === undefined ? await native.createAzureCredential() : { key }
      return createAcsMediaRooms({ clock, endpoint: mediaRooms.endpoint, credential })
    }
    case 'livekit': {
      const { createLiveKitMediaRooms } = await import('../../src/adapters/livekit/media-rooms.ts')
      return createLiveKitMediaRooms({ clock, url: mediaRooms.url, apiKey, apiSecret })
    }
  }
}
