import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { area } from './area.ts'
import { files } from './files.ts'
import { json, wholeNumber } from './schemas.ts'

const TrustedSites = json('must be JSON').pipe(
  z.array(
    z.strictObject({
      name: z.string().min(1).max(80),
      networks: z
        .array(z.string().refine(ipaddr.isValidCIDR, { message: 'must be a CIDR such as 203.0.113.0/24' }))
        .min(1),
      scale: z.number().positive().max(1000),
    }),
  ),
)

const perMinute = 60
const perHour = 3600
const perDay = 24 * perHour

/** What connections are held to, also where nothing else of this is read. */
export const connectionLimitsOf = (values: {
  readonly TRUSTED_PROXY_HOPS: number
  readonly RATE_LIMIT_SCALE: number
  readonly RATE_LIMIT_CONNECTIONS: number
}) => ({
  limitScale: values.RATE_LIMIT_SCALE,
  /** Of one address; scaled. What our own proxies open is not counted. */
  connectionsPerAddress:
    values.TRUSTED_PROXY_HOPS === 0
      ? values.RATE_LIMIT_CONNECTIONS * values.RATE_LIMIT_SCALE
      : Number.POSITIVE_INFINITY,
})

export const limits = area({
  title: 'Rate limits, and whose address counts',
  settings: {
    TRUSTED_PROXY_HOPS: {
      schema: wholeNumber(0, 10),
      fallback: '0',
      says: 'How many of our own proxies stand in front: the client is that entry of X-Forwarded-For, from the right.',
    },
    TRUSTED_SITES: {
      schema: TrustedSites,
      fallback: '[]',
      example: '[{"name":"Central Library","networks":["203.0.113.0/24"],"scale":20}]',
      says: 'Places where many people share one address, as JSON; scale multiplies every limit there.',
    },
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
      says: 'Connections of one address at a time, of devices too. Behind our own proxies (TRUSTED_PROXY_HOPS) theirs to count.',
    },
    RATE_LIMIT_FORMS_PER_HOUR: {
      schema: wholeNumber(1, 1e6),
      fallback: '5',
      says: 'Forms sent from one address, all three kinds together.',
    },
  },
  owns: ['RATE_LIMIT_'],
  shares: ['TRUSTED_'],
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
      config: connectionLimitsOf(values),
      app: {
        limits: {
          general: limited('all', values.RATE_LIMIT_PER_MINUTE, perMinute),
          auth: { ...auth, requestsWhenAlone: Math.ceil(auth.requests / 2) },
          shares: limited('shares', 20, perMinute),
          newShares: limited('new-shares', 10, perDay),
          negotiate: limited('negotiate', 10, perMinute),
          avatars: limited('avatars', values.RATE_LIMIT_PER_MINUTE * 10, perMinute),
          forms: limited('forms', values.RATE_LIMIT_FORMS_PER_HOUR, perHour),
          anonymousUploads: limited('anonymous-uploads', read(files).anonymousPerHour, perHour),
        },
        trustedProxyHops: values.TRUSTED_PROXY_HOPS,
        trustedSites: values.TRUSTED_SITES,
      },
    }
  },
})
