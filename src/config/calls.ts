import { z } from 'zod'
import { area } from './area.ts'
import { csv, onOrOff } from './schemas.ts'
import { server } from './server.ts'

const turnUrl = z
  .string()
  .regex(
    /^turns?:[A-Za-z0-9.-]+(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/,
    'must be such as turn:turn.example.org:3478 or turns:turn.example.org:443?transport=tcp',
  )

export const calls = area({
  title: 'Calls',
  settings: {
    MEDIA_ROOMS: {
      schema: z.enum(['memory', 'mesh']),
      fallback: 'mesh',
      says: 'Where sound and picture of a call meet. mesh: devices send to each other, up to four. memory connects nobody and is refused in production.',
    },
    TURN_URL: {
      schema: csv.pipe(z.array(turnUrl).min(1).max(6)),
      example: 'turn:turn.example.org:3478,turns:turn.example.org:443?transport=tcp',
      says: 'A TURN server, by which devices reach each other where they cannot directly: its addresses, with commas between.',
    },
    TURN_SECRET: {
      schema: z.string().min(16, 'must be at least 16 characters'),
      isSecret: true,
      says: 'Goes with TURN_URL: what coturn has as static-auth-secret. Devices are given names that end within the hour.',
    },
    TURN_RELAY_ONLY: {
      schema: onOrOff,
      fallback: 'on',
      says: 'on: with TURN_URL everything goes through that server, and nobody learns the address of another. off: directly where that works.',
    },
  },
  owns: ['TURN_', 'MEDIA_ROOMS_'],
  read(values, { isSet, problem, read }) {
    if (isSet('TURN_URL') !== isSet('TURN_SECRET'))
      problem(['TURN_URL', 'TURN_SECRET'], 'set both, or neither')
    const kind = values.MEDIA_ROOMS
    if (kind === 'memory' && read(server).isProduction)
      problem('MEDIA_ROOMS', 'memory connects nobody and is refused in production. Leave it unset for mesh.')
    return {
      config: {
        mediaRooms: {
          kind,
          turnUrls: values.TURN_URL ?? [],
          isRelayOnly: values.TURN_RELAY_ONLY === 'on',
        },
      },
      secrets: { turnSecret: values.TURN_SECRET },
    }
  },
})
