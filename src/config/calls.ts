import { z } from 'zod'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { mail } from './mail.ts'
import { anyText, csv, onOrOff } from './schemas.ts'
import { server } from './server.ts'

const turnUrl = z
  .string()
  .regex(
    /^turns?:[A-Za-z0-9.-]+(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/,
    'must be such as turn:turn.example.org:3478 or turns:turn.example.org:443?transport=tcp',
  )

/** Without a path, a query or a name to sign in with; in the clear on this machine alone. */
const liveKitUrl = z
  .string()
  .transform((text) => text.replace(/\/$/, ''))
  .refine(
    (text) => /^(?:wss:\/\/[\w.-]+|ws:\/\/(?:localhost|127\.0\.0\.1))(?::\d{1,5})?$/i.test(text),
    'must be such as wss://livekit.example.org',
  )

export const calls = area({
  title: 'Calls',
  settings: {
    MEDIA_ROOMS: {
      schema: z.enum(['memory', 'mesh', 'livekit', 'acs']),
      says: 'Where sound and picture of a call meet. Unset: livekit when its settings are there, otherwise mesh. mesh: devices send to each other, up to four. livekit: in a room of that server, which also expels. acs: in a room of Azure Communication Services, at COMMUNICATION_SERVICES_ENDPOINT; costs by the minute. memory connects nobody and is refused in production.',
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
    LIVEKIT_URL: {
      schema: liveKitUrl,
      example: 'wss://livekit.example.org',
      says: 'A LiveKit server, one’s own or in its cloud, which chooses MEDIA_ROOMS=livekit: as devices reach it. It has to have room.auto_create set to false.',
    },
    LIVEKIT_API_KEY: {
      schema: anyText,
      isSecret: true,
      says: 'Goes with LIVEKIT_URL: the name of a key of that server.',
    },
    LIVEKIT_API_SECRET: {
      schema: z.string().min(32, 'must be at least 32 characters'),
      isSecret: true,
      says: 'Goes with LIVEKIT_API_KEY. Whoever has it comes into every call.',
    },
  },
  owns: ['TURN_', 'MEDIA_ROOMS_', 'LIVEKIT_'],
  read(values, context) {
    const { isSet, problem, read } = context
    if (isSet('TURN_URL') !== isSet('TURN_SECRET'))
      problem(['TURN_URL', 'TURN_SECRET'], 'set both, or neither')
    const kind = chooseKind(
      context,
      'MEDIA_ROOMS',
      values.MEDIA_ROOMS,
      { livekit: ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'] },
      'mesh',
    )
    const { isProduction } = read(server)
    if (kind === 'memory' && isProduction)
      problem('MEDIA_ROOMS', 'memory connects nobody and is refused in production. Leave it unset for mesh.')
    if (isProduction && values.LIVEKIT_URL?.startsWith('ws:'))
      problem('LIVEKIT_URL', 'must be wss in production')
    const { communicationEndpoint } = read(mail)
    if (kind === 'acs' && !communicationEndpoint)
      problem('MEDIA_ROOMS', 'acs needs COMMUNICATION_SERVICES_ENDPOINT')
    return {
      config: {
        mediaRooms: {
          memory: { kind: 'memory' as const },
          mesh: {
            kind: 'mesh' as const,
            turnUrls: values.TURN_URL ?? [],
            isRelayOnly: values.TURN_RELAY_ONLY === 'on',
          },
          livekit: { kind: 'livekit' as const, url: values.LIVEKIT_URL ?? '' },
          acs: { kind: 'acs' as const, endpoint: communicationEndpoint ?? '' },
        }[kind],
      },
      secrets: {
        turnSecret: values.TURN_SECRET,
        liveKitApiKey: values.LIVEKIT_API_KEY ?? '',
        liveKitApiSecret: values.LIVEKIT_API_SECRET ?? '',
      },
    }
  },
})
