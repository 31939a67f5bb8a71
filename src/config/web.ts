import { z } from 'zod'
import { isOtherSite } from '../core/kernel/sites.ts'
import { area } from './area.ts'
import { csv, isLocalhost, origin, wholeNumber } from './schemas.ts'
import { server } from './server.ts'
import { sessions } from './sessions.ts'

/** Where the API is reached when nobody says. */
export const publicOriginOf = (publicUrl: string | undefined, port: number): string =>
  publicUrl ?? `http://localhost:${port}`

export const web = area({
  title: 'Addresses, origins and cookies',
  settings: {
    PUBLIC_URL: {
      schema: origin,
      example: 'https://api.sdtoolsinc.org',
      says: 'Where people reach this API: https, or http on localhost. Outside production http://localhost:PORT. With https cookies are Secure.',
    },
    CORS_ORIGINS: {
      schema: csv.pipe(z.array(origin)),
      example: 'https://portal.sdtoolsinc.org,https://mackprojekt.com',
      says: 'Other origins whose pages may call with credentials, exactly. Outside production also every port of http://localhost and http://127.0.0.1; the first of them, where nothing is set, is http://localhost:3000.',
    },
    PORTAL_URL: {
      schema: origin,
      example: 'https://portal.sdtoolsinc.org',
      says: 'Where the portal is, to whose pages mails lead at their documented paths; PORTAL_LINKS names others. Unset: mails lead to pages of this API, and those to staff to the console, or where that is off to the first of CORS_ORIGINS.',
    },
    COOKIE_SAME_SITE: {
      schema: z.enum(['Strict', 'Lax', 'None']),
      fallback: 'Strict',
      says: 'Strict and Lax are for pages on the site of this API: another port or sub-domain, and https as well. None, with https, is for pages on other sites too, but browsers that block third-party cookies (Safari always) drop it there: such pages sign in by bearer token.',
    },
    COOKIE_PREFIX: {
      schema: z.enum(['', '__Host-']),
      fallback: '',
      says: '__Host- where no proxy rewrites cookies (Static Web Apps does). Needs https.',
    },
    BODY_LIMIT_BYTES: {
      schema: wholeNumber(1024, 1e8),
      fallback: '1048576',
      says: 'The longest request body.',
    },
  },
  shares: ['COOKIE_'],
  olderNames: {
    COOKIE_DOMAIN: {
      instead: 'Cookies belong to the host of PUBLIC_URL alone, never to a whole domain. Take it away.',
    },
    COOKIE_SECURE: {
      instead: 'Cookies are Secure where PUBLIC_URL is https. Take it away and set PUBLIC_URL.',
    },
  },
  read(values, { isSet, says, problem, read, warning }) {
    const {
      isProduction,
      config: { port },
    } = read(server)
    const { accessTokenSeconds, refreshTokenSeconds } = read(sessions)
    const publicOrigin = publicOriginOf(values.PUBLIC_URL, port)
    const isSecure = publicOrigin.startsWith('https:')
    if (isProduction && !isSet('PUBLIC_URL'))
      problem('PUBLIC_URL', `is needed in production. ${says('PUBLIC_URL')}`)
    if (!isSecure && !isLocalhost(publicOrigin))
      problem(
        'PUBLIC_URL',
        'must be https, or http on localhost: elsewhere browsers drop the cookies, so that nobody stays signed in. For a look from a phone leave it unset.',
      )
    if (values.COOKIE_PREFIX === '__Host-' && !isSecure)
      problem('COOKIE_PREFIX', '__Host- needs an https PUBLIC_URL')
    if (values.COOKIE_SAME_SITE === 'None' && !isSecure)
      problem('COOKIE_SAME_SITE', 'None needs an https PUBLIC_URL')

    const allowedOrigins = values.CORS_ORIGINS ?? (isProduction ? [] : ['http://localhost:3000'])
    if (values.CORS_ORIGINS?.some((each) => isOtherSite(each, publicOrigin)))
      warning(
        values.COOKIE_SAME_SITE === 'None'
          ? 'CORS_ORIGINS: names pages of another site than PUBLIC_URL. Browsers that block third-party cookies keep none of ours there.'
          : `CORS_ORIGINS: names pages of another site than PUBLIC_URL. With COOKIE_SAME_SITE=${values.COOKIE_SAME_SITE} browsers keep and send no cookies there: such pages sign in by bearer token, or move to the site of PUBLIC_URL.`,
      )
    return {
      publicOrigin,
      isPortalNamed: values.PORTAL_URL !== undefined,
      portalOrigin: values.PORTAL_URL ?? allowedOrigins[0] ?? publicOrigin,
      /** Whose pages may use this API. */
      origins: [publicOrigin, ...allowedOrigins],
      /** Where people may be sent on to. */
      redirectOrigins: [publicOrigin, ...allowedOrigins, ...(values.PORTAL_URL ? [values.PORTAL_URL] : [])],
      app: {
        http: {
          publicOrigin,
          allowedOrigins: { listed: new Set(allowedOrigins), ofThisMachine: !isProduction },

          isProduction,
          maxBodyBytes: values.BODY_LIMIT_BYTES,
          cookies: {
            prefix: values.COOKIE_PREFIX,
            sameSite: values.COOKIE_SAME_SITE,
            isSecure,
            accessMaxAgeSeconds: accessTokenSeconds,
            refreshMaxAgeSeconds: refreshTokenSeconds,
          },
        },
      },
    }
  },
})
