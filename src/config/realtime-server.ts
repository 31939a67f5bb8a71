import { z } from 'zod'
import { area } from './area.ts'
import { origin, wholeNumber } from './schemas.ts'

/** The published key of Microsoft’s emulator, so that either can take the place of the other. */
export const emulatorKey = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH'

export const realtimeServer = area({
  title: 'The server for devices as a process of its own',
  settings: {
    REALTIME_PORT: {
      schema: wholeNumber(0, 65_535),
      fallback: '8080',
      says: 'Where `npm run realtime` listens, which is the local server as a process of its own for several of this one.',
    },
    REALTIME_URL: {
      schema: origin,
      example: 'http://localhost:8080',
      says: 'Where `npm run realtime` is reached. Unset: http://localhost:REALTIME_PORT.',
    },
    REALTIME_EVENTS_URL: {
      schema: z.url(),
      example: 'http://localhost:7071/api/v1/realtime/events',
      says: 'Where `npm run realtime` tells of connections. Unset: below PUBLIC_URL.',
    },
    REALTIME_KEY: {
      schema: z.string().min(32),
      isSecret: true,
      says: 'The access key of the local server, for the service SDK. Unset: in this process a new one at each start; for `npm run realtime` outside production the one of Microsoft’s emulator.',
    },
  },
  owns: ['REALTIME_'],
  read: (values) => ({ secrets: { realtimeKey: values.REALTIME_KEY } }),
})
