import { mediaRoomsContract } from '../../../test/contracts/media-rooms.contract.ts'
import { createManualClock } from './clock.ts'
import { createMemoryMediaRooms } from './media-rooms.ts'

mediaRoomsContract('memory', 'rooms', async () => {
  const clock = createManualClock()
  const rooms = createMemoryMediaRooms({ clock })
  return {
    rooms,
    now: clock.now,
    pass: (ms) => clock.advance(ms),
    join: async (access) => access.kind === 'livekit' && rooms.join(access.token),
    rightsOf: async (room, seat) => rooms.rightsOf(room, seat),
  }
})
