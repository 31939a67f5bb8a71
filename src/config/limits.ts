import { z } from 'zod'
import { area } from './area.ts'
import { callers } from './callers.ts'
import { files } from './files.ts'
import { wholeNumber } from './schemas.ts'

const perMinute = 60
const perHour = 3600
const perDay = 24 * perHour

/** What connections are held to, also where nothing else of this is read. */
export const connectionLimitsOf = (
  values: { readonly RATE_LIMIT_SCALE: number; readonly RATE_LIMIT_CONNECTIONS: number },
  { isDirect }: { readonly isDirect: boolean },
) => ({
  limitScale: values.RATE_LIMIT_SCALE,
  /** Of one address; scaled. What our own proxies open is not counted. */
  connectionsPerAddress: isDirect
    ? values.RATE_LIMIT_CONNECTIONS * values.RATE_LIMIT_SCALE
    : Number.POSITIVE_INFINITY,
})

export const limits = area({
  title: 'Rate limits',
  settings: {
    RATE_LIMIT_SCALE: {
      schema: z.coerce.number().positive(),
      fallback: '1',
      says: 'Multiplies every limit for everybody. Load tests set it high.',
    },
    RATE_LIMIT_PER_MINUTE: {
      schema: wholeNumber(1, 1e6),
      fallback: '100',
      says: 'Requests of one address, all routes.',
    },
    RATE_LIMIT_AUTH_PER_MINUTE: {
      schema: wholeNumber(1, 1e6),
      fallback: '5',
      says: 'Requests of one address to each password endpoint.',
    },
    RATE_LIMIT_CONNECTIONS: {
      schema: wholeNumber(1, 1e6),
      fallback: '500',
      says: 'Connections of one address at a time, of devices too. Behind our own proxies theirs to count.',
    },
    RATE_LIMIT_FORMS_PER_HOUR: {
      schema: wholeNumber(1, 1e6),
      fallback: '5',
      says: 'Forms sent from one address, all three kinds together.',
    },
  },
  owns: ['RATE_LIMIT_'],
  olderNames: {
    RATE_LIMIT_ENABLED: {
      instead: 'Limits are always on. Take it away; RATE_LIMIT_SCALE multiplies all of them.',
    },
    RATE_LIMIT_STORE: { instead: 'Limits are counted in the cache. Take it away and set CACHE.' },
  },
  read(values, { read }) {
    const scale = values.RATE_LIMIT_SCALE
    const limited = (name: string, count: number, windowSeconds: number) => ({
      name,
      requests: count * scale,
      windowSeconds,
      /** While the shared cache is down each process counts for itself. */
      requestsWhenAlone: count * scale,
    })
    const auth = limited('auth', values.RATE_LIMIT_AUTH_PER_MINUTE, perMinute)
    return {
      limited,
      config: connectionLimitsOf(values, read(callers)),
      app: {
        limits: {
          general: limited('all', values.RATE_LIMIT_PER_MINUTE, perMinute),
          auth: { ...auth, requestsWhenAlone: Math.ceil(auth.requests / 2) },
          shares: limited('shares', 20, perMinute),
          newShares: limited('new-shares', 10, perDay),
          unsubscribe: limited('unsubscribe', 20, perHour),
          negotiate: limited('negotiate', 10, perMinute),
          avatars: limited('avatars', values.RATE_LIMIT_PER_MINUTE * 10, perMinute),
          forms: limited('forms', values.RATE_LIMIT_FORMS_PER_HOUR, perHour),
          anonymousUploads: limited('anonymous-uploads', read(files).anonymousPerHour, perHour),
        },
      },
    }
  },
})
