import { area } from './area.ts'
import { wholeNumber } from './schemas.ts'
import { server } from './server.ts'

const daySeconds = 86_400
/** What the published policy promises. */
const publishedIdleMinutes = 30

export const sessions = area({
  title: 'Tokens and sessions',
  settings: {
    ACCESS_TOKEN_SECONDS: {
      schema: wholeNumber(60, 3600),
      fallback: '900',
      says: 'Life of an access token.',
    },
    REFRESH_TOKEN_DAYS: {
      schema: wholeNumber(1, 30),
      fallback: '7',
      says: 'Life of a refresh token that is not used.',
    },
    REFRESH_GRACE_SECONDS: {
      schema: wholeNumber(0, 60),
      fallback: '20',
      says: 'For how long the predecessor of a refresh token still gets the same successor, once that was used.',
    },
    SESSION_DAYS: {
      schema: wholeNumber(1, 365),
      fallback: '30',
      says: 'A session ends after this however often it is refreshed.',
    },
    SESSION_IDLE_MINUTES: {
      schema: wholeNumber(5, 43_200),
      says: 'A session in which nobody does anything for so long is over. Unset: 30 in production, otherwise the life of a refresh token. On shared devices never more than 10.',
    },
    SESSIONS_PER_USER: {
      schema: wholeNumber(1, 100),
      fallback: '10',
      says: 'Beyond this the oldest session ends.',
    },
  },
  owns: ['ACCESS_TOKEN_', 'REFRESH_'],
  shares: ['SESSION_', 'SESSIONS_'],
  olderNames: {
    JWT_ACCESS_EXPIRY: { instead: 'Set ACCESS_TOKEN_SECONDS, in seconds: 15m is 900.' },
    JWT_REFRESH_EXPIRY: { instead: 'Set REFRESH_TOKEN_DAYS, in days: 7d is 7.' },
  },
  read(values, { read }) {
    const { isProduction } = read(server)
    const refreshTokenSeconds = values.REFRESH_TOKEN_DAYS * daySeconds
    return {
      accessTokenSeconds: values.ACCESS_TOKEN_SECONDS,
      refreshTokenSeconds,
      auth: {
        accessTokenSeconds: values.ACCESS_TOKEN_SECONDS,
        sessionSeconds: values.SESSION_DAYS * daySeconds,
        idleSeconds: Math.min(
          (values.SESSION_IDLE_MINUTES ?? (isProduction ? publishedIdleMinutes : Number.POSITIVE_INFINITY)) *
            60,
          refreshTokenSeconds,
        ),
        refreshGraceSeconds: values.REFRESH_GRACE_SECONDS,
        sessionsPerUser: values.SESSIONS_PER_USER,
      },
      config: {
        tokens: {
          issuer: 'tools-inc-api',
          audience: 'tools-inc-web',
          retireAfterMs: (values.ACCESS_TOKEN_SECONDS + 300) * 1000,
        },
      },
    }
  },
})
